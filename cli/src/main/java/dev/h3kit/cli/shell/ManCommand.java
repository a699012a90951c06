package dev.h3kit.cli.shell;

import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Prints the manual page of a command. */
@Command(
    name = "man",
    header = "Print the manual page of a command.",
    mixinStandardHelpOptions = true,
    footer = {"", "h3 man get | man -l -", "h3 man get >~/.local/share/man/man1/h3-get.1"})
public final class ManCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Supplier<CommandLine> whole;

  @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "Which; default h3 itself.")
  private String name = "";

  /**
   * @param whole makes the command with all its subcommands
   */
  public ManCommand(Terminal terminal, Supplier<CommandLine> whole) {
    this.terminal = terminal;
    this.whole = whole;
  }

  @Override
  public Integer call() {
    CommandLine h3 = whole.get();
    CommandLine command = name.isEmpty() ? h3 : h3.getSubcommands().get(name);
    if (command == null) {
      throw new ParameterException(h3, "there is no command '" + name + "'");
    }
    terminal.out().print(new ManPage(command).text());
    return ExitCode.OK.number();
  }
}
