package dev.h3kit.core;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A token bucket for what is legal but odd (unknown frames, empty DATA, resets and the like): an
 * honest peer never empties it, a flood does at once. Thread-safe.
 */
final class GlitchLimiter {
  private final ReentrantLock lock = new ReentrantLock();
  private final double burst;
  private final double perNano;
  private double tokens;
  private long last;

  /**
   * A full bucket of {@code burst} tokens that gains {@code perSecond}; {@code now} as of {@link
   * System#nanoTime}.
   */
  GlitchLimiter(int burst, int perSecond, long now) {
    this.burst = burst;
    this.perNano = perSecond / 1e9;
    this.tokens = burst;
    this.last = now;
  }

  /** Takes a token; false if there is none and the peer should be taken for hostile. */
  boolean allow(long now) {
    lock.lock();
    try {
      tokens = Math.min(burst, tokens + Math.max(0, now - last) * perNano);
      last = now;
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    } finally {
      lock.unlock();
    }
  }
}
