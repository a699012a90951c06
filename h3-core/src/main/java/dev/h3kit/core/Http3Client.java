package dev.h3kit.core;

import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.QuicClient;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A client's HTTP/3 connection (RFC 9114 §3). Thread-safe. */
public final class Http3Client {
  /** A third of the shortest idle timeout in use. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private final Http3Connection connection;
  private final Map<Long, ClientRequest> requests = new ConcurrentHashMap<>();
  private volatile boolean closing;

  private Http3Client(Http3Connection connection) {
    this.connection = connection;
  }

  /**
   * Connects over QUIC and starts HTTP/3.
   *
   * @param host the name for SNI and the certificate check
   * @param address where to; resolved
   * @throws dev.h3kit.core.transport.HandshakeException if there is no connection, with the reason
   */
  public static Http3Client connect(
      ClientTransportConfig transport,
      Http3Limits limits,
      Http3Events events,
      String host,
      InetSocketAddress address,
      Deadline deadline)
      throws IOException {
    return connect(transport, limits, events, List.of(), host, address, deadline);
  }

  /** As {@link #connect}, with extensions. */
  public static Http3Client connect(
      ClientTransportConfig transport,
      Http3Limits limits,
      Http3Events events,
      List<Http3Extension> extensions,
      String host,
      InetSocketAddress address,
      Deadline deadline)
      throws IOException {
    long start = System.nanoTime();
    Connection connection = QuicClient.connect(transport, host, address, deadline);
    return on(connection, limits, events, Duration.ofNanos(System.nanoTime() - start), extensions);
  }

  /** Starts HTTP/3 on a connection whose handshake is done. */
  public static Http3Client on(Connection connection, Http3Limits limits, Http3Events events)
      throws IOException {
    return on(connection, limits, events, List.of());
  }

  /** As {@link #on(Connection, Http3Limits, Http3Events)}, with extensions. */
  public static Http3Client on(
      Connection connection,
      Http3Limits limits,
      Http3Events events,
      List<Http3Extension> extensions)
      throws IOException {
    return on(connection, limits, events, Duration.ZERO, extensions);
  }

  private static Http3Client on(
      Connection transport,
      Http3Limits limits,
      Http3Events events,
      Duration handshake,
      List<Http3Extension> extensions)
      throws IOException {
    Http3Connection connection =
        new Http3Connection(transport, false, limits, events, handshake, extensions);
    Http3Client client = new Http3Client(connection);
    try {
      connection.start(client::serverStream, client::goaway);
      connection.keepAliveWhileActive(KEEP_ALIVE);
    } catch (IOException e) {
      transport.close(Http3Error.H3_INTERNAL_ERROR.code(), "");
      throw e;
    }
    return client;
  }

  private void serverStream(Stream stream) {
    Extensions extensions = connection.extensions();
    if (extensions.takesSignals()) {
      connection.spawn("stream-" + stream.id(), () -> extensions.takeServerStream(stream));
    } else {
      connection.fail(Extensions.noUseFor(stream));
    }
  }

  private void goaway(long firstUnprocessed) {
    // RFC 9114 §5.2: "Requests or pushes with the indicated identifier or greater are rejected by
    // the
    // sender of the GOAWAY." They may be sent again elsewhere.
    requests.forEach((streamId, request) -> {
      if (streamId >= firstUnprocessed) {
        request.reject();
      }
    });
    closeIfUseless();
  }

  private void closeIfUseless() {
    if (connection.peerGoaway() != Long.MAX_VALUE && connection.active().count() == 0) {
      connection.transport().close(Http3Error.H3_NO_ERROR.code(), "");
    }
  }

