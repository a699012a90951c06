package dev.h3kit.core.flupke;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How much a subscriber has asked for (Flow, §3). Thread-safe. */
final class Demand {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long asked;
  private boolean ended;

  /** So many more. */
  void add(long count) {
    lock.lock();
    try {
      asked = asked + count < 0 ? Long.MAX_VALUE : asked + count;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** No more. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until one is asked for; false if no more will be. */
  boolean take() throws InterruptedException {
    lock.lock();
    try {
      while (asked == 0 && !ended) {
        changed.await();
      }
      if (asked != Long.MAX_VALUE) {
        asked--;
      }
      return !ended;
    } finally {
      lock.unlock();
    }
  }
}
