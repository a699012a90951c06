package dev.h3kit.core;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts what is running and lets one wait until nothing is. Thread-safe. */
final class ActiveCount {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition zero = lock.newCondition();
  private int count;

  /** One more; answers how many there are now. */
  int increment() {
    lock.lock();
    try {
      return ++count;
    } finally {
      lock.unlock();
    }
  }

  /** One less. */
  void decrement() {
    lock.lock();
    try {
      if (--count == 0) {
        zero.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until nothing runs; false if the deadline passed or the thread was interrupted, which
   * stays so.
   */
  boolean awaitZero(Deadline deadline) {
    lock.lock();
    try {
      while (count > 0) {
        long left = deadline.remainingNanos();
        if (left <= 0) {
          return false;
        }
        zero.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }
}
