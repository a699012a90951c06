package dev.h3kit.core;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses a dictionary of structured fields (RFC 8941 §4.2.2, with the types of RFC 9651). Of the
 * values only integers and booleans are kept as such, because nothing here uses others.
 */
final class StructuredDictionary {
  /** A longer field is not looked into: the members defined need ten octets. */
  static final int MAX_LENGTH = 1024;

  private static final int MAX_INTEGER_DIGITS = 15;

  /** Stands for a value of a type that is not kept. */
  private static final Object OTHER = new Object();

  private final String text;
  private int at;

  private StructuredDictionary(String text) {
    this.text = text;
  }

  /** The text is no dictionary. */
  private static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException() {
      super(null, null, false, false);
    }
  }

  /**
   * The members by key: a {@link Long}, a {@link Boolean}, or an object that is neither. Empty
   * where the text is no dictionary or too long. RFC 8941 §4.2: "When parsing fails, either the
   * entire field value MUST be ignored [...], or alternatively the complete HTTP message MUST be
   * treated as malformed."
   */
  static Map<String, Object> parse(String text) {
    if (text.length() > MAX_LENGTH) {
      return Map.of();
    }
    try {
      return new StructuredDictionary(text).dictionary();
    } catch (SyntaxException _) {
      return Map.of();
    }
  }

  private Map<String, Object> dictionary() throws SyntaxException {
    Map<String, Object> members = new LinkedHashMap<>();
    skip(" ");
    while (at < text.length()) {
      String key = key();
      Object value = true;
      if (found('=')) {
        value = peek() == '(' ? innerList() : item();
      }
      parameters();
      // RFC 8941 §3.2: "when duplicate Dictionary keys are encountered, all but the last instance
      // are ignored".
      members.put(key, value);
      skip(" \t");
      if (at == text.length()) {
        return members;
      }
      require(found(','));
      skip(" \t");
      // RFC 8941 §4.2.2: "If input_string is empty, there is a trailing comma; fail parsing."
      require(at < text.length());
    }
    return members;
  }

  private String key() throws SyntaxException {
    int start = at;
    char first = peek();
    require(lower(first) || first == '*');
    while (lower(peek()) || digit(peek()) || "_-.*".indexOf(peek()) >= 0) {
      at++;
    }
    return text.substring(start, at);
  }

  private void parameters() throws SyntaxException {
    while (found(';')) {
      skip(" ");
      key();
      if (found('=')) {
        item();
      }
    }
  }

  private Object innerList() throws SyntaxException {
    require(found('('));
    while (true) {
      skip(" ");
      if (found(')')) {
        return OTHER;
      }
      item();
      parameters();
      require(peek() == ' ' || peek() == ')');
    }
  }

  private Object item() throws SyntaxException {
    char first = peek();
    if (first == '-' || digit(first)) {
      return number();
    }
    if (first == '?') {
      at++;
      boolean yes = found('1');
      require(yes || found('0'));
      return yes;
    }
    if (first == '"') {
      return string();
    }
    if (first == ':') {
      return quoted(':', "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=");
    }
    if (first == '@') {
      at++;
      require(number() instanceof Long);
      return OTHER;
    }
    if (first == '%') {
      at++;
      require(peek() == '"');
      return quoted('"', null);
    }
    require(first == '*' || lower(first) || (first >= 'A' && first <= 'Z'));
    while (FieldRules.isToken(String.valueOf(peek())) || peek() == ':' || peek() == '/') {
      at++;
    }
    return OTHER;
  }

  private Object number() throws SyntaxException {
    boolean negative = found('-');
    int start = at;
    while (digit(peek())) {
      at++;
    }
    int digits = at - start;
    require(digits > 0 && digits <= MAX_INTEGER_DIGITS);
    if (peek() != '.') {
      long value = Long.parseLong(text, start, at, 10);
      return negative ? -value : value;
    }
    // RFC 8941 §3.3.2: a decimal has at most twelve digits before its point, and three behind it.
    at++;
    int fraction = at;
    while (digit(peek())) {
      at++;
    }
    require(digits <= 12 && at > fraction && at - fraction <= 3);
    return OTHER;
  }

  private Object string() throws SyntaxException {
    at++;
    while (true) {
      char c = peek();
      at++;
      if (c == '"') {
        return OTHER;
      }
      if (c == '\\') {
        require(peek() == '"' || peek() == '\\');
        at++;
      } else {
        require(visible(c));
      }
    }
  }

  private Object quoted(char quote, @Nullable String alphabet) throws SyntaxException {
    at++;
    while (!found(quote)) {
      char c = peek();
      require(alphabet == null ? visible(c) : alphabet.indexOf(c) >= 0);
      at++;
    }
    return OTHER;
  }

  private void skip(String blanks) {
    while (at < text.length() && blanks.indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean found(char c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  /** The next character, NUL at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private static void require(boolean legal) throws SyntaxException {
    if (!legal) {
      throw new SyntaxException();
    }
  }

  private static boolean lower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean visible(char c) {
    return c >= 0x20 && c < 0x7f;
  }
}
