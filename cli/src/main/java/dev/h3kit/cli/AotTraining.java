package dev.h3kit.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * What the launcher runs once to let the JVM see which classes the commands use (JEP 514): the AOT
 * cache is made from it.
 */
@Command(name = "aot-training", hidden = true)
final class AotTraining implements Callable<Integer> {
  private final Terminal terminal;

  AotTraining(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    H3.run(terminal, "--version");
    H3.run(terminal, "--help");
    return ExitCode.OK.number();
  }
}
