package dev.h3kit.client;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/** Checks requests, which may come from other implementations of {@link HttpRequest}. */
final class Requests {
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private Requests() {}

  /**
   * Checks what {@link HttpRequest.Builder} would have checked.
   *
   * @throws IllegalArgumentException if the request cannot be sent
   */
  static void check(HttpRequest request) {
    Objects.requireNonNull(request, "request");
    String method = request.method();
    if (!TOKEN.matcher(method).matches()) {
      throw new IllegalArgumentException("illegal method: it must be a token (RFC 9110 §9.1)");
    }
    if (method.equals("CONNECT")) {
      throw new IllegalArgumentException("method CONNECT is not supported");
    }
    var _ = Origin.of(Objects.requireNonNull(request.uri(), "uri must be non null"));
    Duration timeout = request.timeout().orElse(null);
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException("Invalid duration: " + timeout);
    }
    request
        .headers()
        .map()
        .forEach((name, values) -> {
          if (!TOKEN.matcher(name).matches()
              || values.stream().anyMatch(value -> value.matches("(?s).*[\\x00\\r\\n].*"))) {
            throw new IllegalArgumentException("illegal header field " + name);
          }
        });
  }
}
