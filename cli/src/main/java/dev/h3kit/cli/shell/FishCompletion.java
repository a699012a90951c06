package dev.h3kit.cli.shell;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The completions of the shell fish: its {@code complete} commands, one for each option. */
final class FishCompletion {
  private final CommandLine command;
  private final StringBuilder script = new StringBuilder();

  FishCompletion(CommandLine command) {
    this.command = command;
  }

  String script() {
    script.append("complete -c h3 -f\n");
    options("__fish_use_subcommand", command.getCommandSpec());
    for (Map.Entry<String, CommandLine> each : command.getSubcommands().entrySet()) {
      CommandSpec spec = each.getValue().getCommandSpec();
      if (!spec.usageMessage().hidden()) {
        script.append("complete -c h3 -n __fish_use_subcommand -a ").append(each.getKey());
        script.append(" -d ").append(quoted(first(spec.usageMessage().header()))).append('\n');
        options("__fish_seen_subcommand_from " + each.getKey(), spec);
      }
    }
    return script.toString();
  }

  private void options(String condition, CommandSpec spec) {
    for (OptionSpec option : spec.options()) {
      if (option.hidden()) {
        continue;
      }
      script.append("complete -c h3 -n ").append(quoted(condition));
      for (String name : option.names()) {
        if (name.startsWith("--")) {
          script.append(" -l ").append(name.substring(2));
        } else if (name.matches("-[A-Za-z0-9#:]")) {
          script.append(" -s ").append(quoted(name.substring(1)));
        }
      }
      if (option.arity().max() > 0) {
        String label = option.paramLabel();
        boolean file = label.contains("FILE") || label.contains("DIR");
        script.append(file ? " -r -F" : " -x");
      }
      script.append(" -d ").append(quoted(first(option.description()))).append('\n');
    }
  }

  /** The first sentence. */
  private static String first(String... text) {
    String whole = (text.length == 0 ? "" : text[0]).replace("%%", "%");
    int end = whole.indexOf("; ");
    return end < 0 ? whole : whole.substring(0, end);
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
