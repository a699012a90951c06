package dev.h3kit.core.transport;

import java.net.DatagramPacket;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A link of limited rate with a queue before it: what finds the queue full is lost. Thread-safe.
 */
public final class RateLimit implements DatagramFaults {
  private final ReentrantLock lock = new ReentrantLock();
  private final double nanosPerOctet;
  private final long queueNanos;
  private final long delayNanos;
  private long freeAt = System.nanoTime();

  /**
   * @param octetsPerSecond how fast it sends
   * @param queue octets that may wait
   * @param delayNanos how long a datagram travels
   */
  public RateLimit(long octetsPerSecond, long queue, long delayNanos) {
    this.nanosPerOctet = 1e9 / octetsPerSecond;
    this.queueNanos = (long) (queue * nanosPerOctet);
    this.delayNanos = delayNanos;
  }

  @Override
  public Fate sending(DatagramPacket packet) {
    lock.lock();
    try {
      long now = System.nanoTime();
      long begin = Math.max(now, freeAt);
      if (begin - now > queueNanos) {
        return Fate.DROP;
      }
      freeAt = begin + (long) (packet.getLength() * nanosPerOctet);
      return new Fate.Delay(freeAt - now + delayNanos);
    } finally {
      lock.unlock();
    }
  }
}
