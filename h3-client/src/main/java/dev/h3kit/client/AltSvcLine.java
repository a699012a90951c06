package dev.h3kit.client;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One alternative of one origin as curl writes it into its Alt-Svc file: nine fields with spaces
 * between them, such as {@code h2 example.com 443 h3 alt.example 8443 "20300131 12:00:00" 1 0}.
 *
 * @param sourceAlpn over which protocol the origin said it
 * @param origin the origin; the scheme, which the file does not have, is https
 * @param alpn the protocol of the alternative
 * @param alternative where it is
 * @param expires until when it holds, in whole seconds
 * @param persist whether it survives a change of the network
 * @param priority kept as it is; nobody uses it
 */
record AltSvcLine(
    String sourceAlpn,
    Origin origin,
    String alpn,
    Alternative alternative,
    Instant expires,
    boolean persist,
    int priority) {
  static final int LONGEST = 1024;

  private static final String ALPN = "([!-~]{1,255})";
  private static final String HOST = "(\\[[0-9A-Fa-f:.%]{2,64}]|[A-Za-z0-9._-]{1,255})";
  private static final String PORT = "([0-9]{1,5})";
  private static final Pattern LINE =
      Pattern.compile(
          (ALPN + " " + HOST + " " + PORT + " " + ALPN + " " + HOST + " " + PORT)
              + " \"([0-9]{8} [0-9]{1,2}:[0-9]{2}:[0-9]{2})\" ([01]) ([0-9]{1,9})\\s*");
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuuMMdd H:mm:ss", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final DateTimeFormatter WRITTEN =
      DateTimeFormatter.ofPattern("uuuuMMdd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Reads a line; null if it is not one. */
  static @Nullable AltSvcLine parse(String line) {
    if (line.length() > LONGEST) {
      return null;
    }
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return null;
    }
    int port = Integer.parseInt(matcher.group(3));
    int alternativePort = Integer.parseInt(matcher.group(6));
    if (!legal(port) || !legal(alternativePort)) {
      return null;
    }
    Instant expires;
    try {
      expires = LocalDateTime.parse(matcher.group(7), DATE).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
    return new AltSvcLine(
        matcher.group(1),
        new Origin("https", bare(matcher.group(2)), port),
        matcher.group(4),
        new Alternative(bare(matcher.group(5)), alternativePort),
        expires,
        matcher.group(8).equals("1"),
        Integer.parseInt(matcher.group(9)));
  }

  private static boolean legal(int port) {
    return port >= 1 && port <= 65535;
  }

  private static String bare(String host) {
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return bare.toLowerCase(Locale.ROOT);
  }

  private static String bracketed(String host) {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  /** The same, holding until then at most. */
  AltSvcLine until(Instant latest) {
    return expires.isAfter(latest)
        ? new AltSvcLine(sourceAlpn, origin, alpn, alternative, latest, persist, priority)
        : this;
  }

  /** The line without its end. */
  String text() {
    return String.join(
        " ",
        sourceAlpn,
        bracketed(origin.host()),
        Integer.toString(origin.port()),
        alpn,
        bracketed(alternative.host()),
        Integer.toString(alternative.port()),
        "\"" + WRITTEN.format(expires) + "\"",
        persist ? "1" : "0",
        Integer.toString(priority));
  }
}
