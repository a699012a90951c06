package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Moment;
import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.PushHandler;
import dev.h3kit.core.PushedExchange;
import dev.h3kit.core.ResponseHead;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Gives what a server pushes along with a hop to the caller's {@link PushPromiseHandler}. */
final class PushedResponses<T> implements PushHandler {
  /** How long a promised response may take to begin. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Hop<T> hop;
  private final PushPromiseHandler<T> handler;
  private final ConnectionInfo info;

  PushedResponses(Hop<T> hop, PushPromiseHandler<T> handler, ConnectionInfo info) {
    this.hop = hop;
    this.handler = handler;
    this.info = info;
  }

  /** The handler of the accepted body and the response it gets. */
  private record Accepted<T>(
      BodyHandler<T> bodyHandler, CompletableFuture<HttpResponse<T>> response) {}

  @Override
  public void promised(PushedExchange push) {
    HttpRequest request;
    try {
      request = H3Messages.request(push.request());
    } catch (IllegalArgumentException e) {
      push.abort(Http3Error.H3_REQUEST_CANCELLED);
      return;
    }
    // RFC 9114 §4.6: "If this verification fails, the client MUST NOT consider the server
    // authoritative for that origin."
    if (!Origin.of(request.uri()).equals(Origin.of(hop.request().uri()))) {
      push.abort(Http3Error.H3_REQUEST_CANCELLED);
      return;
    }
    AtomicReference<@Nullable Accepted<T>> accepted = new AtomicReference<>();
    handler.applyPushPromise(
        hop.request(),
        request,
        bodyHandler -> {
          Accepted<T> now =
              new Accepted<>(Objects.requireNonNull(bodyHandler), new CompletableFuture<>());
          if (!accepted.compareAndSet(null, now)) {
            throw new IllegalStateException("the push was accepted before");
          }
          return now.response();
        });
    Accepted<T> taken = accepted.get();
    if (taken == null) {
      push.abort(Http3Error.H3_REQUEST_CANCELLED);
      return;
    }
    Runnable over = hop.call().alsoRuns(() -> push.abort(Http3Error.H3_REQUEST_CANCELLED));
    try {
      read(push, request, taken);
    } finally {
      over.run();
    }
  }

  private void read(PushedExchange push, HttpRequest request, Accepted<T> taken) {
    CompletableFuture<HttpResponse<T>> result = taken.response();
    ExchangeRecorder recorder = new ExchangeRecorder();
    recorder.decided(HttpProtocol.HTTP_3, "the server pushed it");
    recorder.peer(info.local(), info.remote(), info.peerCertificates());
    recorder.reused();
    recorder.carriedBy(push);
    try {
      ResponseHead head = push.response(interim -> {}, Deadline.after(PATIENCE));
      recorder.reached(Moment.FIRST_BYTE);
      HttpHeaders headers = H3Messages.headers(head.fields());
      BodySubscriber<T> subscriber =
          new WatchedSubscriber<>(
              Objects.requireNonNull(
                  taken.bodyHandler().apply(new H3Leg.Received(head.status(), headers)),
                  "the body handler gave no subscriber"),
              recorder);
      var _ =
          subscriber
              .getBody()
              .whenComplete((body, failure) -> {
                if (failure != null) {
                  result.completeExceptionally(Failures.unwrapped(failure));
                } else {
                  result.complete(answer(request, head, headers, body, recorder));
                }
              });
      long expected =
          request.method().equals("HEAD")
              ? 0
              : headers.firstValueAsLong("content-length").orElse(-1);
      new BodyPump(push, subscriber, expected).run();
    } catch (IOException e) {
      result.completeExceptionally(Failures.exchanging(e));
    } catch (RuntimeException e) {
      push.abort(Http3Error.H3_REQUEST_CANCELLED);
      result.completeExceptionally(e);
    }
  }

  private Answer<T> answer(
      HttpRequest request,
      ResponseHead head,
      HttpHeaders headers,
      @Nullable T body,
      ExchangeRecorder recorder) {
    return new Answer<>(
        request,
        head.status(),
        headers,
        body,
        HttpProtocol.HTTP_3,
        recorder,
        Optional.of(new QuicSession(info, request.uri().getHost())),
        Optional.of("h3-" + info.id()),
        null);
  }
}
