package dev.h3kit.core.flupke;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Requests and responses of {@code java.net.http} on our client. */
final class FlupkeRequests {
  private static final int HTTPS = 443;

  private FlupkeRequests() {}

  static String authority(URI uri) {
    return uri.getHost() + ":" + (uri.getPort() < 0 ? HTTPS : uri.getPort());
  }

  static String path(URI uri) {
    String path = uri.getRawPath();
    String query = uri.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  static List<FieldLine> fields(HttpHeaders headers) {
    List<FieldLine> lines = new ArrayList<>();
    headers
        .map()
        .forEach((name, values) -> {
          for (String value : values) {
            lines.add(new FieldLine(name.toLowerCase(Locale.ROOT), value));
          }
        });
    return lines;
  }

  static HttpHeaders headers(List<FieldLine> fields) {
    Map<String, List<String>> values = new TreeMap<>();
    for (FieldLine line : fields) {
      values.computeIfAbsent(line.name(), name -> new ArrayList<>()).add(line.value());
    }
    return HttpHeaders.of(values, (name, value) -> true);
  }

  /** Sends a request and waits until the handler's subscriber has made its body. */
  static <T> HttpResponse<T> send(
      Http3Client client,
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      Duration patience)
      throws IOException {
    URI uri = request.uri();
    RequestHead head =
        RequestHead.of(request.method(), authority(uri), path(uri), fields(request.headers()));
    Deadline deadline = Deadline.after(request.timeout().orElse(patience));
    HttpRequest.BodyPublisher content = request.bodyPublisher().orElse(null);
    boolean empty = content == null || content.contentLength() == 0;
    ClientExchange exchange = client.send(head, ByteBuffer.allocate(0), empty, deadline);
    try {
      if (content != null && !empty) {
        Upload upload = new Upload(exchange);
        content.subscribe(upload);
        await(upload.done);
      }
      return receive(request, handler, exchange, exchange.response(interim -> {}, deadline));
    } catch (IOException | RuntimeException e) {
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      throw e;
    }
  }

  private static <T> HttpResponse<T> receive(
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      ClientExchange exchange,
      ResponseHead head)
      throws IOException {
    HttpHeaders headers = headers(head.fields());
    HttpResponse.BodySubscriber<T> subscriber =
        handler.apply(new StatusAndHeaders(head.status(), headers));
    Download download = new Download(exchange, subscriber);
    Thread.ofVirtual().name("h3-flupke-receive").start(download);
    T body = await(subscriber.getBody().toCompletableFuture());
    return new Answer<>(request, head.status(), headers, body);
  }

  /** The exchange's own limits end what feeds the future, and so this wait. */
  private static <T extends @Nullable Object> T await(CompletableFuture<T> future)
      throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted within an exchange");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException("the exchange failed", e.getCause());
    }
  }

  /** Writes the request's content as it is published. */
  private static final class Upload implements Flow.Subscriber<ByteBuffer> {
    private final ClientExchange exchange;
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    Upload(ClientExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
      subscription = begun;
      begun.request(1);
    }

    @Override
    public void onNext(ByteBuffer content) {
      Flow.Subscription more = subscription;
      try {
        exchange.write(content, false);
        if (more != null) {
          more.request(1);
        }
      } catch (IOException e) {
        if (more != null) {
          more.cancel();
        }
        done.completeExceptionally(e);
      }
    }

    @Override
    public void onError(Throwable failure) {
      done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      try {
        exchange.write(ByteBuffer.allocate(0), true);
        done.complete(null);
      } catch (IOException e) {
        done.completeExceptionally(e);
      }
    }
  }

  /** Feeds a subscriber with the response's content, as much as it asks for. */
  private static final class Download implements Runnable, Flow.Subscription {
    private static final int PIECE = 16 << 10;

    private final ClientExchange exchange;
    private final HttpResponse.BodySubscriber<?> subscriber;
    private final Demand demand = new Demand();

    Download(ClientExchange exchange, HttpResponse.BodySubscriber<?> subscriber) {
      this.exchange = exchange;
      this.subscriber = subscriber;
    }

    @Override
    public void run() {
      subscriber.onSubscribe(this);
      try {
        while (demand.take()) {
          byte[] piece = new byte[PIECE];
          int got = exchange.read(piece, 0, piece.length);
          if (got < 0) {
            subscriber.onComplete();
            return;
          }
          subscriber.onNext(List.of(ByteBuffer.wrap(piece, 0, got)));
        }
        exchange.stopReading(Http3Error.H3_REQUEST_CANCELLED);
      } catch (IOException | InterruptedException e) {
        subscriber.onError(e);
      }
    }

    @Override
    public void request(long n) {
      demand.add(n);
    }

    @Override
    public void cancel() {
      demand.end();
    }
  }

  /** What a handler is told of a response. */
  private record StatusAndHeaders(int statusCode, HttpHeaders headers)
      implements HttpResponse.ResponseInfo {
    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_2;
    }
  }

  /** A response. */
  private record Answer<T>(HttpRequest request, int statusCode, HttpHeaders headers, T body)
      implements HttpResponse<T> {
    @Override
    public Optional<HttpResponse<T>> previousResponse() {
      return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
      return Optional.empty();
    }

    @Override
    public URI uri() {
      return request.uri();
    }

    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_2;
    }
  }
}
