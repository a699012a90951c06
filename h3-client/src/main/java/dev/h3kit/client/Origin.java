package dev.h3kit.client;

import java.net.URI;
import java.util.Locale;

/**
 * Scheme, host and port (RFC 6454 §4).
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case, an IPv6 literal without brackets
 * @param port 1 to 65535
 */
record Origin(String scheme, String host, int port) {

  /**
   * The origin of a URI.
   *
   * @throws IllegalArgumentException if it has another scheme or no host
   */
  static Origin of(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    int standard =
        switch (scheme) {
          case "https" -> 443;
          case "http" -> 80;
          default ->
              throw new IllegalArgumentException(
                  "invalid URI scheme \"" + scheme + "\": it must be https or http");
        };
    String host = uri.getHost();
    if (host == null || host.isEmpty()) {
      throw new IllegalArgumentException("unsupported URI " + uri + ": it has no host");
    }
    int port = uri.getPort() == -1 ? standard : uri.getPort();
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not in 1 to 65535");
    }
    return new Origin(scheme, unbracketed(host).toLowerCase(Locale.ROOT), port);
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  boolean secure() {
    return scheme.equals("https");
  }

  /** Whether the host is an address and needs no resolver. */
  boolean literal() {
    return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
  }

  @Override
  public String toString() {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return scheme + "://" + shown + ":" + port;
  }
}
