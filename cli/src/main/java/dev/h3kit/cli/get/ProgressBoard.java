package dev.h3kit.cli.get;

import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.Human;
import dev.h3kit.cli.console.Terminal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Rows of progress for transfers that run at the same time, and one for all of them, on a terminal:
 * drawn over themselves a few times in a second. At most {@value #ROWS} transfers are shown.
 * Thread-safe.
 */
final class ProgressBoard {
  static final int ROWS = 8;
  private static final long REDRAW_NANOS = Duration.ofMillis(200).toNanos();
  private static final int NAME = 24;

  private final Terminal terminal;
  private final long start = System.nanoTime();
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Row> running = new ArrayList<>();
  private long received;
  private int done;
  private int failed;
  private int drawn;
  private long last;

  ProgressBoard(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The progress of a transfer that begins now. */
  Progress row(String name) {
    Row row = new Row(name);
    lock.lock();
    try {
      running.add(row);
    } finally {
      lock.unlock();
    }
    return row;
  }

  /** A transfer is over, with or without a body. */
  void ended(Progress progress, boolean whole) {
    lock.lock();
    try {
      if (progress instanceof Row row && running.remove(row)) {
        received += row.received;
        done++;
        failed += whole ? 0 : 1;
      }
      draw(false);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the rows away so that something else can be printed, runs {@code print}. */
  void aside(Runnable print) {
    lock.lock();
    try {
      erase();
      print.run();
    } finally {
      lock.unlock();
    }
  }

  /** All is over: one line stays. */
  void close() {
    lock.lock();
    try {
      erase();
      if (System.nanoTime() - start > 2 * REDRAW_NANOS) {
        terminal.err().println(total());
      }
      terminal.err().flush();
    } finally {
      lock.unlock();
    }
  }

  private void draw(boolean always) {
    long now = System.nanoTime();
    if (!always && now - last < REDRAW_NANOS) {
      return;
    }
    last = now;
    erase();
    StringBuilder text = new StringBuilder();
    for (Row row : running.subList(0, Math.min(ROWS, running.size()))) {
      text.append(row.text()).append('\n');
      drawn++;
    }
    text.append(total()).append('\n');
    drawn++;
    terminal.err().print(text);
    terminal.err().flush();
  }

  private void erase() {
    if (drawn > 0) {
      terminal.err().print("\u001b[" + drawn + "A\r\u001b[J");
      drawn = 0;
    }
  }

  private String total() {
    long octets = received + running.stream().mapToLong(row -> row.received).sum();
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    long speed = Math.round(octets / Math.max(elapsed.toNanos() / 1e9, 1e-3));
    return done
        + " done"
        + (failed == 0 ? "" : " (" + failed + " failed)")
        + ", "
        + running.size()
        + " running, "
        + Human.octets(octets)
        + "  "
        + Human.octets(speed)
        + "/s  "
        + Human.clock(elapsed);
  }

  private final class Row implements Progress {
    private final String name;
    private final long began = System.nanoTime();
    private volatile long received;
    private volatile long expected = -1;

    Row(String name) {
      String shown = ControlBytes.escape(name);
      this.name = shown.length() <= NAME ? shown : "…" + shown.substring(shown.length() - NAME + 1);
    }

    @Override
    public void at(long received, long expected) {
      this.received = received;
      this.expected = expected;
      lock.lock();
      try {
        draw(false);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void end(long received, long expected, boolean whole) {
      this.received = received;
      this.expected = expected;
    }

    String text() {
      long octets = received;
      Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
      return String.format("%-" + NAME + "s  ", name)
          + ProgressLine.text(octets, expected, elapsed, false);
    }
  }
}
