package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The time a transfer may take ({@code -m}), from now on. Used by one thread. */
final class TimeLimit {
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(200);

  private final Duration most;
  private final long start = System.nanoTime();

  TimeLimit(Duration most) {
    this.most = most;
  }

  /** When it began, on the clock of {@link System#nanoTime}. */
  long start() {
    return start;
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /**
   * Waits for a result, which is given up when the time is over.
   *
   * @param tick runs a few times in a second meanwhile
   */
  <T> T await(CompletableFuture<T> future, Runnable tick)
      throws CommandFailure, ExecutionException, TimeoutException {
    try {
      while (true) {
        long left = most.toNanos() - (System.nanoTime() - start);
        if (left <= 0) {
          future.cancel(true);
          throw new TimeoutException();
        }
        try {
          return future.get(Math.min(left, TICK), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          tick.run();
        }
      }
    } catch (InterruptedException e) {
      future.cancel(true);
      throw new CommandFailure(ExitCode.RECEIVE_ERROR, "interrupted", null, e);
    }
  }

  /** The limit in seconds, as people write it. */
  @Override
  public String toString() {
    double seconds = most.toNanos() / 1e9;
    return seconds == Math.rint(seconds) ? String.valueOf((long) seconds) : String.valueOf(seconds);
  }
}
