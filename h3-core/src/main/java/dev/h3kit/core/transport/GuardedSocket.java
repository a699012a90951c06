package dev.h3kit.core.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The socket under kwik. A datagram that cannot be sent counts as lost, which QUIC is made for,
 * while kwik would give the connection up; {@link #receive} fails only when the socket is closed,
 * since kwik's server ends the JVM otherwise.
 */
abstract class GuardedSocket extends DatagramSocket {
  /** Asked for in both directions; the kernel may grant less. */
  static final int BUFFER = 4 << 20;

  private static final long PAUSE_AFTER_ERROR_MILLIS = 1;

  private final DatagramFaults faults;
  private final @Nullable Faulty faulty;
  private final LongAdder datagramsSent = new LongAdder();
  private final LongAdder octetsSent = new LongAdder();
  private final LongAdder sendErrors = new LongAdder();
  private final LongAdder datagramsReceived = new LongAdder();
  private final LongAdder octetsReceived = new LongAdder();

  GuardedSocket(@Nullable SocketAddress local, DatagramFaults faults) throws SocketException {
    super(local);
    this.faults = faults;
    faulty = faults.equals(DatagramFaults.NONE) ? null : new Faulty();
    setOption(this);
  }

  private static void setOption(DatagramSocket socket) throws SocketException {
    try {
      socket.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
      socket.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
    } catch (IOException e) {
      throw new SocketException("cannot size the socket's buffers: " + e.getMessage());
    }
  }

  /** What became of a failed receive: throw it on, or try again. */
  abstract void receiveFailed(IOException failure) throws IOException;

  /** A datagram could not be sent; throw it on only if the connection cannot live with it. */
  void sendFailed(IOException failure) throws IOException {}

  /** Whether kwik is to see a datagram that came; it may be changed. */
  boolean admit(DatagramPacket packet) throws IOException {
    return true;
  }

  /** A datagram of our own that kwik is to get next; null if there is none. */
  @Nullable DatagramPacket own() {
    return null;
  }

  /** The packet as it is to leave. */
  DatagramPacket outgoing(DatagramPacket packet) {
    return packet;
  }

  @Override
  public final void receive(DatagramPacket packet) throws IOException {
    while (true) {
      DatagramPacket own = own();
      if (own != null) {
        copy(own, packet);
        return;
      }
      Faulty between = faulty;
      if (between == null) {
        receiveNow(packet);
      } else {
        between.take(packet);
      }
      if (admit(packet)) {
        return;
      }
      packet.setLength(packet.getData().length);
    }
  }

  private void receiveNow(DatagramPacket packet) throws IOException {
    while (true) {
      try {
        receiveRaw(packet);
        datagramsReceived.increment();
        octetsReceived.add(packet.getLength());
        return;
      } catch (IOException e) {
        receiveFailed(e);
        DatagramPacket own = own();
        if (own != null) {
          copy(own, packet);
          return;
        }
        pause();
      }
    }
  }

  /** Receives from the kernel. */
  void receiveRaw(DatagramPacket packet) throws IOException {
    super.receive(packet);
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_AFTER_ERROR_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted");
    }
  }

  @Override
  public final void send(DatagramPacket packet) throws IOException {
    sendDirectly(outgoing(packet));
  }

  /** Sends a packet as it is. */
  final void sendDirectly(DatagramPacket out) throws IOException {
    if (faulty == null) {
      sendNow(out);
      return;
    }
    switch (faults.sending(out)) {
      case DatagramFaults.Fate.Pass p -> sendNow(out);
      case DatagramFaults.Fate.Drop d -> {}
      case DatagramFaults.Fate.Delay delay -> {
        DatagramPacket later = copy(out);
        CompletableFuture.delayedExecutor(delay.delayNanos(), TimeUnit.NANOSECONDS)
            .execute(() -> sendLate(later));
      }
    }
  }

  private void sendNow(DatagramPacket packet) throws IOException {
    try {
      super.send(packet);
      datagramsSent.increment();
      octetsSent.add(packet.getLength());
    } catch (IOException e) {
      sendErrors.increment();
      sendFailed(e);
    }
  }

  private void sendLate(DatagramPacket packet) {
    try {
      sendNow(packet);
    } catch (IOException e) {
      // Counted; there is nobody to tell any more.
      return;
    }
  }

  private static void copy(DatagramPacket from, DatagramPacket to) {
    System.arraycopy(
        from.getData(), from.getOffset(), to.getData(), to.getOffset(), from.getLength());
    to.setLength(from.getLength());
    to.setSocketAddress(from.getSocketAddress());
  }

  private static DatagramPacket copy(DatagramPacket packet) {
    int from = packet.getOffset();
    byte[] octets = Arrays.copyOfRange(packet.getData(), from, from + packet.getLength());
    return new DatagramPacket(octets, octets.length, packet.getSocketAddress());
  }

  /** What the kernel granted. */
  SocketBuffers buffers() throws SocketException {
    return new SocketBuffers(BUFFER, getReceiveBufferSize(), getSendBufferSize());
  }

  long datagramsSent() {
    return datagramsSent.sum();
  }

  long octetsSent() {
    return octetsSent.sum();
  }

  long datagramsReceived() {
    return datagramsReceived.sum();
  }

  long octetsReceived() {
    return octetsReceived.sum();
  }

  long sendErrors() {
    return sendErrors.sum();
  }

  @Override
  public void close() {
    super.close();
    Faulty between = faulty;
    if (between != null) {
      between.stop();
    }
  }

  /** Receives on a thread of its own, so that a datagram can be let through later. */
  private final class Faulty {
    private final DelayQueue<Due> arrivals = new DelayQueue<>();
    private @Nullable Thread pump;

    void take(DatagramPacket into) throws IOException {
      if (pump == null) {
        pump = Thread.ofPlatform().daemon().name("h3kit-faulty-receiver").start(this::pump);
      }
      try {
        Due due = arrivals.take();
        if (due.failure() != null) {
          arrivals.add(due);
          throw due.failure();
        }
        copy(due.packet(), into);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SocketException("interrupted");
      }
    }

    private void pump() {
      byte[] buffer = new byte[65_535];
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      while (true) {
        try {
          packet.setLength(buffer.length);
          receiveNow(packet);
        } catch (IOException e) {
          arrivals.add(new Due(System.nanoTime(), packet, e));
          return;
        }
        long now = System.nanoTime();
        switch (faults.received(packet)) {
          case DatagramFaults.Fate.Pass p -> arrivals.add(new Due(now, copy(packet), null));
          case DatagramFaults.Fate.Drop d -> {}
          case DatagramFaults.Fate.Delay delay ->
              arrivals.add(new Due(now + delay.delayNanos(), copy(packet), null));
        }
      }
    }

    void stop() {
      arrivals.add(
          new Due(
              System.nanoTime(),
              new DatagramPacket(new byte[0], 0),
              new SocketException("socket closed")));
    }
  }

  private record Due(long at, DatagramPacket packet, @Nullable IOException failure)
      implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return other instanceof Due due ? Long.signum(at - due.at) : 1;
    }
  }
}
