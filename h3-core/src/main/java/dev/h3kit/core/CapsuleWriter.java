package dev.h3kit.core;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes capsules into a tunnel whose protocol uses the capsule protocol (RFC 9297 §3), one DATA
 * frame each. Used by one thread at a time.
 */
public final class CapsuleWriter {
  private static final int MAX_HEADER = 16;

  private final Tunnel tunnel;

  /** Writes into this tunnel. */
  public CapsuleWriter(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /**
   * Sends an HTTP datagram in a DATAGRAM capsule, where QUIC datagrams are not to be had (RFC 9297
   * §3.5): it arrives, and in order.
   *
   * @throws IllegalStateException if the protocol has no HTTP datagrams
   */
  public void datagram(ByteBuffer payload) throws IOException {
    // RFC 9297 §3.5: "the restrictions on when it is allowed to send an HTTP Datagram and how to
    // process them (from Section 2.1) also apply to HTTP Datagrams sent and received using the
    // DATAGRAM Capsule."
    if (!tunnel.hasDatagrams()) {
      throw new IllegalStateException("the request has no HTTP datagrams");
    }
    put(CapsuleReader.DATAGRAM, payload);
  }

  /**
   * Sends a capsule of any other type.
   *
   * @param type 1 to 2^62-1
   */
  public void write(long type, ByteBuffer value) throws IOException {
    if (type == CapsuleReader.DATAGRAM) {
      throw new IllegalArgumentException("datagrams have a method of their own");
    }
    put(type, value);
  }

  private void put(long type, ByteBuffer value) throws IOException {
    byte[] octets = new byte[MAX_HEADER + value.remaining()];
    int at = VarInt.write(octets, 0, type);
    at = VarInt.write(octets, at, value.remaining());
    int length = value.remaining();
    value.get(octets, at, length);
    tunnel.write(ByteBuffer.wrap(octets, 0, at + length));
  }

  /** Ends the sending direction of the tunnel. */
  public void finish() throws IOException {
    tunnel.finish();
  }
}
