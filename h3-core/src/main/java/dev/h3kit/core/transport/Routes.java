package dev.h3kit.core.transport;

import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a server's connections are. kwik knows a connection by the address of its first packet and
 * drops packets from another, as they come when a NAT gives the client a new port: so packets to a
 * connection id of ours are shown to kwik as coming from the first address, and kwik's go to the
 * latest.
 *
 * <p>A new address counts after two packets in a row, and not oftener than once a second. The new
 * path is not validated as RFC 9000 §9.3 asks for; kwik has no way to.
 */
final class Routes {
  /** The length of the connection ids kwik's server chooses; they fit a long. */
  static final int CONNECTION_ID_LENGTH = 8;

  private static final long MOVE_NANOS = 1_000_000_000L;
  private static final int PACKETS_TO_MOVE = 2;

  /** One connection's addresses. */
  static final class Route {
    private final InetSocketAddress home;
    private volatile @Nullable InetSocketAddress away;

    // By the receive thread only.
    private @Nullable InetSocketAddress candidate;
    private int candidatePackets;
    private long movedAt;
    private boolean movedBefore;

    private Route(InetSocketAddress home) {
      this.home = home;
    }

    /** Where the connection is now. */
    InetSocketAddress now() {
      InetSocketAddress moved = away;
      return moved == null ? home : moved;
    }
  }

  private final Map<Long, Route> byConnectionId = new ConcurrentHashMap<>();
  private final Map<InetSocketAddress, Route> away = new ConcurrentHashMap<>();
  private final AtomicInteger awayCount = new AtomicInteger();
  private final LongSupplier clock;

  Routes(LongSupplier clock) {
    this.clock = clock;
  }

  /** A connection begins at {@code home}. */
  Route begin(InetSocketAddress home) {
    return new Route(home);
  }

  /** The connection can be reached by this connection id from now on. */
  void add(byte[] connectionId, Route route) {
    if (connectionId.length == CONNECTION_ID_LENGTH) {
      byConnectionId.put(key(connectionId, 0), route);
    }
  }

  /** The connection is over. */
  void remove(Route route) {
    byConnectionId.values().removeIf(route::equals);
    if (away.remove(route.home, route)) {
      awayCount.decrementAndGet();
    }
  }

  /** Whether a server's connection has this id. */
  boolean knows(ByteBuffer connectionId) {
    return connectionId.remaining() == CONNECTION_ID_LENGTH
        && byConnectionId.containsKey(connectionId.getLong(0));
  }

  int size() {
    return byConnectionId.size();
  }

  /** Shows a packet that came to kwik as coming from its connection's first address. */
  void received(DatagramPacket packet) {
    byte[] data = packet.getData();
    int from = packet.getOffset();
    // RFC 9000 §17.3.1: a short header has the form bit clear, and the connection id behind it.
    if (packet.getLength() < 1 + CONNECTION_ID_LENGTH || (data[from] & 0x80) != 0) {
      return;
    }
    Route route = byConnectionId.get(key(data, from + 1));
    if (route == null) {
      return;
    }
    InetSocketAddress now = route.now();
    if (!isFrom(packet, now)) {
      considerMove(route, packet);
    } else if (route.candidate != null) {
      route.candidate = null;
    }
    if (!isFrom(packet, route.home)) {
      packet.setSocketAddress(route.home);
    }
  }

  private void considerMove(Route route, DatagramPacket packet) {
    InetSocketAddress candidate = route.candidate;
    if (candidate == null || !isFrom(packet, candidate)) {
      route.candidate = (InetSocketAddress) packet.getSocketAddress();
      route.candidatePackets = 1;
      return;
    }
    route.candidatePackets++;
    long time = clock.getAsLong();
    if (route.candidatePackets < PACKETS_TO_MOVE
        || (route.movedBefore && time - route.movedAt < MOVE_NANOS)) {
      return;
    }
    route.movedBefore = true;
    route.movedAt = time;
    route.away = candidate;
    route.candidate = null;
    if (away.put(route.home, route) == null) {
      awayCount.incrementAndGet();
    }
  }

  /** The packet as it is to be sent. */
  DatagramPacket outgoing(DatagramPacket packet) {
    if (awayCount.get() == 0) {
      return packet;
    }
    Route route = away.get((InetSocketAddress) packet.getSocketAddress());
    return route == null
        ? packet
        : new DatagramPacket(packet.getData(), packet.getOffset(), packet.getLength(), route.now());
  }

  private static boolean isFrom(DatagramPacket packet, InetSocketAddress address) {
    InetAddress host = address.getAddress();
    return packet.getPort() == address.getPort() && packet.getAddress().equals(host);
  }

  private static long key(byte[] data, int from) {
    long key = 0;
    for (int i = 0; i < CONNECTION_ID_LENGTH; i++) {
      key = key << 8 | (data[from + i] & 0xff);
    }
    return key;
  }
}
