package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.net.IDN;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A URL that can be fetched, read as people type it: {@code https} is assumed, user and password
 * are taken out, the fragment is dropped, what RFC 3986 does not allow is percent-encoded.
 *
 * @param scheme {@code http} or {@code https}
 * @param userInfo what stood before the {@code @}, still percent-encoded, or null
 * @param host in ASCII and lower case; an IPv6 literal has its brackets
 * @param port 1 to 65535, or -1 for the scheme's own
 * @param path with its leading slash
 * @param query without its question mark, or null
 */
public record TargetUrl(
    String scheme,
    @Nullable String userInfo,
    String host,
    int port,
    String path,
    @Nullable String query) {
  private static final int HIGHEST_PORT = 65535;
  private static final String ALLOWED_IN_PATH = "-._~!$&'()*+,;=:@/%";
  private static final String ALLOWED_IN_QUERY = ALLOWED_IN_PATH + "?";

  /** Reads a URL of the command line. */
  public static TargetUrl parse(String text) throws CommandFailure {
    return parse(text, false);
  }

  /**
   * Reads a URL of the command line.
   *
   * @param pathAsIs whether dot segments stay in its path
   */
  static TargetUrl parse(String text, boolean pathAsIs) throws CommandFailure {
    String url = text.strip();
    for (int i = 0; i < url.length(); i++) {
      if (url.charAt(i) <= ' ' || url.charAt(i) == 0x7f) {
        throw malformed(text, "it contains a space or a control character; write %20 for a space");
      }
    }
    int colon = url.indexOf("://");
    String scheme = colon < 0 ? "https" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new CommandFailure(
          ExitCode.UNSUPPORTED_PROTOCOL,
          "protocol '" + scheme + "' is not supported, in " + text,
          "h3 fetches https:// and http:// URLs.");
    }
    String rest = colon < 0 ? url : url.substring(colon + 3);
    rest = beforeFirst(rest, '#');
    int pathAt = firstOf(rest, "/?");
    String authority = rest.substring(0, pathAt);
    String target = rest.substring(pathAt);
    int queryAt = target.indexOf('?');
    String path = queryAt < 0 ? target : target.substring(0, queryAt);
    String query = queryAt < 0 ? null : target.substring(queryAt + 1);

    int at = authority.lastIndexOf('@');
    String userInfo = at < 0 ? null : authority.substring(0, at);
    String hostPort = authority.substring(at + 1);
    int hostEnd = hostPort.startsWith("[") ? hostPort.indexOf(']') + 1 : endOfName(hostPort);
    if (hostPort.startsWith("[") && hostEnd == 0) {
      throw malformed(text, "the bracket of the IPv6 address is not closed");
    }
    String host = host(text, hostPort.substring(0, hostEnd));
    return new TargetUrl(
        scheme,
        userInfo,
        host,
        port(text, hostPort.substring(hostEnd)),
        encode(pathAsIs ? absolute(path) : withoutDots(absolute(path)), ALLOWED_IN_PATH),
        query == null ? null : encode(query, ALLOWED_IN_QUERY));
  }

  /** The URL that a Location field of a response to this one means (RFC 9110 §10.2.2). */
  public TargetUrl resolve(String location) throws CommandFailure {
    String reference = location.strip().replace(" ", "%20");
    if (reference.contains("://") && firstOf(reference, "/?#") > reference.indexOf("://")) {
      return parse(reference);
    }
    if (reference.startsWith("//")) {
      return parse(scheme + ":" + reference);
    }
    String base = origin();
    if (reference.startsWith("/")) {
      return parse(base + reference);
    }
    if (reference.startsWith("?")) {
      return parse(base + path + reference);
    }
    if (reference.isEmpty() || reference.startsWith("#")) {
      return this;
    }
    int colon = firstOf(reference, ":/?#");
    if (colon < reference.length() && reference.charAt(colon) == ':') {
      throw new CommandFailure(
          ExitCode.UNSUPPORTED_PROTOCOL, "the server redirects to " + location, null);
    }
    return parse(base + path.substring(0, path.lastIndexOf('/') + 1) + reference);
  }

  /** Scheme, host and port, without a user. */
  public String origin() {
    return scheme + "://" + host + (port < 0 ? "" : ":" + port);
  }

  /** The port that is connected to. */
  public int effectivePort() {
    return port >= 0 ? port : scheme.equals("https") ? 443 : 80;
  }

  /** Whether requests to it are encrypted. */
  boolean secure() {
    return scheme.equals("https");
  }

  /** Host and port, as messages name a server. */
  public String hostAndPort() {
    return host + ":" + effectivePort();
  }

  /** Whether requests to both may carry the same credentials. */
  public boolean sameOrigin(TargetUrl other) {
    return scheme.equals(other.scheme)
        && host.equals(other.host)
        && effectivePort() == other.effectivePort();
  }

  /** Path and query, as on the request line. */
  public String target() {
    return query == null ? path : path + "?" + query;
  }

  /** As the client takes it: without user and password. */
  public URI uri() throws CommandFailure {
    URI uri = URI.create(this.toString());
    if (uri.getHost() == null) {
      throw malformed(toString(), "'" + host + "' is not a host name that can be looked up");
    }
    return uri;
  }

  /** The URL without user and password. */
  @Override
  public String toString() {
    return origin() + target();
  }

  private static String host(String text, String name) throws CommandFailure {
    if (name.isEmpty()) {
      throw malformed(text, "it has no host");
    }
    if (name.startsWith("[")) {
      if (!name.matches("\\[[0-9A-Fa-f:.]+(%25[A-Za-z0-9._-]+)?]")) {
        throw malformed(text, "'" + name + "' is not an IPv6 address");
      }
      return name.toLowerCase(Locale.ROOT);
    }
    String ascii;
    try {
      ascii = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw malformed(text, "'" + name + "' is not a host name");
    }
    if (!ascii.matches("[a-z0-9._-]+")) {
      throw malformed(text, "'" + name + "' is not a host name");
    }
    return ascii;
  }

  private static int port(String text, String suffix) throws CommandFailure {
    if (suffix.isEmpty() || suffix.equals(":")) {
      return -1;
    }
    String digits = suffix.substring(1);
    if (suffix.charAt(0) == ':' && digits.matches("[0-9]{1,5}")) {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= HIGHEST_PORT) {
        return port;
      }
    }
    throw malformed(text, "'" + suffix + "' is not a port from 1 to 65535");
  }

  private static CommandFailure malformed(String text, String why) {
    return new CommandFailure(ExitCode.URL_MALFORMED, "bad URL '" + text + "': " + why, null);
  }

  private static int endOfName(String hostPort) {
    int colon = hostPort.indexOf(':');
    return colon < 0 ? hostPort.length() : colon;
  }

  private static String beforeFirst(String text, char c) {
    int at = text.indexOf(c);
    return at < 0 ? text : text.substring(0, at);
  }

  private static int firstOf(String text, String any) {
    for (int i = 0; i < text.length(); i++) {
      if (any.indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return text.length();
  }

  private static String absolute(String path) {
    return path.isEmpty() ? "/" : path;
  }

  /** RFC 3986 §5.2.4. */
  private static String withoutDots(String path) {
    if (!path.contains("/.")) {
      return path;
    }
    Deque<String> segments = new ArrayDeque<>();
    String[] parts = path.substring(1).split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      boolean last = i == parts.length - 1;
      switch (parts[i]) {
        case "." -> {
          if (last) {
            segments.addLast("");
          }
        }
        case ".." -> {
          segments.pollLast();
          if (last) {
            segments.addLast("");
          }
        }
        default -> segments.addLast(parts[i]);
      }
    }
    return "/" + String.join("/", segments);
  }

  private static String encode(String text, String allowed) {
    StringBuilder encoded = new StringBuilder(text.length());
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < octets.length; i++) {
      int octet = octets[i] & 0xff;
      boolean plain =
          octet < 0x80
              && (Character.isLetterOrDigit((char) octet) || allowed.indexOf((char) octet) >= 0);
      boolean loosePercent = octet == '%' && !escape(octets, i);
      if (plain && !loosePercent) {
        encoded.append((char) octet);
      } else {
        encoded.append(String.format("%%%02X", octet));
      }
    }
    return encoded.toString();
  }

  private static boolean escape(byte[] octets, int at) {
    return at + 2 < octets.length
        && Character.digit(octets[at + 1], 16) >= 0
        && Character.digit(octets[at + 2], 16) >= 0;
  }
}
