package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Orders the content that the responses of one connection hand to the transport (RFC 9218 §10).
 *
 * <p>The transport sends what it was handed fairly among the streams, so the order is made by
 * handing over late: a response writes its next chunk when the responses before it, together, have
 * less than {@link #AHEAD} octets that the transport could send but has not sent. Nobody holds a
 * turn: a response that is slow to make content, or whose client grants it no flow control, has no
 * such octets and holds up no other. Where the transport cannot tell, nobody waits.
 *
 * <p>Header sections, control frames and QPACK instructions are never held back. Thread-safe.
 */
final class WriteScheduler {
  /**
   * Octets of the responses before it at which a response waits: enough that the transport does not
   * run dry while the next writer wakes up; and less than a single writer keeps in the transport,
   * which holds 50 KiB of a stream and is given 16 KiB more as soon as there is room for them.
   */
  static final long AHEAD = 32 << 10;

  /**
   * The longest wait. RFC 9218 §10.1: "allocate small amounts of bandwidth for all the requests
   * that they are forwarding, so that every request can make some progress over time".
   */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A response of which nothing has left for so long is not waited for. */
  static final long STALLED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** So long a chunk that was let through counts before the transport has it. */
  static final long WRITING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Who waits looks again after this time, whatever woke or did not wake it. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Packets per look; far less leaves in one than {@link #AHEAD}. */
  private static final int PACKETS_PER_LOOK = 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final LongSupplier clock;

  /** The responses that wait, write, or have octets in the transport. */
  private final List<Turn> turns = new ArrayList<>();

  private volatile int waiting;
  private long round;
  private int packets;

  /**
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  WriteScheduler(LongSupplier clock) {
    this.clock = clock;
  }

  /** The place of a response that will be written on {@code stream}. */
  Turn turn(Stream stream) {
    return new Turn(this, stream);
  }

  /** Octets have left; called by one thread of the transport, which does not wait here. */
  void progressed() {
    if (waiting > 0 && ++packets % PACKETS_PER_LOOK == 0 && lock.tryLock()) {
      try {
        release(clock.getAsLong());
      } finally {
        lock.unlock();
      }
    }
  }

  /** Changes what a turn's priority follows from. */
  void change(Runnable change, Turn turn) {
    lock.lock();
    try {
      change.run();
      turn.reckon();
      release(clock.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  boolean tryEnter(Turn turn, int length) {
    lock.lock();
    try {
      list(turn);
      long now = clock.getAsLong();
      boolean free = turn.cancelled || (waiting == 0 && isFree(turn, now));
      if (free) {
        turn.writing = length;
        grant(turn, now);
      }
      return free;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // changed under the lock only
  void enter(Turn turn, int length) {
    if (tryEnter(turn, length)) {
      return;
    }
    long end;
    lock.lock();
    try {
      end = clock.getAsLong() + PATIENCE_NANOS;
      turn.writing = length;
      turn.waiter = Thread.currentThread();
      waiting++;
      release(clock.getAsLong());
    } finally {
      lock.unlock();
    }
    while (!granted(turn, end)) {
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }

  private boolean granted(Turn turn, long end) {
    lock.lock();
    try {
      long now = clock.getAsLong();
      release(now);
      if (turn.waiter == null) {
        return true;
      }
      if (now - end >= 0 || turn.cancelled || Thread.currentThread().isInterrupted()) {
        grant(turn, now);
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  void leave(Turn turn) {
    lock.lock();
    try {
      turn.writing = 0;
      if (waiting > 0) {
        release(clock.getAsLong());
      }
    } finally {
      lock.unlock();
    }
  }

  void cancel(Turn turn) {
    lock.lock();
    try {
      turn.cancelled = true;
      LockSupport.unpark(turn.waiter);
    } finally {
      lock.unlock();
    }
  }

  /** How many wait for their turn. */
  int waiting() {
    return waiting;
  }

  // What follows is called under the lock.

  private void list(Turn turn) {
    turns.removeIf(other -> {
      other.listed = other.waiter != null || other.writing > 0 || other.stream.backlog() > 0;
      return !other.listed;
    });
    if (!turn.listed) {
      turn.listed = true;
      turns.add(turn);
    }
  }

  /** Lets everybody go on whose turn it is. */
  private void release(long now) {
    while (waiting > 0) {
      Turn first = first();
      if (first == null || !isFree(first, now)) {
        return;
      }
      grant(first, now);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // changed under the lock only
  private void grant(Turn turn, long now) {
    turn.grantedAt = now;
    turn.leftAt = now;
    turn.granted += turn.writing;
    turn.servedAt = ++round;
    Thread waiter = turn.waiter;
    if (waiter != null) {
      turn.waiter = null;
      waiting--;
      LockSupport.unpark(waiter);
    }
  }

  /** The waiting response that is next. */
  private @Nullable Turn first() {
    Turn oldest = null;
    Turn sharing = null;
    for (Turn turn : turns) {
      if (turn.waiter == null) {
        continue;
      }
      if (turn.priority.incremental()) {
        if (sharing == null
            || moreUrgent(turn, sharing)
            || (!moreUrgent(sharing, turn) && turn.servedAt < sharing.servedAt)) {
          sharing = turn;
        }
      } else if (oldest == null || precedes(turn, oldest)) {
        oldest = turn;
      }
    }
    if (oldest == null || sharing == null) {
      return oldest == null ? sharing : oldest;
    }
    // RFC 9218 §10: of incremental and other responses of one urgency, "early non-incremental
    // responses might prevent the serving of incremental responses issued later [...] It is
    // RECOMMENDED that servers avoid such starvation": the first of the others shares with them.
    if (moreUrgent(oldest, sharing)) {
      return oldest;
    }
    return moreUrgent(sharing, oldest) || sharing.servedAt < oldest.servedAt ? sharing : oldest;
  }

  private static boolean moreUrgent(Turn turn, Turn other) {
    return turn.priority.urgency() < other.priority.urgency();
  }

  /** Whether {@code turn} is to be served before {@code other} as long as it has anything. */
  private static boolean precedes(Turn turn, Turn other) {
    // RFC 9218 §10: "Non-incremental responses of the same urgency SHOULD be served by prioritizing
    // bandwidth allocation in ascending order of the stream ID".
    return moreUrgent(turn, other)
        || (!moreUrgent(other, turn)
            && !turn.priority.incremental()
            && !other.priority.incremental()
            && turn.stream.id() < other.stream.id());
  }

  /** Whether what others are to send before it, or beside it, leaves {@code turn} room. */
  private boolean isFree(Turn turn, long now) {
    long ahead = 0;
    for (Turn other : turns) {
      if (other != turn && !precedes(turn, other)) {
        ahead += load(other, now);
      }
    }
    return ahead < AHEAD;
  }

  /** Octets of a response that the transport has, or is about to have, and could send. */
  private static long load(Turn turn, long now) {
    long backlog = turn.stream.backlog();
    if (backlog > 0) {
      long left = turn.granted - backlog;
      if (left != turn.left) {
        turn.left = left;
        turn.leftAt = now;
      } else if (now - turn.leftAt > STALLED_NANOS) {
        return 0;
      }
    }
    boolean onItsWay =
        turn.writing > 0 && turn.waiter == null && now - turn.grantedAt < WRITING_NANOS;
    return onItsWay ? backlog + turn.writing : backlog;
  }
}
