package dev.h3kit.core.transport;

/** Configurations of real connections on the loopback interface for tests in other packages. */
public final class QuicTestConfig {
  private QuicTestConfig() {}

  /** A server named localhost. */
  public static ServerTransportConfig server() {
    return Loopback.serverConfig();
  }

  /** A client that trusts it. */
  public static ClientTransportConfig client() {
    return Loopback.clientConfig();
  }

  /** The same server behind a hook for its datagrams. */
  public static ServerTransportConfig server(DatagramFaults faults) {
    ServerTransportConfig d = server();
    return new ServerTransportConfig(
        d.identity(),
        d.idleTimeout(),
        d.streamReceiveWindow(),
        d.connectionReceiveWindow(),
        d.peerBidirectionalStreams(),
        d.peerUnidirectionalStreams(),
        d.maxConnections(),
        d.maxConnectionsPerAddress(),
        d.handshakesPerSecond(),
        d.handshakeBurst(),
        faults);
  }
}
