package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The control data and header section of a request (RFC 9114 §4.3.1).
 *
 * @param method {@code :method}
 * @param scheme {@code :scheme}; null only for CONNECT
 * @param authority {@code :authority}, or the Host field where that was absent; null if neither was
 *     sent
 * @param path {@code :path}; null only for CONNECT
 * @param protocol {@code :protocol} of an extended CONNECT (RFC 9220), else null
 * @param fields the header fields, without pseudo-header fields, unmodifiable
 */
public record RequestHead(
    String method,
    @Nullable String scheme,
    @Nullable String authority,
    @Nullable String path,
    @Nullable String protocol,
    List<FieldLine> fields) {

  /** Copies the list. */
  public RequestHead {
    fields = List.copyOf(fields);
  }

  /** A request for an {@code https} resource. */
  public static RequestHead of(
      String method, String authority, String path, List<FieldLine> fields) {
    return new RequestHead(method, "https", authority, path, null, fields);
  }

  private static final Set<String> PSEUDO =
      Set.of(":method", ":scheme", ":authority", ":path", ":protocol");

  /**
   * Makes a legal request of a decoded header section, or refuses it.
   *
   * @throws Http3Exception.OfStream H3_MESSAGE_ERROR, naming the rule
   */
  static RequestHead parse(List<FieldLine> lines) throws Http3Exception.OfStream {
    PseudoFields pseudo = PseudoFields.split(lines, PSEUDO);
    String method = pseudo.get(":method");
    String scheme = pseudo.get(":scheme");
    String authority = pseudo.get(":authority");
    String path = pseudo.get(":path");
    String protocol = pseudo.get(":protocol");
    if (method == null || !FieldRules.isToken(method)) {
      throw FieldRules.malformed(
          "4.3.1", method == null ? ":method is missing" : ":method is not a token");
    }
    // RFC 9220 §3, RFC 8441 §4: ":protocol" makes a CONNECT an extended one, which carries :scheme
    // and
    // :path like other requests.
    if (protocol != null && !method.equals("CONNECT")) {
      throw FieldRules.malformed("4.3", ":protocol stands in a request that is not CONNECT");
    }
    // RFC 8441 §4: ":protocol [...] is single valued and contains a value from the "Hypertext
    // Transfer Protocol (HTTP) Upgrade Token Registry"".
    if (protocol != null && !Connects.isUpgradeToken(protocol)) {
      throw FieldRules.malformed("4.3", ":protocol is no upgrade token");
    }
    if (method.equals("CONNECT") && protocol == null) {
      Connects.checkTarget(scheme != null || path != null, authority == null ? "" : authority);
    } else {
      checkTarget(method, scheme, path);
    }
    List<FieldLine> fields = FieldRules.joinCookies(pseudo.fields());
    FieldRules.contentLength(fields);
    String target = authority(authority, fields, scheme == null || isWeb(scheme));
    return new RequestHead(method, scheme, target, path, protocol, fields);
  }

  private static boolean isWeb(String scheme) {
    return scheme.equals("https") || scheme.equals("http");
  }

  private static void checkTarget(String method, @Nullable String scheme, @Nullable String path)
      throws Http3Exception.OfStream {
    // RFC 9114 §4.3.1: "All HTTP/3 requests MUST include exactly one value for the :method,
    // :scheme,
    // and :path pseudo-header fields, unless the request is a CONNECT request".
    if (scheme == null || scheme.isEmpty()) {
      throw FieldRules.malformed("4.3.1", ":scheme is missing");
    }
    // RFC 3986 §3.1: "Scheme names consist of a sequence of characters beginning with a letter and
    // followed by any combination of letters, digits, plus ("+"), period ("."), or hyphen ("-")."
    if (!isScheme(scheme)) {
      throw FieldRules.malformed(
          "4.3.1", ":scheme is \"" + FieldRules.printable(scheme) + "\", which no URI begins with");
    }
    if (path == null) {
      throw FieldRules.malformed("4.3.1", ":path is missing");
    }
    // RFC 9114 §4.3.1: "This pseudo-header field MUST NOT be empty for "http" or "https" URIs;
    // "http" or "https" URIs that do not contain a path component MUST include a value of / (ASCII
    // 0x2f)." and "An OPTIONS request that does not include a path component includes the value *
    // (ASCII 0x2a)".
    boolean legal = path.startsWith("/") || (path.equals("*") && method.equals("OPTIONS"));
    if (isWeb(scheme) && !legal) {
      throw FieldRules.malformed("4.3.1", ":path is \"" + FieldRules.printable(path) + "\"");
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= 0x20 || c == 0x7f || c == '#') {
        throw FieldRules.malformed("4.3.1", ":path has a character that no URI has there");
      }
    }
  }

  private static boolean isScheme(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
      if (!letter && (i == 0 || !other)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String authority(
      @Nullable String authority, List<FieldLine> fields, boolean mandatory)
      throws Http3Exception.OfStream {
    String host = null;
    for (FieldLine line : fields) {
      if (line.name().equals("host")) {
        if (host != null) {
          throw FieldRules.malformed("4.3.1", "host occurs twice");
        }
        host = line.value();
      }
    }
    // RFC 9114 §4.3.1: "If the :scheme pseudo-header field identifies a scheme that has a mandatory
    // authority component (including "http" and "https"), the request MUST contain either an
    // :authority pseudo-header field or a Host header field. If these fields are present, they MUST
    // NOT be empty. If both fields are present, they MUST contain the same value."
    if (authority == null && host == null) {
      if (mandatory) {
        throw FieldRules.malformed("4.3.1", "neither :authority nor host is there");
      }
      return null;
    }
    if (authority != null
        && host != null
        && !authority.toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT))) {
      throw FieldRules.malformed("4.3.1", ":authority and host differ");
    }
    String value = authority != null ? authority : host;
    // RFC 9114 §4.3.1: "The authority MUST NOT include the deprecated userinfo subcomponent".
    if (value == null || value.isEmpty() || value.indexOf('@') >= 0 || !hostCharacters(value)) {
      throw FieldRules.malformed("4.3.1", "the authority is empty or has illegal characters");
    }
    return value;
  }

  private static boolean hostCharacters(String authority) {
    for (int i = 0; i < authority.length(); i++) {
      char c = authority.charAt(i);
      if (c <= 0x20 || c >= 0x7f || "/?#\\\"<>".indexOf(c) >= 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Refuses what a server would have to refuse.
   *
   * @throws IllegalArgumentException if the request is malformed, naming the rule
   */
  void requireLegal() {
    toFieldLines();
  }

  /**
   * The header section that carries this request.
   *
   * @throws IllegalArgumentException if the server would have to refuse it
   */
  List<FieldLine> toFieldLines() {
    List<FieldLine> lines = new ArrayList<>(fields.size() + 5);
    add(lines, ":method", method);
    add(lines, ":scheme", scheme);
    add(lines, ":authority", authority);
    add(lines, ":path", path);
    add(lines, ":protocol", protocol);
    lines.addAll(FieldRules.tidy(fields));
    try {
      parse(lines);
    } catch (Http3Exception.OfStream e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return lines;
  }

  private static void add(List<FieldLine> lines, String name, @Nullable String value) {
    if (value != null) {
      lines.add(new FieldLine(name, value));
    }
  }
}
