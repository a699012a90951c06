package dev.h3kit.core;

import dev.h3kit.core.transport.DeadlineExceededException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP datagrams of one exchange in QUIC datagrams (RFC 9297 §2.1): each arrives at most once,
 * in any order or not at all. Thread-safe.
 */
public final class ExchangeDatagrams {
  /**
   * Datagrams that wait for {@link #receive}: what arrives in some milliseconds at full speed. One
   * more is dropped, as the network may drop any.
   */
  public static final int MAX_QUEUED = 64;

  private final HttpDatagrams connection;
  private final long streamId;
  private final Runnable refuse;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<byte[]> queue = new ArrayDeque<>(0);
  private Semantics semantics = Semantics.NOT_YET_KNOWN;
  private boolean receivingOver;
  private boolean sendingOver;
  private long dropped;

  /** Whether datagrams mean something for the request. */
  private enum Semantics {
    NOT_YET_KNOWN,
    SOME,
    NONE
  }

  /**
   * @param refuse ends the request because of a datagram that it must not have; must not block
   */
  ExchangeDatagrams(HttpDatagrams connection, long streamId, Runnable refuse) {
    this.connection = connection;
    this.streamId = streamId;
    this.refuse = refuse;
  }

  /**
   * The most octets that a datagram can carry now; -1 if none can be sent: one of the sides has not
   * asked for them, the peer's SETTINGS have not come, or the sending half of the exchange is over.
   */
  public int maxSize() {
    return sendingOver() ? -1 : connection.maxSize(streamId);
  }

  private boolean sendingOver() {
    lock.lock();
    try {
      return sendingOver;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the peer's SETTINGS, and answers whether both sides have asked for QUIC datagrams.
   * Where they have not, HTTP datagrams can go as capsules (RFC 9297 §3.5).
   *
   * @throws DeadlineExceededException if no SETTINGS came in time
   */
  public boolean negotiated(Deadline deadline) throws IOException {
    return connection.negotiated(deadline);
  }

  /**
   * Sends a datagram; never blocks.
   *
   * @return false if it was dropped: too many wait to be sent, or the peer's SETTINGS have not come
   * @throws IllegalStateException if none can be sent
   * @throws IllegalArgumentException if it is larger than {@link #maxSize}
   */
  public boolean send(ByteBuffer payload) {
    // RFC 9297 §2.1: "HTTP/3 Datagrams MUST NOT be sent unless the corresponding stream's send side
    // is open."
    if (sendingOver()) {
      throw new IllegalStateException("the exchange's sending half is over");
    }
    return connection.send(streamId, payload);
  }

  /**
   * Waits for a datagram.
   *
   * @return its payload, which may be empty; null if none will come, since the peer's half of the
   *     exchange is over
   * @throws DeadlineExceededException if none came in time; the exchange goes on
   */
  public byte @Nullable [] receive(Deadline deadline) throws IOException {
    lock.lock();
    try {
      while (true) {
        byte[] next = queue.poll();
        if (next != null || receivingOver) {
          return next;
        }
        long left = deadline.remainingNanos();
        if (left <= 0) {
          throw new DeadlineExceededException("waited too long for a datagram");
        }
        changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted waiting for a datagram");
    } finally {
      lock.unlock();
    }
  }

  /** Datagrams that came and were dropped, because {@link #MAX_QUEUED} waited already. */
  public long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** A datagram came; on a thread that must not be blocked. */
  void came(byte[] payload) {
    boolean refused = false;
    lock.lock();
    try {
      // RFC 9297 §2.1: "If a datagram is received after the corresponding stream's receive side is
      // closed, the received datagrams MUST be silently dropped."
      if (receivingOver) {
        return;
      }
      if (semantics == Semantics.NONE) {
        refused = true;
      } else if (queue.size() >= MAX_QUEUED) {
        dropped++;
      } else {
        queue.add(payload);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
    if (refused) {
      refuse.run();
    }
  }

  /** The request is known now, and whether datagrams mean something for it. */
  void decide(boolean some) {
    boolean refused;
    lock.lock();
    try {
      semantics = some ? Semantics.SOME : Semantics.NONE;
      refused = !some && !queue.isEmpty();
      if (refused) {
        queue.clear();
      }
    } finally {
      lock.unlock();
    }
    // RFC 9297 §2: "If an HTTP Datagram is received and it is associated with a request that has no
    // known semantics for HTTP Datagrams, the receiver MUST terminate the request. If HTTP/3 is in
    // use, the request stream MUST be aborted with H3_DATAGRAM_ERROR (0x33)."
    if (refused) {
      refuse.run();
    }
  }

  /**
   * This, if datagrams mean something for the request.
   *
   * @throws IllegalStateException if not
   */
  ExchangeDatagrams require() {
    // RFC 9297 §2: "HTTP Datagrams MUST only be sent with an association to an HTTP request that
    // explicitly supports them."
    if (!meaningful()) {
      throw new IllegalStateException("the request has no HTTP datagrams");
    }
    return this;
  }

  /** Whether datagrams mean something for the request. */
  boolean meaningful() {
    lock.lock();
    try {
      return semantics == Semantics.SOME;
    } finally {
      lock.unlock();
    }
  }

  /** Halves of the stream are over. */
  void over(boolean receiving, boolean sending) {
    lock.lock();
    try {
      receivingOver |= receiving;
      sendingOver |= sending;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