  /**
   * Opens a stream and sends a request.
   *
   * <p>A CONNECT becomes a tunnel with a 2xx response, see {@link ClientExchange#tunnel}. An
   * extended one (RFC 9220) is sent only if the server takes such requests; its SETTINGS are waited
   * for.
   *
   * @param content the first content, may be empty
   * @param last whether the request ends with it
   * @param deadline how long to wait for the peer's stream limit
   * @throws Http3Exception.OfConnection if the connection takes no more requests, being closed or
   *     going away, or ends while this one is being sent. One without a cause says that nothing was
   *     sent
   * @throws Http3Exception.OfStream H3_VERSION_FALLBACK if the request is an extended CONNECT and
   *     the server takes none; nothing was sent
   */
  public ClientExchange send(RequestHead head, ByteBuffer content, boolean last, Deadline deadline)
      throws IOException {
    requireOpen();
    if (head.protocol() != null) {
      requireExtendedConnect(deadline);
    }
    connection.active().increment();
    Stream stream;
    try {
      stream = connection.transport().openBidirectional(deadline);
    } catch (ConnectionClosedException e) {
      connection.active().decrement();
      throw RequestStream.ofConnection(e.termination(), e);
    } catch (IOException e) {
      connection.active().decrement();
      throw e;
    }
    ClientRequest request = new ClientRequest(connection, stream, head, () -> over(stream.id()));
    requests.put(stream.id(), request);
    // RFC 9114 §5.2: "Upon receipt of a GOAWAY frame, if the client has already sent requests with
    // a
    // stream ID greater than or equal to the identifier contained in the GOAWAY frame, those
    // requests
    // will not be processed."
    if (stream.id() >= connection.peerGoaway()) {
      request.reject();
      requireOpen();
    }
    request.send(content, last);
    return request;
  }

  private void requireExtendedConnect(Deadline deadline) throws IOException {
    // RFC 8441 §3: "Upon receipt of SETTINGS_ENABLE_CONNECT_PROTOCOL with a value of 1, a client
    // MAY
    // use the Extended CONNECT as defined in this document when creating new streams."
    if (!connection.extensions().awaitPeerSettings(deadline).extendedConnect()) {
      throw new Http3Exception.OfStream(
          Http3Error.H3_VERSION_FALLBACK.code(),
          false,
          "the server takes no extended CONNECT over HTTP/3 (RFC 9220 §3)",
          null);
    }
  }

  private void requireOpen() throws Http3Exception.OfConnection {
    CompletableFuture<Termination> closed = connection.transport().closed();
    if (closed.isDone()) {
      ConnectionClosedException cause = new ConnectionClosedException(closed.join());
      throw RequestStream.ofConnection(cause.termination(), cause);
    }
    if (!open()) {
      throw new Http3Exception.OfConnection(
          Http3Error.H3_NO_ERROR.code(), !closing, "the connection is going away", null);
    }
  }

  private void over(long streamId) {
    requests.remove(streamId);
    connection.active().decrement();
    closeIfUseless();
  }

  /** Whether new requests are accepted: not closed and no GOAWAY sent or received. */
  public boolean open() {
    return !closing
        && connection.peerGoaway() == Long.MAX_VALUE
        && !connection.transport().closed().isDone();
  }

  /** Requests that are not over. */
  public int activeExchanges() {
    return connection.active().count();
  }

  /** The connection as it is now. */
  public ConnectionInfo info() {
    return connection.info();
  }

  /** What the QPACK encoder and the QPACK decoder of this side did so far, in this order. */
  public List<TableStats> tables() {
    return connection.sections().stats();
  }

  /** Completes when the connection has ended. */
  public CompletableFuture<Termination> closed() {
    return connection.transport().closed();
  }

  /**
   * Takes no new requests, lets the running ones end until the deadline, then closes with
   * H3_NO_ERROR.
   */
  public void close(Deadline deadline) {
    closing = true;
    // RFC 9114 §5.2: a client's GOAWAY names a push id; from 0 on, none is taken.
    connection.goaway(0);
    connection.active().awaitZero(deadline);
    connection.transport().close(Http3Error.H3_NO_ERROR.code(), "");
  }
}
