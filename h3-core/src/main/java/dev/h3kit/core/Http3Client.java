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
import org.jspecify.annotations.Nullable;

/** A client's HTTP/3 connection (RFC 9114 §3). Thread-safe. */
public final class Http3Client {
  /** A third of the shortest idle timeout in use. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private final Http3Connection connection;
  private final ClientPushes pushes;
  private final Map<Long, ClientRequest> requests = new ConcurrentHashMap<>();
  private volatile boolean closing;

  private Http3Client(
      Connection transport,
      Http3Limits limits,
      Http3Events events,
      Duration handshake,
      List<Http3Extension> extensions) {
    this.connection =
        new Http3Connection(
            transport, false, limits, events, handshake, extensions, this::closeIfUseless);
    this.pushes = new ClientPushes(connection, this::pushOver);
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

  /**
   * As {@link #on(Connection, Http3Limits, Http3Events, List)}.
   *
   * @param handshake how long the connection's handshake took, zero if unknown
   */
  public static Http3Client on(
      Connection transport,
      Http3Limits limits,
      Http3Events events,
      Duration handshake,
      List<Http3Extension> extensions)
      throws IOException {
    Http3Client client = new Http3Client(transport, limits, events, handshake, extensions);
    try {
      client.connection.start(client.new Role());
      var _ = transport.closed().thenAccept(client.pushes::ended);
      client.connection.keepAliveWhileActive(KEEP_ALIVE);
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

  /** What a client does with what the server sends besides responses. */
  private final class Role implements Http3Connection.Role {
    @Override
    public void request(Stream stream) {
      serverStream(stream);
    }

    @Override
    public void pushStream(Stream stream, FrameReader frames) throws IOException {
      pushes.stream(stream, frames);
    }

    @Override
    public void goaway(long firstUnprocessed) {
      rejectFrom(firstUnprocessed);
    }

    @Override
    public void maxPushId(long pushId) throws Http3Exception.OfConnection {
      // RFC 9114 §7.2.7: "A client MUST treat the receipt of a MAX_PUSH_ID frame as a connection
      // error of type H3_FRAME_UNEXPECTED."
      throw Http3Exception.connection(
          Http3Error.H3_FRAME_UNEXPECTED, "7.2.7", "a server sent MAX_PUSH_ID");
    }

    @Override
    public void pushPriority(long pushId, Priority priority) throws Http3Exception.OfConnection {
      throw Priorities.error(Http3Error.H3_FRAME_UNEXPECTED, "a server sent PRIORITY_UPDATE");
    }

    @Override
    public void cancelPush(long pushId) throws Http3Exception.OfConnection {
      pushes.cancelled(pushId);
    }
  }

  private void rejectFrom(long firstUnprocessed) {
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
    boolean last = connection.peerGoaway() != Long.MAX_VALUE || connection.mileage().worn();
    if (last && connection.active().count() == 0) {
      connection.close();
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
   * @throws IllegalArgumentException if the request is malformed (RFC 9114 §4.2, §4.3)
   * @throws Http3Exception.OfConnection if the connection takes no more requests, being closed or
   *     going away, or ends while this one is being sent. One without a cause says that nothing was
   *     sent
   * @throws Http3Exception.OfStream H3_VERSION_FALLBACK if the request is an extended CONNECT and
   *     the server takes none; nothing was sent
   */
  public ClientExchange send(RequestHead head, ByteBuffer content, boolean last, Deadline deadline)
      throws IOException {
    return send(head, content, last, deadline, null);
  }

  /**
   * Opens a stream and sends a request, in answer to which the server may push. From the first such
   * request on, the server is allowed {@link Http3Limits#pushes} pushes at a time; none if that
   * limit is 0.
   *
   * @param handler gets what is promised while the response is read; null declines it
   * @see #send(RequestHead, ByteBuffer, boolean, Deadline)
   */
  public ClientExchange send(
      RequestHead head,
      ByteBuffer content,
      boolean last,
      Deadline deadline,
      @Nullable PushHandler handler)
      throws IOException {
    head.requireLegal();
    requireOpen();
    if (head.protocol() != null) {
      requireExtendedConnect(deadline);
    }
    if (handler != null) {
      pushes.announce();
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
    ClientRequest request =
        new ClientRequest(
            connection, stream, head, pushes.on(head, handler), () -> over(stream.id()));
    requests.put(stream.id(), request);
    connection.mileage().request();
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
    pushOver();
  }

  private void pushOver() {
    connection.active().decrement();
    closeIfUseless();
  }

  /**
   * Whether new requests are accepted: not closed, no GOAWAY sent or received, and none of the
   * limits on what one connection carries reached.
   */
  public boolean open() {
    return !closing
        && !connection.mileage().worn()
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
    // RFC 9114 §5.2: "A smaller value indicates the client will reject pushes with push IDs greater
    // than or equal to this value."
    connection.goaway(pushes.refuse());
    connection.active().awaitZero(deadline);
    connection.close();
  }
}
