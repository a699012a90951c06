package dev.h3kit.core;

import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.Termination;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** A client's HTTP/3 connection (RFC 9114 §3). Thread-safe. */
public final class Http3Client {
  private Http3Client() {}

  /**
   * Connects over QUIC and starts HTTP/3; see {@link dev.h3kit.core.transport.QuicClient#connect}
   * for what it throws.
   */
  public static Http3Client connect(
      ClientTransportConfig transport,
      Http3Limits limits,
      Http3Events events,
      String host,
      InetSocketAddress address,
      Deadline deadline)
      throws IOException {
    throw new IOException("no transport");
  }

  /** Starts HTTP/3 on a connection whose handshake is done. */
  public static Http3Client on(Connection connection, Http3Limits limits, Http3Events events)
      throws IOException {
    throw new IOException("no transport");
  }

  /**
   * Opens a stream and sends a request.
   *
   * @param content the first content, may be empty
   * @param last whether the request ends with it
   * @param deadline how long to wait for the peer's stream limit
   * @throws Http3Exception.OfConnection if the connection takes no more requests: closed, or going
   *     away. Nothing was sent then
   */
  public ClientExchange send(RequestHead head, ByteBuffer content, boolean last, Deadline deadline)
      throws IOException {
    throw new IOException("no transport");
  }

  /** Whether new requests are accepted: not closed and no GOAWAY sent or received. */
  public boolean open() {
    return false;
  }

  /** Requests that are not over. */
  public int activeExchanges() {
    return 0;
  }

  /** The connection as it is now. */
  public ConnectionInfo info() {
    throw new IllegalStateException();
  }

  /** Completes when the connection has ended. */
  public CompletableFuture<Termination> closed() {
    throw new IllegalStateException();
  }

  /**
   * Takes no new requests, lets the running ones end until the deadline, then closes with
   * H3_NO_ERROR.
   */
  public void close(Deadline deadline) {}
}
