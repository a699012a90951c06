package dev.h3kit.cli;

import dev.h3kit.cli.compare.CompareCommand;
import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.CommandLines;
import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.OptionSections;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.console.Version;
import dev.h3kit.cli.demo.DemoCommand;
import dev.h3kit.cli.get.GetCommand;
import dev.h3kit.cli.get.config.DefaultConfig;
import dev.h3kit.cli.qpack.QpackCommand;
import dev.h3kit.cli.serve.LimitsText;
import dev.h3kit.cli.serve.ServeCommand;
import dev.h3kit.cli.shell.CompletionCommand;
import dev.h3kit.cli.shell.ManCommand;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code h3}. */
@Command(
    name = "h3",
    header = "HTTP/3 from the command line.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    commandListHeading = "%nCommands:%n",
    footer = {"", "See 'h3 help COMMAND' for the options of a command."})
public final class H3 implements Callable<Integer> {
  private static final int HELP_WIDTH = 96;

  /** The commands by name, in the order in which help lists them. */
  private static final Map<String, Function<Terminal, Object>> COMMANDS = commands();

  @Spec private @Nullable CommandSpec spec;

  private static Map<String, Function<Terminal, Object>> commands() {
    Map<String, Function<Terminal, Object>> commands = new LinkedHashMap<>();
    commands.put("get", GetCommand::new);
    commands.put("compare", CompareCommand::new);
    commands.put("demo", DemoCommand::new);
    commands.put("serve", ServeCommand::new);
    commands.put("qpack", QpackCommand::new);
    commands.put("completion", out -> new CompletionCommand(out, () -> whole(out)));
    commands.put("man", out -> new ManCommand(out, () -> whole(out)));
    commands.put("aot-training", AotTraining::new);
    return commands;
  }

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    Terminal terminal = Terminal.ofProcess();
    int status = run(terminal, args);
    terminal.out().flush();
    System.exit(status);
  }

  /** Runs a command and answers its exit code. */
  static int run(Terminal terminal, String... args) {
    String[] all = DefaultConfig.before(terminal.environment(), args);
    return commandLine(terminal, args.length == 0 ? "" : args[0]).execute(all);
  }

  /** The command with all its subcommands. */
  private static CommandLine whole(Terminal terminal) {
    return commandLine(terminal, "");
  }

  @Override
  public Integer call() {
    throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "which command?");
  }

  /**
   * Reading the options of all commands takes longer than many a fetch: only the one asked for is
   * looked at.
   */
  private static CommandLine commandLine(Terminal terminal, String first) {
    CommandLine h3 = new CommandLine(new H3());
    Function<Terminal, Object> asked = COMMANDS.get(first);
    if (asked != null) {
      h3.addSubcommand(first, asked.apply(terminal));
    } else {
      COMMANDS.forEach((name, command) -> h3.addSubcommand(name, command.apply(terminal)));
      h3.addSubcommand("help", new HelpCommand());
    }
    CommandLine get = h3.getSubcommands().get("get");
    if (get != null) {
      new OptionSections(GetCommand.SECTIONS).install(get);
    }
    CommandLine serve = h3.getSubcommands().get("serve");
    if (serve != null) {
      serve.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_FOOTER, _ -> LimitsText.section());
    }
    CommandLines.withSyntaxOfH3(h3);
    h3.setOut(writer(terminal.out()));
    h3.setErr(writer(terminal.err()));
    h3.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            terminal.colours(terminal.outIsTerminal()) ? Ansi.ON : Ansi.OFF));
    h3.setUsageHelpWidth(HELP_WIDTH);
    h3.setParameterExceptionHandler((e, args) -> badParameters(terminal, e));
    h3.setExecutionExceptionHandler((e, command, parsed) -> failed(terminal, e));
    return h3;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  private static int badParameters(Terminal terminal, ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    ExitCode code = e.getCause() instanceof IOException ? ExitCode.READ_ERROR : ExitCode.USAGE;
    terminal
        .err()
        .println(new CommandFailure(code, complaint(e), "Try '" + name + " --help'.").report());
    return code.number();
  }

  private static String complaint(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return String.valueOf(e.getMessage());
    }
    String argument = unmatched.getUnmatched().getFirst();
    boolean atTop = e.getCommandLine().getParent() == null;
    if (atTop && argument.contains("://")) {
      return "a URL needs a command before it: h3 get " + argument;
    }
    String kind = argument.startsWith("-") ? "option" : atTop ? "command" : "argument";
    List<String> near = unmatched.getSuggestions();
    return "unknown "
        + kind
        + " '"
        + argument
        + "'"
        + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?");
  }

  private static int failed(Terminal terminal, Exception e) {
    terminal.out().flush();
    if (e instanceof CommandFailure failure) {
      terminal.err().println(failure.report());
      return failure.exitCode().number();
    }
    terminal
        .err()
        .println(
            "h3: an error of h3 itself, please report it: " + ControlBytes.escape(e.toString()));
    e.printStackTrace(terminal.err());
    return ExitCode.USAGE.number();
  }
}
