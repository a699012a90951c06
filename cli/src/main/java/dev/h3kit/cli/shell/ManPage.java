package dev.h3kit.cli.shell;

import dev.h3kit.cli.console.Version;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** A command's manual page in the language of man(7), made of what its help says. */
final class ManPage {
  private final CommandLine command;
  private final StringBuilder page = new StringBuilder();

  ManPage(CommandLine command) {
    this.command = command;
  }

  String text() {
    CommandSpec spec = command.getCommandSpec();
    UsageMessageSpec usage = spec.usageMessage();
    String name = spec.qualifiedName("-");
    page.append(".TH ").append(name.toUpperCase(Locale.ROOT)).append(" 1 \"\" \"h3kit ");
    page.append(Version.number()).append("\"\n.SH NAME\n");
    page.append(escaped(name)).append(" \\- ").append(joined(usage.header())).append('\n');
    page.append(".SH SYNOPSIS\n");
    String synopsis = command.getHelp().synopsis(0).replace("Usage: ", "").strip();
    page.append(".B ").append(escaped(Ansi.OFF.string(synopsis))).append('\n');
    if (usage.description().length > 0) {
      page.append(".SH DESCRIPTION\n").append(joined(usage.description())).append('\n');
    }
    commands();
    arguments(spec);
    page.append(".SH OPTIONS\n");
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        option(option);
      }
    }
    if (usage.footer().length > 0) {
      page.append(".SH NOTES\n");
      for (String line : usage.footer()) {
        page.append(line.isEmpty() ? ".PP" : plain(line)).append('\n');
      }
    }
    page.append(".SH SEE ALSO\n").append(escaped("h3(1), curl(1)")).append('\n');
    return page.toString();
  }

  private void commands() {
    if (command.getSubcommands().isEmpty()) {
      return;
    }
    page.append(".SH COMMANDS\n");
    for (Map.Entry<String, CommandLine> each : command.getSubcommands().entrySet()) {
      UsageMessageSpec usage = each.getValue().getCommandSpec().usageMessage();
      if (!usage.hidden()) {
        page.append(".TP\n.B ").append(escaped(each.getKey())).append('\n');
        page.append(joined(usage.header())).append('\n');
      }
    }
  }

  private void arguments(CommandSpec spec) {
    if (spec.positionalParameters().isEmpty()) {
      return;
    }
    page.append(".SH ARGUMENTS\n");
    for (PositionalParamSpec argument : spec.positionalParameters()) {
      page.append(".TP\n.I ").append(escaped(argument.paramLabel())).append('\n');
      page.append(joined(argument.description())).append('\n');
    }
  }

  private void option(OptionSpec option) {
    page.append(".TP\n.B ").append(escaped(String.join(", ", option.names())));
    if (option.arity().max() > 0) {
      page.append(" \\fI").append(escaped(option.paramLabel())).append("\\fR");
    }
    String defaultValue = option.defaultValue() == null ? "" : option.defaultValue();
    page.append('\n')
        .append(joined(option.description()).replace("${DEFAULT\\-VALUE}", defaultValue))
        .append('\n');
  }

  private static String joined(String... lines) {
    return plain(String.join(" ", lines));
  }

  private static String plain(String text) {
    return escaped(text.replace("%%", "%").replace("%n", " "));
  }

  /** A line that begins with a dot or an apostrophe would be a command. */
  private static String escaped(String text) {
    String safe = text.replace("\\", "\\e").replace("-", "\\-");
    return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
  }
}
