package dev.h3kit.client;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks requests, which may come from other implementations of {@link HttpRequest}. */
final class Requests {
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  // What java.net.http sets itself, but for what its system property allows.
  private static final Set<String> RESTRICTED = restricted();

  private Requests() {}

  private static Set<String> restricted() {
    Set<String> names =
        new HashSet<>(Set.of("connection", "content-length", "expect", "host", "upgrade"));
    String allowed = System.getProperty("jdk.httpclient.allowRestrictedHeaders", "");
    for (String name : allowed.split(",", -1)) {
      names.remove(name.strip().toLowerCase(Locale.ROOT));
    }
    return Set.copyOf(names);
  }

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
          if (RESTRICTED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("restricted header name: \"" + name + "\"");
          }
        });
  }
}
