package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a connection has done, to tell when it should be exchanged for a new one. The QUIC stack
 * keeps about 1 KB of each cancelled stream until its connection ends, and encrypts with one key,
 * for which RFC 9001 §6.6 allows 2^23 packets. Thread-safe.
 */
final class Mileage {
  /** Half of what RFC 9001 §6.6 allows an AES-GCM key. */
  static final long PACKETS = 1L << 22;

  /** Packets are looked at with one request in so many. */
  private static final int LOOK = 16;

  private final Connection transport;
  private final Http3Limits limits;
  private final Runnable onWorn;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong resets = new AtomicLong();
  private final AtomicBoolean worn = new AtomicBoolean();

  /**
   * @param onWorn runs once when a limit has been reached; must not block
   */
  Mileage(Connection transport, Http3Limits limits, Runnable onWorn) {
    this.transport = transport;
    this.limits = limits;
    this.onWorn = onWorn;
  }

  /** One more request. */
  void request() {
    long count = requests.incrementAndGet();
    if (count >= limits.connectionRequests()
        || (count % LOOK == 0 && transport.stats().datagramsSent() >= PACKETS)) {
      wear();
    }
  }

  /** One more stream that was cancelled by either side. */
  void reset() {
    if (resets.incrementAndGet() >= limits.connectionResets()) {
      wear();
    }
  }

  private void wear() {
    if (worn.compareAndSet(false, true)) {
      onWorn.run();
    }
  }

  /** Whether a limit has been reached. */
  boolean worn() {
    return worn.get();
  }
}
