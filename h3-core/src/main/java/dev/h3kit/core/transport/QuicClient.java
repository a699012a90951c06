package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Makes QUIC connections that speak HTTP/3 (ALPN {@code h3}). */
public final class QuicClient {
  private QuicClient() {}

  /**
   * Connects and completes the handshake. Interrupting the calling thread gives up.
   *
   * @param host the name for SNI and the certificate check; an IP address is checked as one
   * @param address where to; resolved
   * @throws HandshakeException with the reason
   * @throws java.io.InterruptedIOException if the thread was interrupted
   * @throws IllegalArgumentException if {@code host} is neither a host name nor an IP address, or
   *     {@code address} is not resolved
   */
  public static Connection connect(
      ClientTransportConfig config, String host, InetSocketAddress address, Deadline deadline)
      throws IOException {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("the address must be resolved: " + address);
    }
    return ClientHandshake.run(config, ServerName.of(host), address, deadline);
  }
}
