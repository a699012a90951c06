package dev.h3kit.core.transport;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Which clients a server lets begin. A connection costs kwik five threads, and half of them before
 * the client has shown that its address is its own; so new ones are rationed by a token bucket, the
 * unfinished ones are counted, and so are all, in total and by address.
 */
final class Admission {
  /** An attempt that has not become a connection by now never will. */
  private static final long PENDING_NANOS = 10_000_000_000L;

  /** One that is so old may make room for another when there are too many. */
  private static final long STALE_NANOS = 1_000_000_000L;

  /**
   * First packets of one attempt: a client whose ClientHello is lost again and again sends a few
   * dozen, and kwik keeps them until the ClientHello is whole.
   */
  static final int PACKETS_PER_ATTEMPT = 64;

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

  /** What is known of a connection that is not established. */
  private static final class Attempt {
    final InetAddress address;
    final long since;
    final Runnable giveUp;
    int packets = 1;

    Attempt(InetAddress address, long since, Runnable giveUp) {
      this.address = address;
      this.since = since;
      this.giveUp = giveUp;
    }
  }

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
  private final Map<InetAddress, Integer> pendingPerAddress = new HashMap<>();
  private double tokens;
  private long refilledAt;

  /**
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  Admission(ServerTransportConfig config, LongSupplier clock) {
    maxConnections = config.maxConnections();
    maxPerAddress = config.maxConnectionsPerAddress();
    maxPending = mostPending(config.maxConnections());
    perNano = config.handshakesPerSecond() / NANOS_PER_SECOND;
    burst = config.handshakeBurst();
    this.clock = clock;
    tokens = burst;
    refilledAt = clock.getAsLong();
  }

  /** How many handshakes may be unfinished where there may be so many connections. */
  static int mostPending(int maxConnections) {
    return Math.max(FEWEST_PENDING, maxConnections / 4);
  }

  /** What a further Initial packet to a connection id that a client chose belongs to. */
  enum Known {
    /** To nothing: it is for {@link #judge} to say what becomes of it. */
    NO,
    /** To an attempt or a connection that was let in. */
    YES,
    /** To an attempt that has had more packets than it can need. */
    TOO_OFTEN
  }

  /** Whether packets to this connection id, chosen by a client, were let in before. */
  Known knows(ByteBuffer originalDestination) {
    lock.lock();
    try {
      Attempt attempt = pending.get(originalDestination);
      if (attempt != null) {
        return ++attempt.packets > PACKETS_PER_ATTEMPT ? Known.TOO_OFTEN : Known.YES;
      }
      return established.containsKey(originalDestination) ? Known.YES : Known.NO;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Decides about the first Initial packet to {@code originalDestination}.
   *
   * @param giveUp run, under a lock, if the attempt is admitted and does not become a connection in
   *     time
   */
  Verdict judge(ByteBuffer originalDestination, InetAddress from, Runnable giveUp) {
    lock.lock();
    try {
      long now = clock.getAsLong();
      expire(now, PENDING_NANOS);
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
      // One address must not take all the room that others need to begin.
      if (pendingPerAddress.getOrDefault(from, 0) >= (maxPending + 1) / 2) {
        if (!makeRoom(now, attempt -> attempt.address.equals(from))) {
          return Verdict.DROP;
        }
      } else if (pending.size() >= maxPending && !makeRoom(now, attempt -> true)) {
        return Verdict.DROP;
      }
      pending.put(originalDestination, new Attempt(from, now, giveUp));
      perAddress.merge(from, 1, Integer::sum);
      pendingPerAddress.merge(from, 1, Integer::sum);
      return Verdict.ADMIT;
    } finally {
      lock.unlock();
    }
  }

  /** Gives up what has been pending for too long; also done by {@link #judge}. */
  void expire() {
    lock.lock();
    try {
      expire(clock.getAsLong(), PENDING_NANOS);
    } finally {
      lock.unlock();
    }
  }

  private void expire(long now, long age) {
    Iterator<Attempt> oldest = pending.values().iterator();
    while (oldest.hasNext()) {
      Attempt attempt = oldest.next();
      if (now - attempt.since < age) {
        return;
      }
      oldest.remove();
      giveUp(attempt);
    }
  }

  /** Gives the oldest of these up if it is old enough: a client that means it needs no second. */
  private boolean makeRoom(long now, Predicate<Attempt> which) {
    Iterator<Attempt> oldest = pending.values().iterator();
    while (oldest.hasNext()) {
      Attempt attempt = oldest.next();
      if (now - attempt.since < STALE_NANOS) {
        return false;
      }
      if (which.test(attempt)) {
        oldest.remove();
        giveUp(attempt);
        return true;
      }
    }
    return false;
  }

  private void giveUp(Attempt attempt) {
    less(pendingPerAddress, attempt.address);
    less(perAddress, attempt.address);
    attempt.giveUp.run();
  }

  private static void less(Map<InetAddress, Integer> counts, InetAddress address) {
    counts.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
  }

  /** The handshake of an attempt is done. */
  void established(ByteBuffer originalDestination, InetAddress from) {
    lock.lock();
    try {
      Attempt attempt = pending.remove(originalDestination);
      if (attempt == null) {
        perAddress.merge(from, 1, Integer::sum);
      } else {
        less(pendingPerAddress, attempt.address);
      }
      established.put(originalDestination, attempt == null ? from : attempt.address);
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
        less(perAddress, address);
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
