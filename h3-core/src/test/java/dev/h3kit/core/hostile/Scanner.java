package dev.h3kit.core.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Reads a script line from left to right. */
final class Scanner {
  private final String text;
  private int at;

  Scanner(String text) {
    this.text = text;
  }

  private void blanks() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    if (text.startsWith("//", at)) {
      at = text.length();
    }
  }

  /** Whether nothing is left but blanks and a comment. */
  boolean done() {
    blanks();
    return at == text.length();
  }

  /** The next character, 0 at the end. */
  char peek() {
    blanks();
    return at < text.length() ? text.charAt(at) : 0;
  }

  /** Takes {@code wanted} if it is next. */
  boolean take(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  /** Takes {@code wanted}, which must be next. */
  void expect(char wanted) {
    if (!take(wanted)) {
      throw new ScriptException("'" + wanted + "' is missing before \"" + rest() + "\"");
    }
  }

  /** What is left. */
  String rest() {
    return text.substring(at);
  }

  /** A word: everything to the next blank, parenthesis, comma, equals sign or quotation mark. */
  String word(String what) {
    blanks();
    int start = at;
    while (at < text.length() && " \t(),=\"".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    if (start == at) {
      throw new ScriptException(what + " is missing before \"" + rest() + "\"");
    }
    return text.substring(start, at);
  }

  /** A quoted text with escapes, as octets. */
  byte[] quoted() {
    expect('"');
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (true) {
      if (at == text.length()) {
        throw new ScriptException("a quotation mark is missing");
      }
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toByteArray();
      }
      out.write(c == '\\' ? escaped() : c);
    }
  }

  /** A quoted text, a character an octet. */
  String text() {
    return new String(quoted(), StandardCharsets.ISO_8859_1);
  }

  private int escaped() {
    if (at == text.length()) {
      throw new ScriptException("the line ends within an escape");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case 't' -> '\t';
      case '0' -> 0;
      case '\\', '"' -> c;
      case 'x' -> {
        if (at + 2 > text.length()) {
          throw new ScriptException("\\x needs two digits");
        }
        at += 2;
        yield Numbers.hex(text.substring(at - 2, at));
      }
      default -> throw new ScriptException("\\" + c + " is no escape");
    };
  }

  /** A name or value of a field: quoted, or everything up to one of {@code ends}. */
  String fieldText(String ends) {
    if (at < text.length() && text.charAt(at) == '"') {
      return text();
    }
    int start = at;
    while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(start, at);
  }
}
