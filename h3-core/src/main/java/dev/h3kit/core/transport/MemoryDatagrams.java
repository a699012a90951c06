package dev.h3kit.core.transport;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One side's datagrams of a connection in memory: handed over at once, or lost. */
final class MemoryDatagrams implements Datagrams {
  private final int maxSize;
  private final BooleanSupplier lost;
  private final BooleanSupplier closed;
  private final LongAdder dropped = new LongAdder();
  private @Nullable MemoryDatagrams peer;
  private volatile @Nullable Consumer<byte[]> receiver;

  /**
   * @param maxSize the most octets of one
   * @param lost is asked for each one sent
   * @param closed whether the connection has ended
   */
  MemoryDatagrams(int maxSize, BooleanSupplier lost, BooleanSupplier closed) {
    this.maxSize = maxSize;
    this.lost = lost;
    this.closed = closed;
  }

  /** Makes two sides each other's peers. */
  static void join(MemoryDatagrams one, MemoryDatagrams other) {
    one.peer = other;
    other.peer = one;
  }

  @Override
  public boolean receivable() {
    return true;
  }

  @Override
  public int maxSize() {
    return maxSize;
  }

  @Override
  public boolean send(byte[] octets) {
    if (octets.length > maxSize) {
      throw new IllegalArgumentException(octets.length + " octets; a datagram holds " + maxSize);
    }
    MemoryDatagrams to = peer;
    if (to != null && !closed.getAsBoolean() && !lost.getAsBoolean()) {
      to.came(octets.clone());
    }
    return true;
  }

  private void came(byte[] octets) {
    Consumer<byte[]> to = receiver;
    if (to == null) {
      dropped.increment();
    } else {
      to.accept(octets);
    }
  }

  @Override
  public void receive(Consumer<byte[]> newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public long dropped() {
    return dropped.sum();
  }
}
