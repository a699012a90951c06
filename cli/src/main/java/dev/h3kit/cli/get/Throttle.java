package dev.h3kit.cli.get;

import java.time.Duration;

/** Keeps a flow of octets at a rate ({@code --limit-rate}). Used by one thread at a time. */
final class Throttle {
  private static final double NANOS = 1e9;

  private final long perSecond;
  private long begun = -1;
  private long passed;

  /**
   * @param perSecond octets in a second; 0 for no limit
   */
  Throttle(long perSecond) {
    this.perSecond = perSecond;
  }

  /** How long to wait after so many more octets. */
  Duration after(long octets) {
    if (perSecond == 0) {
      return Duration.ZERO;
    }
    if (begun < 0) {
      begun = System.nanoTime();
    }
    passed += octets;
    long due = (long) (passed / (double) perSecond * NANOS);
    return Duration.ofNanos(Math.max(0, due - (System.nanoTime() - begun)));
  }
}
