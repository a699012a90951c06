package dev.h3kit.cli.get.glob;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.util.ArrayList;
import java.util.List;

/**
 * A URL with curl's patterns: {@code {one,two}}, {@code [1-9]}, {@code [001-100:10]}, {@code
 * [a-z:2]}. The last pattern changes fastest. Immutable; a URL is made when it is asked for, so
 * that a pattern for millions needs no memory.
 */
public final class UrlGlob {
  /** More URLs than anyone fetches with one command, and few enough to be counted. */
  static final long MOST = 1_000_000_000_000L;

  private final List<Part> parts;
  private final long count;

  private UrlGlob(List<Part> parts, long count) {
    this.parts = List.copyOf(parts);
    this.count = count;
  }

  /**
   * One of the URLs.
   *
   * @param url the URL
   * @param matched what stands in it for each pattern, in their order
   */
  public record Match(String url, List<String> matched) {
    /** Copies the list. */
    public Match {
      matched = List.copyOf(matched);
    }

    /** The name with {@code #1} and so on replaced by what the patterns stand for. */
    public String named(String name) {
      if (name.indexOf('#') < 0 || matched.isEmpty()) {
        return name;
      }
      StringBuilder replaced = new StringBuilder();
      int at = 0;
      while (at < name.length()) {
        int end = at + 1;
        while (name.charAt(at) == '#' && end < name.length() && digit(name.charAt(end))) {
          end++;
        }
        String digits = name.substring(at + 1, end);
        int number = digits.isEmpty() || digits.length() > 6 ? 0 : Integer.parseInt(digits);
        if (number >= 1 && number <= matched.size()) {
          replaced.append(matched.get(number - 1));
        } else {
          replaced.append(name, at, end);
        }
        at = end;
      }
      return replaced.toString();
    }
  }

  private sealed interface Part {
    long size();

    String get(long index);

    record Literal(String text) implements Part {
      @Override
      public long size() {
        return 1;
      }

      @Override
      public String get(long index) {
        return text;
      }
    }

    record Choice(List<String> texts) implements Part {
      @Override
      public long size() {
        return texts.size();
      }

      @Override
      public String get(long index) {
        return texts.get((int) index);
      }
    }

    record Letters(char first, long step, long size) implements Part {
      @Override
      public String get(long index) {
        return String.valueOf((char) (first + index * step));
      }
    }

    record Numbers(long first, long step, long size, int digits) implements Part {
      @Override
      public String get(long index) {
        String number = String.valueOf(first + index * step);
        return "0".repeat(Math.max(0, digits - number.length())) + number;
      }
    }
  }

  /** A URL in which nothing is a pattern: {@code -g}. */
  public static UrlGlob literal(String url) {
    return new UrlGlob(List.of(new Part.Literal(url)), 1);
  }

  /**
   * Reads a URL with patterns.
   *
   * @throws CommandFailure with {@link ExitCode#URL_MALFORMED} if a pattern is malformed
   */
  public static UrlGlob parse(String url) throws CommandFailure {
    return new Reader(url).read();
  }

  /** How many URLs it stands for, at least one. */
  public long count() {
    return count;
  }

  /** The URL with this number, from 0. */
  public Match get(long index) {
    String[] texts = new String[parts.size()];
    long rest = index;
    for (int i = parts.size() - 1; i >= 0; i--) {
      Part part = parts.get(i);
      texts[i] = part.get(rest % part.size());
      rest /= part.size();
    }
    List<String> matched = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      if (!(parts.get(i) instanceof Part.Literal)) {
        matched.add(texts[i]);
      }
    }
    return new Match(String.join("", texts), matched);
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private static final class Reader {
    private final String url;
    private final List<Part> parts = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    private long count = 1;
    private int at;

    Reader(String url) {
      this.url = url;
    }

    UrlGlob read() throws CommandFailure {
      while (at < url.length()) {
        char c = url.charAt(at);
        switch (c) {
          case '\\' -> {
            boolean escapes = at + 1 < url.length() && "{}[]".indexOf(url.charAt(at + 1)) >= 0;
            at += escapes ? 1 : 0;
            literal.append(url.charAt(at++));
          }
          case '{' -> choice();
          case '[' -> bracket();
          case '}', ']' ->
              throw malformed("unmatched " + (c == '}' ? "close brace" : "close bracket"), at);
          default -> {
            literal.append(c);
            at++;
          }
        }
      }
      endLiteral();
      return new UrlGlob(parts, count);
    }

    private void choice() throws CommandFailure {
      int start = at++;
      List<String> texts = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      while (true) {
        if (at == url.length()) {
          throw malformed("the brace is not closed", start);
        }
        char c = url.charAt(at++);
        if (c == '}' || c == ',') {
          if (text.isEmpty() && c == '}' && texts.isEmpty()) {
            throw malformed("nothing stands in the braces", start);
          }
          texts.add(text.toString());
          text.setLength(0);
          if (c == '}') {
            break;
          }
        } else if (c == '{' || c == '[' || c == ']') {
          throw malformed("patterns do not stand in patterns", at - 1);
        } else {
          boolean escapes = c == '\\' && at < url.length();
          text.append(escapes ? url.charAt(at++) : c);
        }
      }
      add(new Part.Choice(List.copyOf(texts)), start);
    }

    private void bracket() throws CommandFailure {
      int start = at;
      int end = url.indexOf(']', at);
      if (end < 0) {
        throw malformed("the bracket is not closed", start);
      }
      String inner = url.substring(at + 1, end);
      // An IPv6 address is none of the patterns: it has a colon before any hyphen.
      if (inner.isEmpty() || inner.matches("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%.*)?")) {
        literal.append(url, at, end + 1);
        at = end + 1;
        return;
      }
      at = end + 1;
      int colon = inner.indexOf(':');
      String range = colon < 0 ? inner : inner.substring(0, colon);
      long step = colon < 0 ? 1 : number(inner.substring(colon + 1), start);
      if (range.matches("[A-Za-z]-[A-Za-z]")) {
        long span = (long) range.charAt(2) - range.charAt(0);
        add(new Part.Letters(range.charAt(0), step, size(span, step, start)), start);
        return;
      }
      int hyphen = range.indexOf('-');
      if (hyphen <= 0) {
        throw malformed("bad range", start);
      }
      String from = range.substring(0, hyphen);
      long first = number(from, start);
      long span = number(range.substring(hyphen + 1), start) - first;
      int digits = from.startsWith("0") ? from.length() : 0;
      add(new Part.Numbers(first, step, size(span, step, start), digits), start);
    }

    private long size(long span, long step, int position) throws CommandFailure {
      if (span < 0 || step < 1 || (step > span && span > 0)) {
        throw malformed("bad range", position);
      }
      return span / step + 1;
    }

    private long number(String digits, int position) throws CommandFailure {
      if (!digits.matches("[0-9]{1,18}")) {
        throw malformed("bad range", position);
      }
      return Long.parseLong(digits);
    }

    private void add(Part part, int position) throws CommandFailure {
      endLiteral();
      if (part.size() > MOST / count) {
        throw malformed("it stands for too many URLs", position);
      }
      count *= part.size();
      parts.add(part);
    }

    private void endLiteral() {
      if (!literal.isEmpty()) {
        parts.add(new Part.Literal(literal.toString()));
        literal.setLength(0);
      }
    }

    private CommandFailure malformed(String why, int position) {
      return new CommandFailure(
          ExitCode.URL_MALFORMED,
          why + " at character " + (position + 1) + " of " + url,
          "Braces and brackets are patterns; -g takes them as they are.");
    }
  }
}
