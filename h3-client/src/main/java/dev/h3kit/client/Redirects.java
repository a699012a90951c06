package dev.h3kit.client;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Follows redirects (RFC 9110 §15.4) as java.net.http does. */
final class Redirects {
  // What java.net.http calls jdk.httpclient.redirects.retrylimit, and its default.
  private static final int LIMIT = Integer.getInteger("jdk.httpclient.redirects.retrylimit", 5);
  private static final Set<String> CREDENTIALS =
      Set.of("authorization", "cookie", "cookie2", "proxy-authorization");

  private Redirects() {}

  /**
   * The request a redirect leads to; null if it is none, the policy forbids it, or it is one too
   * many.
   *
   * @param followed how many redirects led here
   * @throws IOException if the redirect is not usable
   */
  static @Nullable HttpRequest next(
      HttpClient.Redirect policy,
      HttpRequest request,
      int status,
      HttpHeaders headers,
      int followed)
      throws IOException {
    boolean redirect =
        switch (status) {
          case 301, 302, 303, 307, 308 -> true;
          default -> false;
        };
    if (!redirect || policy == HttpClient.Redirect.NEVER) {
      return null;
    }
    URI target = target(request.uri(), headers);
    if (!allowed(policy, request.uri(), target) || followed + 1 >= LIMIT) {
      return null;
    }
    Origin from = Origin.of(request.uri());
    Origin to;
    try {
      to = Origin.of(target);
    } catch (IllegalArgumentException e) {
      throw new IOException("invalid redirection to " + target + ": " + e.getMessage(), e);
    }
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(
            request,
            // RFC 9110 §15.4: "Authorization" and "Cookie" are among the fields to remove "when
            // redirecting to a different origin".
            (name, value) ->
                from.equals(to) || !CREDENTIALS.contains(name.toLowerCase(Locale.ROOT)));
    builder.uri(target);
    String method = method(request.method(), status);
    if (!method.equals(request.method())) {
      builder.method(method, BodyPublishers.noBody());
    }
    return builder.build();
  }

  private static URI target(URI from, HttpHeaders headers) throws IOException {
    String location =
        headers
            .firstValue("location")
            .orElseThrow(
                () -> new ProtocolException("invalid redirection: the response has no Location"));
    try {
      URI target = from.resolve(URI.create(location));
      // RFC 9110 §10.2.2: a target without a fragment inherits the one of the request.
      return target.getRawFragment() == null && from.getRawFragment() != null
          ? URI.create(target + "#" + from.getRawFragment())
          : target;
    } catch (IllegalArgumentException e) {
      throw new IOException("invalid redirection: Location is not a URI: " + location, e);
    }
  }

  private static boolean allowed(HttpClient.Redirect policy, URI from, URI to) {
    String scheme = to.getScheme() == null ? "" : to.getScheme();
    return switch (policy) {
      case ALWAYS -> true;
      case NEVER -> false;
      case NORMAL -> scheme.equalsIgnoreCase(from.getScheme()) || scheme.equalsIgnoreCase("https");
    };
  }

  // RFC 9110 §15.4.2, §15.4.3: "a user agent MAY change the request method from POST to GET";
  // §15.4.4: 303 leads to a retrieval.
  private static String method(String method, int status) {
    return switch (status) {
      case 301, 302 -> method.equals("POST") ? "GET" : method;
      case 303 -> method.equals("HEAD") ? "HEAD" : "GET";
      default -> method;
    };
  }
}
