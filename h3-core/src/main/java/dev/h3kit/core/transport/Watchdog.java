package dev.h3kit.core.transport;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread for all connections that looks after what kwik forgets: written data whose send
 * request was lost in a race. It looks every 2 ms while something is unsent, every 50 ms for two
 * seconds after that, and then sleeps until somebody writes.
 */
final class Watchdog {
  private static final long BUSY_NANOS = 2_000_000L;
  private static final long LINGER_NANOS = 50_000_000L;
  private static final long STAY_BUSY_NANOS = 100_000_000L;
  private static final long STAY_AWAKE_NANOS = 2_000_000_000L;

  private static final Set<KwikConnection> CONNECTIONS = ConcurrentHashMap.newKeySet();
  private static final Thread THREAD =
      Thread.ofPlatform().daemon().name("h3kit-watchdog").unstarted(Watchdog::watch);

  private static volatile boolean asleep;

  static {
    THREAD.start();
  }

  private Watchdog() {}

  static void add(KwikConnection connection) {
    CONNECTIONS.add(connection);
    wake();
  }

  static void remove(KwikConnection connection) {
    CONNECTIONS.remove(connection);
  }

  /** Something was written; costs a volatile read while the thread is awake. */
  static void wake() {
    if (asleep) {
      asleep = false;
      LockSupport.unpark(THREAD);
    }
  }

  private static void watch() {
    long busyAt = System.nanoTime();
    boolean lingering = false;
    while (true) {
      boolean busy = false;
      for (KwikConnection connection : CONNECTIONS) {
        busy |= connection.look();
      }
      long now = System.nanoTime();
      if (busy) {
        busyAt = now;
      }
      long quiet = now - busyAt;
      if (quiet < STAY_AWAKE_NANOS) {
        lingering = quiet >= STAY_BUSY_NANOS;
        // While lingering a writer may cut the wait short.
        asleep = lingering;
        LockSupport.parkNanos(lingering ? LINGER_NANOS : BUSY_NANOS);
        if (lingering && !asleep) {
          busyAt = System.nanoTime();
        }
      } else {
        asleep = true;
        if (!anyUnsent()) {
          LockSupport.park();
        }
        busyAt = System.nanoTime();
      }
      asleep = false;
    }
  }

  /** Looked at again after {@link #asleep} was published, so that no writer is missed. */
  private static boolean anyUnsent() {
    for (KwikConnection connection : CONNECTIONS) {
      if (connection.hasUnsent()) {
        return true;
      }
    }
    return false;
  }
}
