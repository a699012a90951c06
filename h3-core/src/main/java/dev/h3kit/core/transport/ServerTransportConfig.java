package dev.h3kit.core.transport;

import java.time.Duration;
import java.util.List;

/**
 * How a server accepts QUIC connections.
 *
 * @param identity the key and certificate chain shown to clients
 * @param idleTimeout silence after which a connection ends
 * @param streamReceiveWindow flow-control window of a stream in octets
 * @param connectionReceiveWindow flow-control window of a connection in octets; keep it far above
 *     streams times stream window, a lost MAX_DATA is not sent again
 * @param peerBidirectionalStreams how many request streams a client may have open at a time
 * @param peerUnidirectionalStreams how many unidirectional streams a client may have open
 * @param maxConnections connections at a time; a further one is refused
 * @param maxConnectionsPerAddress connections from one address at a time
 * @param handshakesPerSecond how many unknown Initial packets are let through in a second
 * @param handshakeBurst how many at once before that rate counts
 * @param faults what the test hook does to datagrams
 * @param datagrams whether datagrams of the peer are taken (RFC 9221) and announced
 */
public record ServerTransportConfig(
    Identity identity,
    Duration idleTimeout,
    long streamReceiveWindow,
    long connectionReceiveWindow,
    int peerBidirectionalStreams,
    int peerUnidirectionalStreams,
    int maxConnections,
    int maxConnectionsPerAddress,
    int handshakesPerSecond,
    int handshakeBurst,
    DatagramFaults faults,
    boolean datagrams) {
  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final long STREAM_WINDOW = 256L << 10;
  private static final long CONNECTION_WINDOW = 1L << 30;
  private static final int REQUEST_STREAMS = 100;
  private static final int UNIDIRECTIONAL_STREAMS = 16;
  private static final int CONNECTIONS = 256;
  private static final int CONNECTIONS_PER_ADDRESS = 64;
  private static final int HANDSHAKES_PER_SECOND = 500;
  private static final int HANDSHAKES_AT_ONCE = 1000;

  /** A configuration without datagrams. */
  public ServerTransportConfig(
      Identity identity,
      Duration idleTimeout,
      long streamReceiveWindow,
      long connectionReceiveWindow,
      int peerBidirectionalStreams,
      int peerUnidirectionalStreams,
      int maxConnections,
      int maxConnectionsPerAddress,
      int handshakesPerSecond,
      int handshakeBurst,
      DatagramFaults faults) {
    this(
        identity,
        idleTimeout,
        streamReceiveWindow,
        connectionReceiveWindow,
        peerBidirectionalStreams,
        peerUnidirectionalStreams,
        maxConnections,
        maxConnectionsPerAddress,
        handshakesPerSecond,
        handshakeBurst,
        faults,
        false);
  }

  /** The same with datagrams. */
  public ServerTransportConfig withDatagrams() {
    return new ServerTransportConfig(
        identity,
        idleTimeout,
        streamReceiveWindow,
        connectionReceiveWindow,
        peerBidirectionalStreams,
        peerUnidirectionalStreams,
        maxConnections,
        maxConnectionsPerAddress,
        handshakesPerSecond,
        handshakeBurst,
        faults,
        true);
  }

  /**
   * The defaults for a certificate: 60 s idle, 256 KiB and 1 GiB windows, 100 and 16 streams, 256
   * connections, 64 an address.
   */
  public static ServerTransportConfig of(Identity identity) {
    return new ServerTransportConfig(
        identity,
        IDLE,
        STREAM_WINDOW,
        CONNECTION_WINDOW,
        REQUEST_STREAMS,
        UNIDIRECTIONAL_STREAMS,
        CONNECTIONS,
        CONNECTIONS_PER_ADDRESS,
        HANDSHAKES_PER_SECOND,
        HANDSHAKES_AT_ONCE,
        DatagramFaults.NONE);
  }

  /** The limits of {@link #of}, as a person reads them. */
  public static List<Limit> defaultLimits() {
    return List.of(
        Limit.time("QUIC idle time", IDLE),
        Limit.octets("stream window", STREAM_WINDOW),
        Limit.octets("connection window", CONNECTION_WINDOW),
        Limit.count("request streams", REQUEST_STREAMS),
        Limit.count("unidirectional streams", UNIDIRECTIONAL_STREAMS),
        Limit.count("QUIC connections", CONNECTIONS),
        Limit.count("QUIC connections of an address", CONNECTIONS_PER_ADDRESS),
        Limit.count("unfinished handshakes", Admission.mostPending(CONNECTIONS)),
        Limit.count("first packets in a second", HANDSHAKES_PER_SECOND),
        Limit.count("first packets at once", HANDSHAKES_AT_ONCE));
  }
}
