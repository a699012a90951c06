package dev.h3kit.core;

import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A link that lets octets through when a test says so, fairly among the streams, and holds 50 KiB
 * of each: what the QUIC stack does below a server. Thread-safe.
 */
final class LimitedLink {
  static final int BUFFER = 50 << 10;
  private static final int ROOM = 16 << 10;
  private static final int PACKET = 1000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Sender> senders = new ArrayList<>();
  private final List<Long> order = new ArrayList<>();
  private int next;

  /** A stream that only sends. */
  Sender stream(long id) {
    Sender sender = new Sender(id);
    lock.lock();
    try {
      senders.add(sender);
    } finally {
      lock.unlock();
    }
    return sender;
  }

  /** Lets a packet through; false if there is nothing to send. */
  boolean pass() {
    lock.lock();
    try {
      for (int i = 0; i < senders.size(); i++) {
        Sender sender = senders.get((next + i) % senders.size());
        if (sender.held > 0 && !sender.withoutCredit) {
          next = (next + i + 1) % senders.size();
          sender.held -= Math.min(PACKET, sender.held);
          order.add(sender.id);
          changed.signalAll();
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Whose packets went through so far. */
  List<Long> order() {
    lock.lock();
    try {
      return List.copyOf(order);
    } finally {
      lock.unlock();
    }
  }

  /** How many writers wait for room that is not there. */
  int blocked() {
    lock.lock();
    try {
      return (int) senders.stream().filter(s -> s.wanted > BUFFER - s.held).count();
    } finally {
      lock.unlock();
    }
  }

  /** The sending half of a stream. */
  final class Sender implements Stream {
    private final long id;
    private int held;
    private int wanted;
    private boolean withoutCredit;
    private boolean stopped;

    Sender(long id) {
      this.id = id;
    }

    /** Takes the peer's flow control away from this stream, or gives it back. */
    void withoutCredit(boolean none) {
      lock.lock();
      try {
        withoutCredit = none;
      } finally {
        lock.unlock();
      }
    }

    int held() {
      lock.lock();
      try {
        return held;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long id() {
      return id;
    }

    @Override
    public void write(byte[] octets, int offset, int length, Deadline deadline) throws IOException {
      lock.lock();
      try {
        for (int left = length; left > 0; ) {
          int want = Math.min(left, ROOM);
          wanted = want;
          while (BUFFER - held < want) {
            if (!changed.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
              throw new IOException("no room in time");
            }
          }
          wanted = 0;
          if (stopped) {
            throw new StopSendingException(0x10c);
          }
          held += want;
          left -= want;
        }
      } catch (InterruptedException e) {
        wanted = 0;
        throw new InterruptedIOException("interrupted");
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long backlog() {
      lock.lock();
      try {
        return withoutCredit || stopped ? 0 : held;
      } finally {
        lock.unlock();
      }
    }

    /** The peer wants no more. */
    void stop() {
      lock.lock();
      try {
        stopped = true;
        held = 0;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void finish() {}

    @Override
    public void reset(long errorCode) {
      stop();
    }

    @Override
    public int read(byte[] buffer, int offset, int length, Deadline deadline) {
      return -1;
    }

    @Override
    public int available() {
      return 0;
    }

    @Override
    public void stopReading(long errorCode) {}

    @Override
    public OptionalLong peerResetCode() {
      return OptionalLong.empty();
    }

    @Override
    public OptionalLong peerStopCode() {
      return OptionalLong.empty();
    }

    @Override
    public void onAbort(Runnable action) {}
  }
}
