package dev.h3kit.core.transport;

import java.time.Instant;
import java.util.List;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.QuicPacket;

/** The logger of one client connection: it writes nothing, it watches. */
class PacketLog extends NullLogger {
  private final KwikConnection connection;

  PacketLog(KwikConnection connection) {
    this.connection = connection;
  }

  @Override
  public void decrypted(String message, byte[] data) {
    if (!FrameHooks.decrypted(message, data)) {
      connection.violated("a frame is longer than its packet");
    }
  }

  @Override
  public void received(Instant when, int datagram, QuicPacket packet) {
    FrameHooks.received(connection, packet);
  }

  @Override
  public void sent(Instant when, List<QuicPacket> packets) {
    FrameHooks.sent(connection, packets);
  }

  @Override
  public void error(String message, Throwable error) {
    if (message.startsWith("Aborting connection")) {
      connection.failed("the QUIC stack gave up: " + error);
    }
  }
}
