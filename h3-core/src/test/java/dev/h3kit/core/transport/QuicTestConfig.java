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
}
