package dev.h3kit.cli.console;

import picocli.CommandLine;

/** How command lines are read. */
public final class CommandLines {
  private CommandLines() {}

  /** Makes a command line be read as curl reads its own. */
  public static CommandLine withSyntaxOfH3(CommandLine line) {
    return line.setExpandAtFiles(false) // "-d @file" is for the command itself
        .setAllowOptionsAsOptionParameters(true) // "-d -1" sends -1
        .setOverwrittenOptionsAllowed(true); // the last one counts
  }
}
