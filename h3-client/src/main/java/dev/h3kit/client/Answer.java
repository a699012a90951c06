package dev.h3kit.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A response that has come. */
final class Answer<T> implements H3Response<T> {
  private final HttpRequest request;
  private final int status;
  private final HttpHeaders headers;
  private final @Nullable T body;
  private final HttpProtocol protocol;
  private final ExchangeRecorder recorder;
  private final Optional<SSLSession> session;
  private final Optional<String> connectionLabel;
  private final @Nullable HttpResponse<T> previous;

  Answer(
      HttpRequest request,
      int status,
      HttpHeaders headers,
      @Nullable T body,
      HttpProtocol protocol,
      ExchangeRecorder recorder,
      Optional<SSLSession> session,
      Optional<String> connectionLabel,
      @Nullable HttpResponse<T> previous) {
    this.request = request;
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.protocol = protocol;
    this.recorder = recorder;
    this.session = session;
    this.connectionLabel = connectionLabel;
    this.previous = previous;
  }

  @Override
  public HttpProtocol protocol() {
    return protocol;
  }

  @Override
  public ExchangeReport report() {
    return recorder.report();
  }

  @Override
  public CompletableFuture<ExchangeReport> finished() {
    return recorder.finished().copy();
  }

  @Override
  public int statusCode() {
    return status;
  }

  @Override
  public Optional<String> connectionLabel() {
    return connectionLabel;
  }

  @Override
  public HttpRequest request() {
    return request;
  }

  @Override
  public Optional<HttpResponse<T>> previousResponse() {
    return Optional.ofNullable(previous);
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }

  @Override
  @SuppressWarnings("NullAway") // null is what the discarding handlers of java.net.http give
  public T body() {
    return body;
  }

  @Override
  public Optional<SSLSession> sslSession() {
    return session;
  }

  @Override
  public URI uri() {
    return request.uri();
  }

  @Override
  public HttpClient.Version version() {
    return protocol == HttpProtocol.HTTP_1_1
        ? HttpClient.Version.HTTP_1_1
        : HttpClient.Version.HTTP_2;
  }

  @Override
  public String toString() {
    return "(" + request.method() + " " + uri() + ") " + status + " " + protocol;
  }
}
