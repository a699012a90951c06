package dev.h3kit.core.transport;

import java.time.Duration;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How a client makes QUIC connections.
 *
 * @param trust who is trusted; null for the platform's default trust store. The host name is
 *     checked against RFC 9525 on top of it, unless {@code verifyPeer} is false
 * @param verifyPeer whether certificate and host name are checked at all; false only for {@code
 *     --insecure}
 * @param idleTimeout silence after which the connection ends
 * @param streamReceiveWindow flow-control window of a stream in octets
 * @param connectionReceiveWindow flow-control window of the connection in octets
 * @param peerBidirectionalStreams how many bidirectional streams the peer may open
 * @param peerUnidirectionalStreams how many unidirectional streams the peer may open; 3 is the
 *     legal least (RFC 9114 §6.2), more leaves room for reserved streams
 * @param faults what the test hook does to datagrams
 * @param datagrams whether datagrams of the peer are taken (RFC 9221) and announced
 */
public record ClientTransportConfig(
    @Nullable X509TrustManager trust,
    boolean verifyPeer,
    Duration idleTimeout,
    long streamReceiveWindow,
    long connectionReceiveWindow,
    int peerBidirectionalStreams,
    int peerUnidirectionalStreams,
    DatagramFaults faults,
    boolean datagrams) {

  /** A configuration without datagrams. */
  public ClientTransportConfig(
      @Nullable X509TrustManager trust,
      boolean verifyPeer,
      Duration idleTimeout,
      long streamReceiveWindow,
      long connectionReceiveWindow,
      int peerBidirectionalStreams,
      int peerUnidirectionalStreams,
      DatagramFaults faults) {
    this(
        trust,
        verifyPeer,
        idleTimeout,
        streamReceiveWindow,
        connectionReceiveWindow,
        peerBidirectionalStreams,
        peerUnidirectionalStreams,
        faults,
        false);
  }

  /** The same with datagrams. */
  public ClientTransportConfig withDatagrams() {
    return new ClientTransportConfig(
        trust,
        verifyPeer,
        idleTimeout,
        streamReceiveWindow,
        connectionReceiveWindow,
        peerBidirectionalStreams,
        peerUnidirectionalStreams,
        faults,
        true);
  }

  /** The same for a server that may open {@code count} bidirectional streams. */
  public ClientTransportConfig withPeerBidirectionalStreams(int count) {
    return new ClientTransportConfig(
        trust,
        verifyPeer,
        idleTimeout,
        streamReceiveWindow,
        connectionReceiveWindow,
        count,
        peerUnidirectionalStreams,
        faults,
        datagrams);
  }

  /**
   * Platform trust, 30 s idle, windows of 8 MiB and 64 MiB, no peer-opened requests, 16
   * unidirectional streams.
   */
  public static final ClientTransportConfig DEFAULT =
      new ClientTransportConfig(
          null, true, Duration.ofSeconds(30), 8L << 20, 64L << 20, 0, 16, DatagramFaults.NONE);
}
