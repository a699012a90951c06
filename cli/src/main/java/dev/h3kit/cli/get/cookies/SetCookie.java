package dev.h3kit.cli.get.cookies;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the value of a Set-Cookie field (RFC 6265 §5.2 and §5.3). */
final class SetCookie {
  /** RFC 6265 §6.1: "At least 4096 bytes per cookie". */
  private static final int LONGEST = 4096;

  /** Browsers and curl keep no cookie longer than 400 days. */
  private static final long LONGEST_AGE = 400L * 24 * 3600;

  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final Pattern DELIMITERS =
      Pattern.compile("[\\x09\\x20-\\x2f\\x3b-\\x40\\x5b-\\x60\\x7b-\\x7e]+");
  private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d{1,2}):(\\d{1,2})");

  private SetCookie() {}

  /**
   * The cookie that a server may set, or null if the field is to be ignored. One that has expired
   * already is for removing the one before.
   *
   * @param host who sent it
   * @param requestPath for what
   * @param secureConnection over https
   */
  static @Nullable Cookie parse(
      String field, String host, String requestPath, boolean secureConnection, long now) {
    if (field.length() > LONGEST + 1024 || field.chars().anyMatch(SetCookie::control)) {
      return null;
    }
    String[] pieces = field.split(";", -1);
    int equals = pieces[0].indexOf('=');
    // RFC 6265 §5.2: "If the name-value-pair string lacks a %x3D ("=") character, ignore the
    // set-cookie-string entirely."
    if (equals < 0) {
      return null;
    }
    String name = pieces[0].substring(0, equals).strip();
    String value = pieces[0].substring(equals + 1).strip();
    if (name.isEmpty() || name.length() + value.length() > LONGEST) {
      return null;
    }
    String domain = host;
    boolean subdomains = false;
    String path = defaultPath(requestPath);
    boolean pathGiven = false;
    boolean secure = false;
    boolean httpOnly = false;
    long expires = 0;
    boolean aged = false;
    for (int i = 1; i < pieces.length; i++) {
      int at = pieces[i].indexOf('=');
      String attribute = (at < 0 ? pieces[i] : pieces[i].substring(0, at)).strip();
      String text = at < 0 ? "" : pieces[i].substring(at + 1).strip();
      switch (attribute.toLowerCase(Locale.ROOT)) {
        case "secure" -> secure = true;
        case "httponly" -> httpOnly = true;
        case "path" -> {
          pathGiven = text.startsWith("/");
          path = pathGiven ? text : defaultPath(requestPath);
        }
        case "domain" -> {
          String wanted =
              (text.startsWith(".") ? text.substring(1) : text).toLowerCase(Locale.ROOT);
          if (wanted.isEmpty()) {
            continue;
          }
          // RFC 6265 §5.3: "If the canonicalized request-host does not domain-match the
          // domain-attribute: Ignore the cookie entirely".
          if (!Cookie.domainMatches(host, wanted) || tooWide(wanted, host)) {
            return null;
          }
          domain = wanted;
          subdomains = !Cookie.address(host);
        }
        case "max-age" -> {
          if (text.matches("-?[0-9]+")) {
            aged = true;
            long age =
                text.startsWith("-") ? 0 : text.length() > 12 ? LONGEST_AGE : Long.parseLong(text);
            expires = age == 0 ? 1 : now + Math.min(age, LONGEST_AGE);
          }
        }
        case "expires" -> {
          Long date = date(text);
          // RFC 6265 §5.3: Max-Age goes before Expires.
          if (!aged && date != null) {
            expires = Math.max(1, Math.min(date, now + LONGEST_AGE));
          }
        }
        default -> {}
      }
    }
    boolean local = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
    boolean wronglyPrefixed =
        (name.startsWith("__Secure-") && !secure)
            || (name.startsWith("__Host-")
                && (!secure || subdomains || !pathGiven || !path.equals("/")));
    if ((secure && !secureConnection && !local) || wronglyPrefixed) {
      return null;
    }
    return new Cookie(domain, subdomains, path, secure, httpOnly, expires, name, value);
  }

  /** A domain of one label would be a whole top-level domain. */
  private static boolean tooWide(String domain, String host) {
    return domain.indexOf('.') < 0 && !domain.equals("localhost") && !domain.equals(host);
  }

  /** RFC 6265 §5.1.4: the request's path up to its last slash. */
  static String defaultPath(String requestPath) {
    int slash = requestPath.lastIndexOf('/');
    return slash <= 0 ? "/" : requestPath.substring(0, slash);
  }

  /** RFC 6265 §5.1.1: dates as servers write them; null for what is none. */
  static @Nullable Long date(String text) {
    int day = -1;
    int month = -1;
    int year = -1;
    int[] time = null;
    for (String token : DELIMITERS.splitAsStream(text).toList()) {
      Matcher clock = TIME.matcher(token);
      if (time == null && clock.lookingAt()) {
        time =
            new int[] {
              Integer.parseInt(clock.group(1)),
              Integer.parseInt(clock.group(2)),
              Integer.parseInt(clock.group(3))
            };
      } else if (day < 0 && token.matches("\\d{1,2}")) {
        day = Integer.parseInt(token);
      } else if (month < 0 && token.length() >= 3 && month(token) > 0) {
        month = month(token);
      } else if (year < 0 && token.matches("\\d{2,4}")) {
        int number = Integer.parseInt(token);
        year = number < 70 ? number + 2000 : number < 100 ? number + 1900 : number;
      }
    }
    if (time == null || day < 0 || month < 0 || year < 1601) {
      return null;
    }
    try {
      return LocalDateTime.of(year, month, day, time[0], time[1], time[2])
          .toEpochSecond(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static int month(String token) {
    return MONTHS.indexOf(token.substring(0, 3).toLowerCase(Locale.ROOT)) + 1;
  }

  private static boolean control(int c) {
    return (c < ' ' && c != '\t') || c == 0x7f;
  }
}
