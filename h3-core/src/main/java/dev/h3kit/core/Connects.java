package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The rules of CONNECT requests and their responses (RFC 9114 §4.4, RFC 9220, RFC 8441). */
final class Connects {
  private Connects() {}

  /** Whether a request is a CONNECT, extended or not. */
  static boolean isConnect(RequestHead head) {
    return head.method().equals("CONNECT");
  }

  /** Whether a response makes a CONNECT a tunnel. */
  static boolean accepts(ResponseHead response) {
    return response.status() >= 200 && response.status() < 300;
  }

  /**
   * Refuses a CONNECT that nobody here has registered for: this is no open proxy.
   *
   * <p>RFC 9220 §3: "If a server advertises support for Extended CONNECT but receives an Extended
   * CONNECT request with a ":protocol" value that is unknown or is not supported, the server SHOULD
   * respond to the request with a 501 (Not Implemented) status code".
   */
  static void refuse(ServerExchange exchange) throws IOException {
    exchange.send(
        new ResponseHead(501, List.of(new FieldLine("content-length", "0"))),
        ByteBuffer.allocate(0),
        true);
    exchange.stopReading(Http3Error.H3_NO_ERROR);
  }

  /**
   * Checks a 2xx response to a CONNECT before it is sent.
   *
   * @throws IllegalArgumentException if it is not one, or has a field that it must not have
   */
  static void requireAcceptance(ResponseHead response) {
    if (!accepts(response)) {
      throw new IllegalArgumentException(response.status() + " makes no tunnel");
    }
    // RFC 9110 §9.3.6: "A server MUST NOT send any Transfer-Encoding or Content-Length header
    // fields
    // in a 2xx (Successful) response to CONNECT."
    for (FieldLine line : response.fields()) {
      if (line.name().equals("content-length")) {
        throw new IllegalArgumentException("a tunnel has no content-length");
      }
    }
  }

  /** Whether {@code text} is {@code protocol-name ["/" protocol-version]} (RFC 9110 §7.8). */
  static boolean isUpgradeToken(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? FieldRules.isToken(text)
        : FieldRules.isToken(text.substring(0, slash))
            && FieldRules.isToken(text.substring(slash + 1));
  }

  /** Checks the pseudo-header fields of a CONNECT without {@code :protocol}. */
  static void checkTarget(boolean schemeOrPath, String authority) throws Http3Exception.OfStream {
    // RFC 9114 §4.4: "The :scheme and :path pseudo-header fields are omitted", "A CONNECT request
    // that does not conform to these restrictions is malformed."
    if (schemeOrPath) {
      throw FieldRules.malformed("4.4", "CONNECT has :scheme or :path");
    }
    // RFC 9114 §4.4: "The :authority pseudo-header field contains the host and port to connect to".
    int colon = authority.lastIndexOf(':');
    if (colon <= 0 || !isPort(authority.substring(colon + 1))) {
      throw FieldRules.malformed("4.4", "CONNECT without host and port in :authority");
    }
  }

  private static boolean isPort(String text) {
    if (text.isEmpty() || text.length() > 5) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    int port = Integer.parseInt(text);
    return port > 0 && port <= 0xffff;
  }
}
