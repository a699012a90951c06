package dev.h3kit.cli.get;

import dev.h3kit.cli.console.Human;
import dev.h3kit.cli.console.Terminal;
import java.time.Duration;

/** One line of progress on a terminal, rewritten a few times in a second. Used by one thread. */
final class ProgressLine implements Progress {
  private static final Duration SILENT_AT_FIRST = Duration.ofMillis(500);
  private static final int BAR = 40;

  private final Terminal terminal;
  private final boolean bar;
  private final long start;
  private boolean shown;

  ProgressLine(Terminal terminal, boolean bar, long startNanos) {
    this.terminal = terminal;
    this.bar = bar;
    this.start = startNanos;
  }

  /** Shows nothing in the first half second. */
  @Override
  public void at(long received, long expected) {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    if (elapsed.compareTo(SILENT_AT_FIRST) >= 0) {
      terminal.err().print("\r" + text(received, expected, elapsed) + "\u001b[K");
      shown = true;
    }
  }

  /** Ends the line, or takes it away where the transfer failed. */
  @Override
  public void end(long received, long expected, boolean whole) {
    if (!shown) {
      return;
    }
    if (whole) {
      at(received, Math.max(expected, received));
      terminal.err().println();
    } else {
      terminal.err().print("\r\u001b[K");
    }
    terminal.err().flush();
  }

  String text(long received, long expected, Duration elapsed) {
    return text(received, expected, elapsed, bar);
  }

  /** Octets, speed and the time that is left, in one line. */
  static String text(long received, long expected, Duration elapsed, boolean bar) {
    double seconds = Math.max(elapsed.toNanos() / 1e9, 1e-3);
    long speed = Math.round(received / seconds);
    String rate = Human.octets(speed) + "/s";
    if (expected <= 0) {
      return Human.octets(received) + "  " + rate + "  " + Human.clock(elapsed);
    }
    int percent = (int) Math.min(100, received * 100.0 / expected);
    String left =
        speed == 0 || received >= expected
            ? Human.clock(elapsed)
            : Human.clock(Duration.ofSeconds((expected - received) / speed)) + " left";
    String done = Human.octets(received) + " of " + Human.octets(expected);
    String line = String.format("%3d%%  %s  %s  %s", percent, done, rate, left);
    return bar
        ? "#".repeat(percent * BAR / 100) + " ".repeat(BAR - percent * BAR / 100) + line
        : line;
  }
}
