package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpResponse.ResponseInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * One request of a call and its response: the first, or one that follows a redirect or a challenge.
 * As a body handler it gives the body to the caller's handler if the response is the last one.
 */
final class Hop<T> implements BodyHandler<T> {
  private final Call<T> call;
  private final HttpRequest request;
  private final Map<String, List<String>> added;
  private final FollowUp followUp;
  private final BodyHandler<T> handler;
  private final @Nullable PushPromiseHandler<T> push;
  private final ExchangeRecorder recorder = new ExchangeRecorder();
  private volatile @Nullable ResponseInfo info;
  private volatile @Nullable HttpRequest next;

  Hop(
      Call<T> call,
      HttpRequest request,
      Map<String, List<String>> added,
      FollowUp followUp,
      BodyHandler<T> handler,
      @Nullable PushPromiseHandler<T> push) {
    this.call = call;
    this.request = request;
    this.added = added;
    this.followUp = followUp;
    this.handler = handler;
    this.push = push;
  }

  HttpRequest request() {
    return request;
  }

  ExchangeRecorder recorder() {
    return recorder;
  }

  Call<T> call() {
    return call;
  }

  @Nullable PushPromiseHandler<T> push() {
    return push;
  }

  /** The request as it goes on the wire. */
  WireRequest wire(HttpClient.Version version) {
    return new WireRequest(request, added, version, call.remaining(), recorder);
  }

  /** The request that follows this response; null if it is the last one, or none came yet. */
  @Nullable HttpRequest next() {
    return next;
  }

  @Override
  public BodySubscriber<T> apply(ResponseInfo info) {
    recorder.reached(Moment.FIRST_BYTE);
    this.info = info;
    try {
      next = followUp.after(request, info.statusCode(), info.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (next != null) {
      return new WatchedSubscriber<>(new DrainSubscriber<>(), recorder);
    }
    call.headArrived();
    return new WatchedSubscriber<>(
        Objects.requireNonNull(handler.apply(info), "the body handler gave no subscriber"),
        recorder);
  }

  /** The response with its body. */
  Answer<T> answer(
      @Nullable T body,
      HttpProtocol protocol,
      Optional<SSLSession> session,
      Optional<String> connectionLabel) {
    ResponseInfo head = Objects.requireNonNull(info);
    HttpHeaders headers = head.headers();
    return new Answer<>(
        request,
        head.statusCode(),
        headers,
        body,
        protocol,
        recorder,
        session,
        connectionLabel,
        call.previous());
  }
}
