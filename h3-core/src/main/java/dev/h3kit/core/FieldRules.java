package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What RFC 9114 §4.2 and RFC 9110 §5 demand of every field line, whichever message it is in. */
final class FieldRules {
  private static final boolean[] TOKEN = new boolean[128];

  static {
    for (char c = '0'; c <= '9'; c++) {
      TOKEN[c] = true;
    }
    for (char c = 'A'; c <= 'Z'; c++) {
      TOKEN[c] = true;
    }
    for (char c = 'a'; c <= 'z'; c++) {
      TOKEN[c] = true;
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
  }

  private FieldRules() {}

  /** Checks one line that is not a pseudo-header field. */
  static void check(FieldLine line) throws Http3Exception.OfStream {
    String name = line.name();
    if (name.isEmpty()) {
      throw malformed("4.2", "a field has an empty name");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      // RFC 9114 §4.2: "A request or response containing uppercase characters in field names MUST
      // be treated as malformed." RFC 9114 §10.3: "Requests or responses containing invalid field
      // names MUST be treated as malformed."
      if (c >= 128 || !TOKEN[c] || (c >= 'A' && c <= 'Z')) {
        throw malformed(
            "4.2", "the field name \"" + printable(name) + "\" has an illegal character");
      }
    }
    checkValue(line);
    // RFC 9114 §4.2: "An endpoint MUST NOT generate an HTTP/3 field section containing
    // connection-specific fields; any message containing connection-specific fields MUST be treated
    // as malformed."
    switch (name) {
      case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" ->
          throw malformed("4.2", "the field " + name + " is specific to a connection of HTTP/1.1");
      case "te" -> {
        // RFC 9114 §4.2: "The only exception to this is the TE header field, which MAY be present
        // in
        // an HTTP/3 request header; when it is, it MUST NOT contain any value other than
        // "trailers"."
        if (!line.value().equalsIgnoreCase("trailers")) {
          throw malformed("4.2", "te is \"" + printable(line.value()) + "\", not \"trailers\"");
        }
      }
      default -> {}
    }
  }

  /** Whether {@code text} is a token (RFC 9110 §5.6.2). */
  static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128 || !TOKEN[text.charAt(i)]) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Checks a value's characters. */
  static void checkValue(FieldLine line) throws Http3Exception.OfStream {
    String value = line.value();
    // RFC 9110 §5.5: "Field values containing CR, LF, or NUL characters are invalid and dangerous."
    // RFC 9114 §10.3: "Any request or response that contains a character not permitted in a field
    // value MUST be treated as malformed."
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < 0x20 && c != '\t') || c == 0x7f || c > 0xff) {
        throw malformed(
            "10.3",
            "the value of "
                + printable(line.name())
                + " has the illegal character 0x"
                + Integer.toHexString(c));
      }
    }
    // RFC 9110 §5.5: "A field value does not include leading or trailing whitespace."
    if (!value.isEmpty() && (blank(value.charAt(0)) || blank(value.charAt(value.length() - 1)))) {
      throw malformed(
          "10.3", "the value of " + printable(line.name()) + " begins or ends with a blank");
    }
  }

  /**
   * Parses a trailer section: no pseudo-header fields, nothing that frames or routes the message.
   */
  static List<FieldLine> trailers(List<FieldLine> lines) throws Http3Exception.OfStream {
    for (FieldLine line : lines) {
      // RFC 9114 §4.3: "Pseudo-header fields MUST NOT appear in trailer sections."
      if (line.name().startsWith(":")) {
        throw malformed(
            "4.3", "the trailer section has the pseudo-header field " + printable(line.name()));
      }
      check(line);
    }
    refuseTe(lines);
    return lines;
  }

  /** Checks fields that are not a request's header section: there, te is like the others. */
  static void refuseTe(List<FieldLine> lines) throws Http3Exception.OfStream {
    for (FieldLine line : lines) {
      // RFC 9114 §4.2: "The only exception to this is the TE header field, which MAY be present in
      // an HTTP/3 request header".
      if (line.name().equals("te")) {
        throw malformed("4.2", "te stands where no request header is");
      }
    }
  }

  /** Fields as they are sent: names in lower case, values without blanks at their ends. */
  static List<FieldLine> tidy(List<FieldLine> fields) {
    List<FieldLine> tidy = new ArrayList<>(fields.size());
    for (FieldLine line : fields) {
      // RFC 9114 §4.2: "Characters in field names MUST be converted to lowercase prior to their
      // encoding."
      String name = line.name().toLowerCase(Locale.ROOT);
      String value = withoutBlanks(line.value());
      boolean same = name.equals(line.name()) && value.equals(line.value());
      tidy.add(same ? line : new FieldLine(name, value, line.neverIndexed()));
    }
    return tidy;
  }

  private static String withoutBlanks(String value) {
    int from = 0;
    int to = value.length();
    while (from < to && blank(value.charAt(from))) {
      from++;
    }
    while (from < to && blank(value.charAt(to - 1))) {
      to--;
    }
    return value.substring(from, to);
  }

  /**
   * The trailer section to send.
   *
   * @throws IllegalArgumentException if the receiver would have to refuse it
   */
  static List<FieldLine> trailersToSend(List<FieldLine> fields) {
    List<FieldLine> tidy = tidy(fields);
    try {
      return trailers(tidy);
    } catch (Http3Exception.OfStream e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * The content-length of a header section, or -1 without one (RFC 9110 §8.6).
   *
   * @throws Http3Exception.OfStream if it is no number, or there are several that differ
   */
  static long contentLength(List<FieldLine> fields) throws Http3Exception.OfStream {
    long length = -1;
    for (FieldLine line : fields) {
      if (line.name().equals("content-length")) {
        for (String part : line.value().split(",", -1)) {
          long one = number(part.strip());
          if (length >= 0 && one != length) {
            throw malformed("4.1.2", "two content-length values differ");
          }
          length = one;
        }
      }
    }
    return length;
  }

  private static long number(String text) throws Http3Exception.OfStream {
    boolean digits = !text.isEmpty() && text.length() <= 18;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (!digits) {
      throw malformed("4.1.2", "content-length is \"" + printable(text) + "\", not a number");
    }
    return Long.parseLong(text);
  }

  /** Joins the cookie lines of a request into one, where the first stood. */
  static List<FieldLine> joinCookies(List<FieldLine> fields) {
    int cookies = 0;
    for (FieldLine line : fields) {
      cookies += line.name().equals("cookie") ? 1 : 0;
    }
    if (cookies < 2) {
      return fields;
    }
    // RFC 9114 §4.2.1: "If a decompressed field section contains multiple cookie field lines, these
    // MUST be concatenated into a single byte string using the two-byte delimiter of "; "".
    StringBuilder value = new StringBuilder();
    boolean secret = false;
    List<FieldLine> joined = new ArrayList<>(fields.size());
    int place = -1;
    for (FieldLine line : fields) {
      if (line.name().equals("cookie")) {
        value.append(value.isEmpty() ? "" : "; ").append(line.value());
        secret |= line.neverIndexed();
        if (place < 0) {
          place = joined.size();
          joined.add(line);
        }
      } else {
        joined.add(line);
      }
    }
    joined.set(place, new FieldLine("cookie", value.toString(), secret));
    return joined;
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t';
  }

  /** At most 64 characters, others than visible ASCII replaced, fit for a message. */
  static String printable(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), 64); i++) {
      char c = text.charAt(i);
      out.append(c >= 0x20 && c < 0x7f ? c : '?');
    }
    return text.length() > 64 ? out + "..." : out.toString();
  }

  static Http3Exception.OfStream malformed(String section, String message) {
    return Http3Exception.stream(Http3Error.H3_MESSAGE_ERROR, section, message);
  }
}
