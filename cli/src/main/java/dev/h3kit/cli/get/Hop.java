package dev.h3kit.cli.get;

import dev.h3kit.client.ExchangeReport;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request of a transfer and what came back; a transfer has more than one where it was
 * redirected.
 *
 * @param url what was asked for
 * @param plan how
 * @param started since the transfer's start
 * @param head the response's head, or null if none came
 * @param report what the client knows of the exchange, or null if it did not come so far
 */
record Hop(
    TargetUrl url,
    RequestPlan plan,
    Duration started,
    @Nullable Head head,
    @Nullable ExchangeReport report) {

  /**
   * The head of a response.
   *
   * @param protocol as in {@code HTTP/3}
   * @param status the status code
   * @param headers the fields
   */
  record Head(String protocol, int status, HttpHeaders headers) {

    /** Leaves out pseudo-header fields, which are none of the response's (RFC 9113 §8.3). */
    Head {
      headers = HttpHeaders.of(headers.map(), (name, value) -> !name.startsWith(":"));
    }

    /**
     * The head as text, in the way curl shows it: status line, fields, empty line; CRLF after each.
     */
    String text() {
      StringBuilder text = new StringBuilder(protocol).append(' ').append(status).append(" \r\n");
      headers
          .map()
          .forEach((name, values) ->
              values.forEach(value -> text.append(name).append(": ").append(value).append("\r\n")));
      return text.append("\r\n").toString();
    }
  }

  int status() {
    return head == null ? 0 : head.status();
  }

  /** The request's head as text. */
  String requestText(String protocol) {
    StringBuilder text = new StringBuilder(plan.method()).append(' ').append(url.target());
    text.append(' ').append(protocol).append("\r\n");
    for (HeaderLine line : requestLines()) {
      text.append(line.name()).append(": ").append(line.value()).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  private List<HeaderLine> requestLines() {
    List<HeaderLine> lines = new java.util.ArrayList<>();
    if (!plan.has("host")) {
      lines.add(new HeaderLine("Host", url.origin().substring(url.origin().indexOf("://") + 3)));
    }
    lines.addAll(plan.headers());
    return lines;
  }
}
