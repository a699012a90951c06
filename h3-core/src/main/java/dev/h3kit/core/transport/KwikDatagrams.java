package dev.h3kit.core.transport;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.impl.QuicConnectionImpl;

/**
 * The datagrams of a kwik connection. kwik queues without bounds, so what waits is counted here.
 */
final class KwikDatagrams implements Datagrams {
  /** By how much kwik overestimates: a larger one would wait in its queue for ever. */
  private static final int OVERESTIMATE = 16;

  private final QuicConnectionImpl quic;
  private final AtomicInteger unsent = new AtomicInteger();
  private final LongAdder dropped = new LongAdder();
  private volatile @Nullable Consumer<byte[]> receiver;

  KwikDatagrams(QuicConnectionImpl quic) {
    this.quic = quic;
    quic.setDatagramHandler(this::came, new SameThread());
  }

  private void came(byte[] octets) {
    Consumer<byte[]> to = receiver;
    if (to == null) {
      dropped.increment();
    } else {
      to.accept(octets);
    }
  }

  /** A datagram has left. */
  void left() {
    unsent.decrementAndGet();
  }

  @Override
  public boolean receivable() {
    return quic.canReceiveDatagram();
  }

  @Override
  public int maxSize() {
    // RFC 9221 §3: "An endpoint MUST NOT send DATAGRAM frames until it has received the
    // max_datagram_frame_size transport parameter with a non-zero value during the handshake".
    if (!quic.canSendDatagram()) {
      return NONE;
    }
    return Math.max(0, quic.maxDatagramDataSize() - OVERESTIMATE);
  }

  @Override
  public boolean send(byte[] octets) {
    int most = maxSize();
    if (most == NONE) {
      throw new IllegalStateException("the peer takes no datagrams");
    }
    // RFC 9221 §3: "An endpoint MUST NOT send DATAGRAM frames that are larger than the
    // max_datagram_frame_size value it has received from its peer."
    if (octets.length > most) {
      throw new IllegalArgumentException(octets.length + " octets; a datagram holds " + most);
    }
    if (unsent.incrementAndGet() > MAX_UNSENT) {
      unsent.decrementAndGet();
      dropped.increment();
      return false;
    }
    quic.send(new DatagramFrame(octets.clone()), frame -> {}, true);
    return true;
  }

  @Override
  public void receive(Consumer<byte[]> newReceiver) {
    receiver = newReceiver;
  }

  @Override
  public long dropped() {
    return dropped.sum();
  }

  /** kwik's receive thread itself: a queue of tasks would have no bound. */
  private static final class SameThread extends AbstractExecutorService {
    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
