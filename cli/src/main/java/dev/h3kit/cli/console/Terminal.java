package dev.h3kit.cli.console;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out standard output: payload, tables, JSON; octets go through as they are
 * @param err standard error: everything for a person
 * @param outIsTerminal whether a person sees {@code out}
 * @param errIsTerminal whether a person sees {@code err}
 * @param environment the environment variables
 */
public record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    Map<String, String> environment) {

  private static final int OUT_BUFFER = 64 * 1024;

  /**
   * The process's own. The launcher tells which of the streams are terminals; without it, the JVM's
   * guess counts.
   */
  public static Terminal ofProcess() {
    return new Terminal(
        System.in,
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUT_BUFFER),
            false,
            StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        terminal("h3.out.terminal"),
        terminal("h3.err.terminal"),
        System.getenv());
  }

  /**
   * Whether colours may be used on a stream that is a terminal or not: never with NO_COLOR
   * (no-color.org) or on a dumb terminal.
   */
  public boolean colours(boolean isTerminal) {
    return isTerminal
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !"dumb".equals(environment.get("TERM"));
  }

  @SuppressWarnings("SystemConsoleNull") // it still may be null: see jdk.console
  private static boolean terminal(String property) {
    String told = System.getProperty(property);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
