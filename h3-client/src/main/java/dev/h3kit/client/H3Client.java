package dev.h3kit.client;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An {@link HttpClient} that speaks HTTP/3 and falls back to HTTP/2 and HTTP/1.1. Thread-safe.
 *
 * <p>Every response is an {@link H3Response} and tells which protocol carried it and why. Failures
 * are those of {@link HttpClient}, with an {@link dev.h3kit.core.Http3Exception} or a {@link
 * dev.h3kit.core.transport.HandshakeException} as cause where HTTP/3 or QUIC failed; {@link
 * ExchangeReport#of} finds the report of the failed exchange.
 */
public final class H3Client extends HttpClient {
  private final ClientSettings settings;
  private final Carrier carrier;
  private final @Nullable BasicAuth auth;
  private final Calls calls;

  H3Client(ClientSettings settings) {
    this(settings, new CoreConnector(settings));
  }

  H3Client(ClientSettings settings, QuicConnector connector) {
    this.settings = settings;
    this.carrier = new Carrier(settings, connector, altSvc(settings));
    this.auth = settings.authenticator() == null ? null : new BasicAuth(settings.authenticator());
    this.calls = new Calls(carrier);
  }

  private static AltSvcCache altSvc(ClientSettings settings) {
    Path file = settings.altSvcFile();
    return file == null
        ? new AltSvcCache(InstantSource.system(), null, failure -> {})
        : new AltSvcCache(
            InstantSource.system(),
            new AltSvcFile(file, AltSvcFile.PATIENCE),
            failure -> settings.clientEvents().altSvcFileFailed(file, failure));
  }

  /** A builder of clients. */
  public static H3ClientBuilder newBuilder() {
    return new ClientBuilder();
  }

  /** A client with the default settings. */
  public static H3Client newHttpClient() {
    return newBuilder().build();
  }

  /** Which HTTP versions requests may use. */
  public ProtocolMode protocolMode() {
    return settings.mode();
  }

  @Override
  public <T> H3Response<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    return send(request, handler, settings.mode());
  }

  /** Sends a request over the versions that {@code mode} allows; see {@link HttpClient#send}. */
  public <T> H3Response<T> send(HttpRequest request, BodyHandler<T> handler, ProtocolMode mode)
      throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    CompletableFuture<H3Response<T>> response = start(request, handler, null, mode);
    try {
      return response.get();
    } catch (InterruptedException e) {
      response.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      Throwable failure = e.getCause() == null ? e : e.getCause();
      if (failure instanceof IllegalArgumentException) {
        throw new IllegalArgumentException(failure.getMessage(), failure);
      }
      throw Failures.sameType(failure, Failures.message(failure));
    }
  }

  private <T> CompletableFuture<H3Response<T>> start(
      HttpRequest request,
      BodyHandler<T> handler,
      @Nullable PushPromiseHandler<T> push,
      ProtocolMode mode) {
    Objects.requireNonNull(handler, "handler");
    Objects.requireNonNull(mode, "mode");
    Requests.check(request);
    return calls.start(
        over -> new Call<>(settings, carrier, auth, request, handler, push, mode, over));
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return sendAsync(request, handler, (PushPromiseHandler<T>) null);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushHandler) {
    return start(request, handler, pushHandler, settings.mode()).thenApply(response -> response);
  }

  /**
   * Sends a request over the versions that {@code mode} allows; see {@link HttpClient#sendAsync}.
   * Cancelling the future gives the exchange up.
   */
  public <T> CompletableFuture<H3Response<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, ProtocolMode mode) {
    return start(request, handler, null, mode);
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return Optional.ofNullable(settings.cookieHandler());
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return Optional.ofNullable(settings.connectTimeout());
  }

  @Override
  public Redirect followRedirects() {
    return settings.redirect();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return Optional.ofNullable(settings.proxy());
  }

  @Override
  public SSLContext sslContext() {
    try {
      SSLContext context = settings.sslContext();
      return context != null ? context : SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public SSLParameters sslParameters() {
    SSLParameters parameters = settings.sslParameters();
    return parameters != null ? parameters : sslContext().getDefaultSSLParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return Optional.ofNullable(settings.authenticator());
  }

  /** The preferred version among those its enum names; see {@link #protocolMode}. */
  @Override
  public Version version() {
    return settings.version();
  }

  @Override
  public Optional<Executor> executor() {
    return Optional.ofNullable(settings.executor());
  }

  /** Builds WebSockets over TCP. */
  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return carrier.webSocketBuilder();
  }

  @Override
  public void shutdown() {
    calls.shutdown();
  }

  @Override
  public void shutdownNow() {
    calls.shutdownNow();
  }

  @Override
  public boolean awaitTermination(Duration duration) throws InterruptedException {
    return calls.awaitTermination(duration);
  }

  @Override
  public boolean isTerminated() {
    return calls.terminated();
  }
}
