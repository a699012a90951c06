package dev.h3kit.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request as it goes on the wire: what the caller gave, with the fields this client adds. */
final class WireRequest extends HttpRequest {
  private final HttpRequest request;
  private final HttpHeaders headers;
  private final HttpClient.Version version;
  private final Optional<Duration> timeout;
  private final @Nullable BodyPublisher publisher;

  WireRequest(
      HttpRequest request,
      Map<String, List<String>> added,
      HttpClient.Version version,
      Optional<Duration> timeout,
      ExchangeRecorder recorder) {
    this.request = request;
    this.version = version;
    this.timeout = timeout;
    this.publisher =
        request.bodyPublisher().map(given -> new WatchedPublisher(given, recorder)).orElse(null);
    Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(request.headers().map());
    added.forEach((name, values) ->
        all.merge(
            name,
            values,
            (before, more) -> {
              List<String> both = new ArrayList<>(before);
              both.addAll(more);
              return both;
            }));
    headers = HttpHeaders.of(all, (name, value) -> true);
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return Optional.ofNullable(publisher);
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public Optional<Duration> timeout() {
    return timeout;
  }

  @Override
  public boolean expectContinue() {
    return request.expectContinue();
  }

  @Override
  public URI uri() {
    return request.uri();
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return Optional.of(version);
  }

  @Override
  public HttpHeaders headers() {
    return headers;
  }
}
