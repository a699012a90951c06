package dev.h3kit.core;

import java.time.Duration;

/**
 * A moment after which nobody waits any longer, on the clock of {@link System#nanoTime}.
 *
 * @param nanoTime the moment; compare by subtraction only
 */
public record Deadline(long nanoTime) {
  private static final long FAR = Duration.ofDays(36500).toNanos();

  /**
   * A hundred years: for waits that somebody else is sure to end, such as those on a connection's
   * control streams.
   */
  public static final Deadline NEVER = after(Duration.ofDays(36500));

  /** The moment {@code wait} from now; a very long wait is cut to a hundred years. */
  public static Deadline after(Duration wait) {
    long nanos = wait.compareTo(Duration.ofNanos(FAR)) > 0 ? FAR : wait.toNanos();
    return new Deadline(System.nanoTime() + nanos);
  }

  /** The time left in nanoseconds, 0 or less when it has passed. */
  public long remainingNanos() {
    return nanoTime - System.nanoTime();
  }

  /** The time left, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, remainingNanos()));
  }

  /** Whether the moment has passed. */
  public boolean passed() {
    return remainingNanos() <= 0;
  }

  /** The earlier of the two. */
  public Deadline or(Deadline other) {
    return nanoTime - other.nanoTime <= 0 ? this : other;
  }
}
