package dev.h3kit.core.transport;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.packet.ZeroRttPacket;

/**
 * The logger that all connections of a server share. kwik names a connection's threads {@code
 * receiver-X} and {@code sender-X} after its original destination connection id X; the connection
 * is found by that once, and kept with the thread.
 */
final class ServerPacketLog extends NullLogger {
  private static final String RECEIVER = "receiver-";
  private static final String SENDER = "sender-";

  private final Map<String, KwikConnection> connections = new ConcurrentHashMap<>();
  private static final ThreadLocal<@Nullable KwikConnection> OF_THREAD = new ThreadLocal<>();
  private static final ThreadLocal<@Nullable QuicPacket> BEFORE_BEGIN = new ThreadLocal<>();

  /**
   * On the receiver thread of a connection that begins: it is {@code connection}.
   *
   * @return whether the handshake is still going on, and the client sends early data (0-RTT)
   */
  boolean begins(KwikConnection connection) {
    String name = Thread.currentThread().getName();
    if (!name.startsWith(RECEIVER)) {
      throw new IllegalStateException("not kwik's receiver thread: " + name);
    }
    String key = name.substring(RECEIVER.length());
    connections.put(key, connection);
    OF_THREAD.set(connection);
    connection.atEnd(() -> connections.remove(key, connection));
    QuicPacket current = BEFORE_BEGIN.get();
    BEFORE_BEGIN.remove();
    if (current instanceof ZeroRttPacket) {
      // Its frames have not been processed yet.
      FrameHooks.received(connection, current);
      return true;
    }
    return false;
  }

  private @Nullable KwikConnection connection() {
    KwikConnection known = OF_THREAD.get();
    if (known != null) {
      return known;
    }
    String name = Thread.currentThread().getName();
    KwikConnection found =
        name.startsWith(SENDER) ? connections.get(name.substring(SENDER.length())) : null;
    if (found != null) {
      OF_THREAD.set(found);
    }
    return found;
  }

  @Override
  public void decrypted(String message, byte[] data) {
    if (!FrameHooks.decrypted(message, data)) {
      KwikConnection connection = connection();
      if (connection != null) {
        connection.violated("a frame is longer than its packet");
      }
    }
  }

  @Override
  public void received(Instant when, int datagram, QuicPacket packet) {
    KwikConnection connection = connection();
    if (connection == null) {
      BEFORE_BEGIN.set(packet);
    } else {
      FrameHooks.received(connection, packet);
    }
  }

  @Override
  public void sent(Instant when, List<QuicPacket> packets) {
    KwikConnection connection = connection();
    if (connection != null) {
      FrameHooks.sent(connection, packets);
    }
  }

  @Override
  public void error(String message, Throwable error) {
    KwikConnection connection = connection();
    if (connection != null && message.endsWith("aborted due to internal error")) {
      connection.failedHalfway("the QUIC stack gave up: " + error);
    }
  }
}
