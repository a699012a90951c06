package dev.h3kit.core.transport;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Which clients a server lets begin. A connection costs kwik five threads, and half of them before
 * the client has shown that its address is its own; so new ones are rationed by a token bucket, the
 * unfinished ones are counted, and so are all, in total and by address.
 */
final class Admission {
  /** An attempt that has not become a connection by now never will. */
  private static final long PENDING_NANOS = 10_000_000_000L;

  private static final int FEWEST_PENDING = 16;
  private static final double NANOS_PER_SECOND = 1e9;

  /** What becomes of a client's first Initial packet. */
  enum Verdict {
    /** It may go on. */
    ADMIT,
    /** It is ignored, as if lost: too many come at once. */
    DROP,
    /** It is told that the server is full. */
    REFUSE
  }

  private record Attempt(InetAddress address, long since) {}

  private final int maxConnections;
  private final int maxPerAddress;
  private final int maxPending;
  private final double perNano;
  private final double burst;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ByteBuffer, Attempt> pending = new LinkedHashMap<>();
  private final Map<ByteBuffer, InetAddress> established = new HashMap<>();
  private final Map<InetAddress, Integer> perAddress = new HashMap<>();
  private double tokens;
  private long refilledAt;

  /**
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  Admission(ServerTransportConfig config, LongSupplier clock) {
    maxConnections = config.maxConnections();
    maxPerAddress = config.maxConnectionsPerAddress();
    maxPending = Math.max(FEWEST_PENDING, config.maxConnections() / 4);
    perNano = config.handshakesPerSecond() / NANOS_PER_SECOND;
    burst = config.handshakeBurst();
    this.clock = clock;
    tokens = burst;
    refilledAt = clock.getAsLong();
  }

  /** Whether packets to this connection id, chosen by a client, were let in before. */
  boolean knows(ByteBuffer originalDestination) {
    lock.lock();
    try {
      return pending.containsKey(originalDestination)
          || established.containsKey(originalDestination);
    } finally {
      lock.unlock();
    }
  }

  /** Decides about the first Initial packet to {@code originalDestination}. */
  Verdict judge(ByteBuffer originalDestination, InetAddress from) {
    lock.lock();
    try {
      long now = clock.getAsLong();
      expire(now);
      tokens = Math.min(burst, tokens + (now - refilledAt) * perNano);
      refilledAt = now;
      if (tokens < 1) {
        return Verdict.DROP;
      }
      tokens--;
      if (pending.size() + established.size() >= maxConnections
          || perAddress.getOrDefault(from, 0) >= maxPerAddress) {
        return Verdict.REFUSE;
      }
      if (pending.size() >= maxPending) {
        return Verdict.DROP;
      }
      pending.put(originalDestination, new Attempt(from, now));
      perAddress.merge(from, 1, Integer::sum);
      return Verdict.ADMIT;
    } finally {
      lock.unlock();
    }
  }

  private void expire(long now) {
    Iterator<Attempt> oldest = pending.values().iterator();
    while (oldest.hasNext()) {
      Attempt attempt = oldest.next();
      if (now - attempt.since() < PENDING_NANOS) {
        return;
      }
      oldest.remove();
      leave(attempt.address());
    }
  }

  private void leave(InetAddress address) {
    perAddress.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
  }

  /** The handshake of an attempt is done. */
  void established(ByteBuffer originalDestination, InetAddress from) {
    lock.lock();
    try {
      Attempt attempt = pending.remove(originalDestination);
      if (attempt == null) {
        perAddress.merge(from, 1, Integer::sum);
      }
      established.put(originalDestination, attempt == null ? from : attempt.address());
    } finally {
      lock.unlock();
    }
  }

  /** An established connection is over. */
  void ended(ByteBuffer originalDestination) {
    lock.lock();
    try {
      InetAddress address = established.remove(originalDestination);
      if (address != null) {
        leave(address);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How many connections there are, unfinished ones included. */
  int size() {
    lock.lock();
    try {
      return pending.size() + established.size();
    } finally {
      lock.unlock();
    }
  }
}
