package dev.h3kit.cli.serve;

import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.server.AccessLogEntry;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The access log, a line for each request: time, method, target, status, octets, duration, version.
 */
final class AccessLines {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  private final Terminal terminal;
  private final boolean colours;

  AccessLines(Terminal terminal) {
    this.terminal = terminal;
    this.colours = terminal.colours(terminal.outIsTerminal());
  }

  /** Prints an entry to standard output at once; what is wrong with us goes to standard error. */
  void print(AccessLogEntry entry) {
    PrintStream out = terminal.out();
    out.print(line(entry) + System.lineSeparator());
    out.flush();
    if (entry.problem() != null) {
      terminal.err().println("h3: " + ControlBytes.escape(entry.problem()));
    }
  }

  /** The line; whatever a client sends, it stays one line and moves no cursor. */
  String line(AccessLogEntry entry) {
    return CLOCK.format(entry.time().atZone(ZoneId.systemDefault()))
        + " "
        + ControlBytes.escape(entry.method() + " " + entry.target())
        + " "
        + status(entry.status())
        + " "
        + entry.bytes()
        + " "
        + duration(entry.duration())
        + " "
        + entry.protocol().label()
        + (entry.whole() ? "" : " cut-short");
  }

  private String status(int status) {
    if (!colours) {
      return Integer.toString(status);
    }
    int colour = status >= 500 ? 31 : status >= 400 ? 33 : status >= 300 ? 36 : 32;
    return "\u001b[" + colour + "m" + status + "\u001b[0m";
  }

  private static String duration(Duration duration) {
    double ms = duration.toNanos() / 1e6;
    return String.format(Locale.ROOT, ms < 10 ? "%.2fms" : ms < 100 ? "%.1fms" : "%.0fms", ms);
  }
}
