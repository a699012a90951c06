package dev.h3kit.core.flupke;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.ExtensionPoint;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.Statistics;
import tech.kwik.flupke.Http3ClientConnection;
import tech.kwik.flupke.HttpError;
import tech.kwik.flupke.HttpStream;

/** One of our client's connections as flupke's; made by {@link #connect}. */
final class FlupkeClientConnection extends FlupkeConnection implements Http3ClientConnection {
  private final Connecting connecting;
  private final Duration patience;
  private final Map<Long, Long> settings = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Http3Client client;
  private volatile @Nullable ExtensionPoint point;

  /** Makes a connection. */
  @FunctionalInterface
  interface Connecting {
    Http3Client connect(Consumer<ExtensionPoint> begun, Deadline deadline) throws IOException;
  }

  FlupkeClientConnection(Connecting connecting, Duration patience) {
    this.connecting = connecting;
    this.patience = patience;
  }

  @Override
  public void connect() throws IOException {
    lock.lock();
    try {
      if (client == null) {
        client = connecting.connect(this::begin, Deadline.after(patience));
      }
    } finally {
      lock.unlock();
    }
  }

  private void begin(ExtensionPoint begun) {
    settings.forEach(begun::setting);
    point = begun;
  }

  @Override
  ExtensionPoint point() {
    ExtensionPoint begun = point;
    if (begun == null) {
      throw new IllegalStateException("not connected");
    }
    return begun;
  }

  private Http3Client client() {
    lock.lock();
    try {
      if (client == null) {
        throw new IllegalStateException("not connected");
      }
      return client;
    } finally {
      lock.unlock();
    }
  }

  /** Whether there was a connection and it has ended. */
  boolean ended() {
    lock.lock();
    try {
      return client != null && client.closed().isDone();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the connection. */
  void close() {
    lock.lock();
    try {
      if (client != null) {
        client.close(Deadline.after(Duration.ZERO));
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void addSettingsParameter(long identifier, long value) {
    if (point != null) {
      throw new IllegalStateException("too late: SETTINGS were sent");
    }
    settings.put(identifier, value);
  }

  // The interface names no signal; WebTransport's is the only one in use.
  @Override
  public void registerBidirectionalStreamHandler(Consumer<HttpStream> handler) {
    register(WEBTRANSPORT_STREAM, handler);
  }

  @Override
  public HttpStream sendConnect(HttpRequest request) throws IOException, HttpError {
    RequestHead head =
        new RequestHead(
            "CONNECT",
            null,
            FlupkeRequests.authority(request.uri()),
            null,
            null,
            FlupkeRequests.fields(request.headers()));
    return tunnel(head, Deadline.after(patience));
  }

  @Override
  public HttpStream sendExtendedConnect(
      HttpRequest request, String protocol, String scheme, Duration settingsTimeout)
      throws InterruptedException, HttpError, IOException {
    URI uri = request.uri();
    RequestHead head =
        new RequestHead(
            "CONNECT",
            scheme,
            FlupkeRequests.authority(uri),
            FlupkeRequests.path(uri),
            protocol,
            FlupkeRequests.fields(request.headers()));
    return tunnel(head, Deadline.after(settingsTimeout));
  }

  private HttpStream tunnel(RequestHead head, Deadline settings) throws IOException, HttpError {
    ClientExchange exchange;
    try {
      exchange = client().send(head, ByteBuffer.allocate(0), false, settings);
    } catch (Http3Exception.OfStream e) {
      throw (ProtocolException) new ProtocolException(e.getMessage()).initCause(e);
    }
    ResponseHead response = exchange.response(interim -> {}, Deadline.after(patience));
    if (response.status() < 200 || response.status() >= 300) {
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      throw new HttpError("CONNECT request failed", response.status());
    }
    return new FlupkeStream(exchange.tunnel());
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    return FlupkeRequests.send(client(), request, handler, patience);
  }

  @Override
  public <T> void sendAsync(
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      CompletableFuture<HttpResponse<T>> result)
      throws IOException {
    Http3Client connected = client();
    Thread.ofVirtual()
        .name("h3-flupke-send")
        .start(() -> {
          try {
            result.complete(FlupkeRequests.send(connected, request, handler, patience));
          } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
  }

  /**
   * Does nothing: the transport's configuration has the windows, and they were told the peer.
   *
   * @param size ignored
   */
  @Override
  public void setReceiveBufferSize(long size) {}

  /**
   * Not to be had: kwik's counters stay inside the transport.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public Statistics getConnectionStats() {
    throw new UnsupportedOperationException("the counters of kwik stay inside the transport");
  }
}
