package dev.h3kit.core.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.crypto.MissingKeysException;

/** A server's socket: it keeps kwik from clients the server does not take. */
final class ListeningSocket extends GuardedSocket {
  /** RFC 9000 §14.1: a server "MUST discard an Initial packet" in a smaller datagram. */
  private static final int SMALLEST_INITIAL = 1200;

  /** How often a silent port is looked after: attempts that nobody finishes are ended then. */
  private static final int LOOK_MILLIS = 2_000;

  /** How many handshakes are remembered for each connection there may be. */
  private static final int HANDSHAKES_PER_CONNECTION = 4;

  private final Admission admission;
  private final Routes routes;
  private final LongAdder turnedAway = new LongAdder();
  private final ReentrantLock chosenLock = new ReentrantLock();
  private final Map<ByteBuffer, Boolean> chosenByServer;
  private final Queue<Supplier<DatagramPacket>> givenUp = new ConcurrentLinkedQueue<>();
  private volatile boolean refusing;

  ListeningSocket(InetSocketAddress address, ServerTransportConfig config) throws SocketException {
    super(address, config.faults());
    setSoTimeout(LOOK_MILLIS);
    admission = new Admission(config, System::nanoTime);
    routes = new Routes(System::nanoTime);
    chosenByServer = latest(HANDSHAKES_PER_CONNECTION * config.maxConnections());
  }

  private static Map<ByteBuffer, Boolean> latest(int size) {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
        return size() > size;
      }
    };
  }

  Admission admission() {
    return admission;
  }

  Routes routes() {
    return routes;
  }

  /** From now on new clients are told that the server is full. */
  void refuseNew() {
    refusing = true;
  }

  /** How many first packets were dropped or refused. */
  long turnedAway() {
    return turnedAway.sum();
  }

  @Override
  boolean admit(DatagramPacket packet) throws IOException {
    LongHeader header = LongHeader.parse(packet);
    if (header == null) {
      routes.received(packet);
      return true;
    }
    // Other long headers lead nowhere in kwik without an Initial before them.
    if (!header.initial()
        || routes.knows(header.destination())
        || isChosenByServer(header.destination())) {
      return true;
    }
    if (packet.getLength() < SMALLEST_INITIAL || !InitialPackets.plausible(packet, header)) {
      turnedAway.increment();
      return false;
    }
    switch (admission.knows(header.destination())) {
      case YES -> {
        return true;
      }
      case TOO_OFTEN -> {
        turnedAway.increment();
        return false;
      }
      case NO -> {}
    }
    SocketAddress from = packet.getSocketAddress();
    Admission.Verdict verdict =
        refusing
            ? Admission.Verdict.REFUSE
            : admission.judge(
                header.destination(),
                packet.getAddress(),
                () -> givenUp.add(() -> end(header, from)));
    return switch (verdict) {
      case ADMIT -> true;
      case DROP -> {
        turnedAway.increment();
        yield false;
      }
      case REFUSE -> {
        turnedAway.increment();
        refuse(packet, header);
        yield false;
      }
    };
  }

  private static DatagramPacket end(LongHeader header, SocketAddress from) {
    try {
      return InitialPackets.givingUp(header, from);
    } catch (MissingKeysException e) {
      throw new IllegalStateException("the keys were just made", e);
    }
  }

  /** What kwik gets before the next datagram of the network: the end of what was given up. */
  @Override
  @Nullable DatagramPacket own() {
    Supplier<DatagramPacket> next = givenUp.poll();
    return next == null ? null : next.get();
  }

  private void refuse(DatagramPacket packet, LongHeader header) throws IOException {
    try {
      sendDirectly(InitialPackets.refusal(packet, header));
    } catch (MissingKeysException e) {
      throw new IllegalStateException("the keys were just made", e);
    }
  }

  private boolean isChosenByServer(ByteBuffer connectionId) {
    chosenLock.lock();
    try {
      return chosenByServer.containsKey(connectionId);
    } finally {
      chosenLock.unlock();
    }
  }

  /** During a handshake the client answers to the connection id in the server's long headers. */
  private void noteChoice(DatagramPacket packet) {
    LongHeader header = LongHeader.parse(packet);
    if (header != null && header.known()) {
      chosenLock.lock();
      try {
        chosenByServer.put(header.source(), true);
      } finally {
        chosenLock.unlock();
      }
    }
  }

  @Override
  DatagramPacket outgoing(DatagramPacket packet) {
    noteChoice(packet);
    return routes.outgoing(packet);
  }

  /**
   * kwik ends the JVM if its server's receive fails before it has itself begun to close; when it
   * has, it interrupts the thread.
   */
  @Override
  void receiveFailed(IOException failure) throws IOException {
    if (failure instanceof SocketTimeoutException) {
      admission.expire();
    }
    if (isClosed()) {
      while (!Thread.currentThread().isInterrupted()) {
        LockSupport.park(this);
      }
      throw failure;
    }
  }
}
