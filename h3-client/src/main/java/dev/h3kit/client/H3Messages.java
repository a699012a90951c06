package dev.h3kit.client;

import dev.h3kit.core.RequestHead;
import dev.h3kit.qpack.FieldLine;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Translates messages between java.net.http and HTTP/3. */
final class H3Messages {
  // RFC 9114 §4.2: "An endpoint MUST NOT generate an HTTP/3 field section containing
  // connection-specific fields".
  private static final Set<String> CONNECTION_SPECIFIC =
      Set.of(
          "connection",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-connection",
          "te",
          "transfer-encoding",
          "upgrade");

  // RFC 9204 §7.1.3: values that an attacker might guess must not enter the dynamic table; a short
  // cookie can be guessed, a long one is worth compressing.
  private static final Set<String> SECRETS = Set.of("authorization", "proxy-authorization");
  private static final int SHORT_COOKIE = 20;

  private H3Messages() {}

  /**
   * The head of a request.
   *
   * @param contentLength the length of its content, 0 for none, -1 for unknown
   */
  static RequestHead head(HttpRequest request, long contentLength) {
    URI uri = request.uri();
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    String authority =
        request
            .headers()
            .firstValue("host")
            .orElseGet(() -> uri.getHost() + (uri.getPort() == -1 ? "" : ":" + uri.getPort()));
    List<FieldLine> fields = new ArrayList<>();
    request
        .headers()
        .map()
        .forEach((given, values) -> {
          String name = given.toLowerCase(Locale.ROOT);
          if (CONNECTION_SPECIFIC.contains(name) || name.equals("content-length")) {
            return;
          }
          for (String value : values) {
            boolean secret =
                SECRETS.contains(name) || (name.equals("cookie") && value.length() < SHORT_COOKIE);
            fields.add(new FieldLine(name, value, secret));
          }
        });
    if (contentLength > 0 || (contentLength == 0 && expectsContent(request.method()))) {
      fields.add(new FieldLine("content-length", Long.toString(contentLength)));
    }
    if (request.expectContinue() && contentLength != 0) {
      fields.add(new FieldLine("expect", "100-continue"));
    }
    return RequestHead.of(request.method(), authority, target, fields);
  }

  // RFC 9110 §8.6: "A user agent SHOULD send Content-Length in a request when the method defines a
  // meaning for enclosed content and it is not sending Transfer-Encoding."
  private static boolean expectsContent(String method) {
    return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
  }

  /**
   * A promised request.
   *
   * @throws IllegalArgumentException if it has no URI
   */
  static HttpRequest request(RequestHead promised) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://" + promised.authority() + promised.path()))
            .method(promised.method(), BodyPublishers.noBody());
    for (FieldLine field : promised.fields()) {
      if (!field.name().equals("content-length") && !field.name().equals("host")) {
        request.header(field.name(), field.value());
      }
    }
    return request.build();
  }

  static HttpHeaders headers(List<FieldLine> fields) {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (FieldLine field : fields) {
      all.computeIfAbsent(field.name(), name -> new ArrayList<>()).add(field.value());
    }
    return HttpHeaders.of(all, (name, value) -> true);
  }
}
