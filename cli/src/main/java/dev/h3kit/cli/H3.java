package dev.h3kit.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code h3}. */
@Command(
    name = "h3",
    description = "HTTP/3 from the command line.",
    mixinStandardHelpOptions = true)
public final class H3 implements Runnable {

  /** Runs a subcommand and exits with its code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new H3()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.err);
  }
}
