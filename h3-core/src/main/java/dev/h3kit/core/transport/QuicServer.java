package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * A UDP port on which QUIC connections that speak HTTP/3 (ALPN {@code h3}) are accepted.
 * Thread-safe.
 */
public final class QuicServer {
  private QuicServer() {}

  /**
   * Binds and starts to accept.
   *
   * @param address where to listen; port 0 for a free one
   * @param acceptor gets each connection whose handshake is done, on a virtual thread of its own
   * @throws java.net.BindException if the port is taken
   * @throws IOException if the certificate cannot be used, saying why
   */
  public static QuicServer bind(
      ServerTransportConfig config, InetSocketAddress address, Consumer<Connection> acceptor)
      throws IOException {
    throw new IOException("no transport");
  }

  /** Where the server listens. */
  public InetSocketAddress address() {
    throw new IllegalStateException();
  }

  /** Accepts no new connections from now on; those that are go on. */
  public void stopAccepting() {}

  /**
   * Ends all connections with {@code errorCode} and frees the port; waits for both at most until
   * the deadline.
   */
  public void close(long errorCode, Deadline deadline) {}
}
