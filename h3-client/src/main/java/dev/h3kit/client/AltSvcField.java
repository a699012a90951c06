package dev.h3kit.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The value of an Alt-Svc field (RFC 7838 §3). */
sealed interface AltSvcField {

  /** All alternatives are to be forgotten. */
  record Clear() implements AltSvcField {}

  /**
   * The alternatives in the order the server prefers.
   *
   * @param services not empty
   */
  record Services(List<Service> services) implements AltSvcField {}

  /**
   * One alternative.
   *
   * @param protocol the ALPN protocol name
   * @param host empty for the origin's own
   * @param port 1 to 65535
   * @param maxAge how long it holds
   * @param persist whether it survives a change of the network
   */
  record Service(String protocol, String host, int port, Duration maxAge, boolean persist) {}

  /** RFC 7838 §3.1: "[the default is] 24 hours". */
  Duration DEFAULT_AGE = Duration.ofHours(24);

  /** Reads a field value; null if it is not one. */
  static @Nullable AltSvcField parse(String value) {
    // RFC 7838 §3: "clear" is case-sensitive and stands alone.
    if (value.strip().equals("clear")) {
      return new Clear();
    }
    List<Service> services = new ArrayList<>();
    Reader reader = new Reader(value);
    while (true) {
      Service service = reader.service();
      if (service == null) {
        return null;
      }
      services.add(service);
      if (!reader.more()) {
        return reader.atEnd() ? new Services(List.copyOf(services)) : null;
      }
    }
  }

  /** Reads one value from left to right. */
  final class Reader {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String QUOTED = "\"((?:[^\"\\\\]|\\\\.)*)\"";
    private static final Pattern ALTERNATIVE =
        Pattern.compile("\\s*(" + TOKEN + ")=" + QUOTED + "\\s*");
    private static final Pattern PARAMETER =
        Pattern.compile(";\\s*(" + TOKEN + ")=(?:(" + TOKEN + ")|" + QUOTED + ")\\s*");
    private static final Pattern AUTHORITY = Pattern.compile("(.*):([0-9]{1,5})");
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

    private final Matcher matcher;
    private int at;

    Reader(String value) {
      matcher = ALTERNATIVE.matcher(value);
    }

    private boolean next(Pattern pattern) {
      matcher.usePattern(pattern).region(at, matcher.regionEnd());
      if (!matcher.lookingAt()) {
        return false;
      }
      at = matcher.end();
      return true;
    }

    @Nullable Service service() {
      if (!next(ALTERNATIVE)) {
        return null;
      }
      String protocol = percentDecoded(matcher.group(1));
      Matcher authority = AUTHORITY.matcher(unquoted(matcher.group(2)));
      if (!authority.matches()) {
        return null;
      }
      int port = Integer.parseInt(authority.group(2));
      if (port < 1 || port > 65535) {
        return null;
      }
      Duration maxAge = DEFAULT_AGE;
      boolean persist = false;
      while (next(PARAMETER)) {
        String name = matcher.group(1).toLowerCase(Locale.ROOT);
        String value = matcher.group(2) != null ? matcher.group(2) : unquoted(matcher.group(3));
        // RFC 7838 §3: unknown parameters are ignored.
        if (name.equals("ma") && DIGITS.matcher(value).matches()) {
          maxAge = Duration.ofSeconds(Math.min(Long.parseLong(value), Integer.MAX_VALUE));
        } else if (name.equals("persist")) {
          persist = value.equals("1");
        }
      }
      String host = authority.group(1);
      String bare =
          host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
      return new Service(protocol, bare.toLowerCase(Locale.ROOT), port, maxAge, persist);
    }

    boolean more() {
      return next(Pattern.compile(","));
    }

    boolean atEnd() {
      return at == matcher.regionEnd();
    }

    private static String unquoted(String quoted) {
      return quoted.replaceAll("\\\\(.)", "$1");
    }

    private static String percentDecoded(String token) {
      try {
        return URLDecoder.decode(token.replace("+", "%2B"), UTF_8);
      } catch (IllegalArgumentException e) {
        return token;
      }
    }
  }
}
