package dev.h3kit.core.hostile;

import dev.h3kit.core.RawPeer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Bounded waits of the kit. */
final class Patience {
  static final Duration LIMIT = RawPeer.PATIENCE;
  private static final long STEP_NANOS = 200_000;

  private Patience() {}

  /** Waits until it is so; the message is made when it never is. */
  static void until(BooleanSupplier reached, Supplier<String> message) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(message.get());
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  /** Waits for a permit. */
  static void acquire(Semaphore semaphore, String what) throws InterruptedException {
    if (!semaphore.tryAcquire(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(what + " never happened");
    }
  }
}
