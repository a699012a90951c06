package dev.h3kit.core.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import tech.kwik.core.crypto.MissingKeysException;

/** A server's socket: it keeps kwik from clients the server does not take. */
final class ListeningSocket extends GuardedSocket {
  /** RFC 9000 §14.1: a server "MUST discard an Initial packet" in a smaller datagram. */
  private static final int SMALLEST_INITIAL = 1200;

  /** How many handshakes are remembered for each connection there may be. */
  private static final int HANDSHAKES_PER_CONNECTION = 4;

  private final Admission admission;
  private final Routes routes;
  private final LongAdder turnedAway = new LongAdder();
  private final ReentrantLock chosenLock = new ReentrantLock();
  private final Map<ByteBuffer, Boolean> chosenByServer;
  private volatile boolean refusing;

  ListeningSocket(InetSocketAddress address, ServerTransportConfig config) throws SocketException {
    super(address, config.faults());
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
    if (admission.knows(header.destination())) {
      return true;
    }
    Admission.Verdict verdict =
        refusing
            ? Admission.Verdict.REFUSE
            : admission.judge(header.destination(), packet.getAddress());
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
    if (isClosed()) {
      while (!Thread.currentThread().isInterrupted()) {
        LockSupport.park(this);
      }
      throw failure;
    }
  }
}
