package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many streams of one kind we may still open (RFC 9000 §4.6). It is raised when kwik has
 * processed a MAX_STREAMS frame, so whoever acquires here does not wait in kwik.
 */
final class StreamCredit {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long limit;
  private long opened;
  private boolean ended;

  /** The peer allows {@code newLimit} streams in all; a lower limit than before is ignored. */
  void raise(long newLimit) {
    lock.lock();
    try {
      if (newLimit > limit) {
        limit = newLimit;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets everybody who waits go. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the right to open one; false when the deadline passed or the connection ended. */
  boolean acquire(Deadline deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (opened >= limit && !ended) {
        long left = deadline.remainingNanos();
        if (left <= 0 || !(changed.await(left, TimeUnit.NANOSECONDS) || opened < limit)) {
          return false;
        }
      }
      if (ended) {
        return false;
      }
      opened++;
      return true;
    } finally {
      lock.unlock();
    }
  }
}
