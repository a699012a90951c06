package dev.h3kit.core;

import dev.h3kit.core.transport.ServerTransportConfig;
import java.io.IOException;
import java.net.InetSocketAddress;

/** An HTTP/3 server on one UDP port. Thread-safe. */
public final class Http3Server {
  private Http3Server() {}

  /**
   * Answers requests. Called on a virtual thread of the request's own; the exchange should be over
   * when it returns.
   */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers one request. If it returns with the response unfinished, the exchange is aborted with
     * H3_INTERNAL_ERROR; if it throws, likewise.
     */
    void handle(ServerExchange exchange) throws Exception;
  }

  /** Binds the port and starts to answer. */
  public static Http3Server bind(
      ServerTransportConfig transport,
      Http3Limits limits,
      Http3Events events,
      InetSocketAddress address,
      Handler handler)
      throws IOException {
    throw new IOException("no transport");
  }

  /** Where the server listens. */
  public InetSocketAddress address() {
    throw new IllegalStateException();
  }

  /** Connections that are open. */
  public int connections() {
    return 0;
  }

  /**
   * Shuts down in order (RFC 9114 §5.2): GOAWAY on all connections, requests in work end until the
   * deadline, later ones are rejected, then all is closed and the port freed.
   */
  public void close(Deadline deadline) {}
}
