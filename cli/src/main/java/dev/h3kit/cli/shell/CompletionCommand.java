package dev.h3kit.cli.shell;

import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what makes a shell complete the command's options. */
@Command(
    name = "completion",
    header = "Print the completion script of a shell.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "bash: source <(h3 completion bash)",
      "zsh:  source <(h3 completion zsh), after compinit",
      "fish: h3 completion fish | source"
    })
public final class CompletionCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Supplier<CommandLine> whole;

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  private Shell shell = Shell.bash;

  /** The shells that are known. */
  @SuppressWarnings("JavaStyleEnumConstants") // as people type them
  enum Shell {
    bash,
    zsh,
    fish
  }

  /**
   * @param whole makes the command with all its subcommands
   */
  public CompletionCommand(Terminal terminal, Supplier<CommandLine> whole) {
    this.terminal = terminal;
    this.whole = whole;
  }

  @Override
  public Integer call() {
    CommandLine h3 = whole.get();
    terminal
        .out()
        .print(
            switch (shell) {
              case bash, zsh -> AutoComplete.bash("h3", h3); // it works in both
              case fish -> new FishCompletion(h3).script();
            });
    return ExitCode.OK.number();
  }
}
