package dev.h3kit.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Remembers for which origins HTTP/3 lost, so that it is not tried again too soon: one minute after
 * the first time, twice as long after each further one, at most an hour. Thread-safe.
 */
final class BrokenOrigins {
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(1);
  static final int ORIGINS = 1024;

  private record Entry(Duration coolDown, long until) {}

  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Origin, Entry> entries = new LinkedHashMap<>();

  BrokenOrigins(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** HTTP/3 lost once more. */
  void lost(Origin origin) {
    lock.lock();
    try {
      Entry before = entries.remove(origin);
      Duration coolDown = before == null ? FIRST : before.coolDown().multipliedBy(2);
      if (coolDown.compareTo(LONGEST) > 0) {
        coolDown = LONGEST;
      }
      entries.put(origin, new Entry(coolDown, nanoClock.getAsLong() + coolDown.toNanos()));
      if (entries.size() > ORIGINS) {
        entries.pollFirstEntry();
      }
    } finally {
      lock.unlock();
    }
  }

  /** HTTP/3 worked. */
  void worked(Origin origin) {
    lock.lock();
    try {
      entries.remove(origin);
    } finally {
      lock.unlock();
    }
  }

  /** How much longer HTTP/3 should not be tried; zero if it may. */
  Duration coolDown(Origin origin) {
    lock.lock();
    try {
      Entry entry = entries.get(origin);
      long left = entry == null ? 0 : entry.until() - nanoClock.getAsLong();
      return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    } finally {
      lock.unlock();
    }
  }
}
