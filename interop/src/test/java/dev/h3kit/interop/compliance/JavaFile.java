package dev.h3kit.interop.compliance;

import java.util.ArrayList;
import java.util.List;

/**
 * A Java source, as far as it matters here: its comments, each with its place, and the code with
 * comments and strings blanked out. Line comments that follow each other are one comment.
 */
final class JavaFile {
  private final String source;
  private final StringBuilder code;
  private final List<Comment> comments = new ArrayList<>();

  /**
   * A comment.
   *
   * @param text its words on one line, without what marks it as a comment
   * @param start where it begins in the source
   */
  record Comment(String text, int start) {}

  JavaFile(String source) {
    this.source = source;
    this.code = new StringBuilder(source);
    int at = 0;
    while (at < source.length()) {
      at = next(at);
    }
  }

  private int next(int at) {
    if (source.startsWith("//", at)) {
      return lineComments(at);
    }
    if (source.startsWith("/*", at)) {
      int end = after("*/", at + 2);
      comments.add(new Comment(blockText(source.substring(at, end)), at));
      return blank(at, end);
    }
    if (source.startsWith("\"\"\"", at)) {
      return blank(at, after("\"\"\"", at + 3));
    }
    char c = source.charAt(at);
    return c == '"' || c == '\'' ? blank(at, literalEnd(at, c)) : at + 1;
  }

  private int lineComments(int start) {
    StringBuilder text = new StringBuilder();
    int at = start;
    int end = start;
    while (source.startsWith("//", at)) {
      end = after("\n", at);
      text.append(source, at + 2, end);
      at = end;
      while (at < source.length() && source.charAt(at) == ' ') {
        at++;
      }
    }
    comments.add(new Comment(oneLine(text.toString()), start));
    return blank(start, end);
  }

  private int after(String mark, int from) {
    int found = source.indexOf(mark, from);
    return found < 0 ? source.length() : found + mark.length();
  }

  private int literalEnd(int start, char mark) {
    int at = start + 1;
    while (at < source.length() && source.charAt(at) != mark) {
      at += source.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(at + 1, source.length());
  }

  private int blank(int from, int to) {
    for (int i = from; i < to; i++) {
      code.setCharAt(i, ' ');
    }
    return to;
  }

  private static String blockText(String block) {
    String inside = block.replaceAll("^/\\*+|\\*/$", "").replaceAll("(?m)^\\s*\\*", "");
    return oneLine(inside.replaceAll("\\{@\\w+\\s+([^}]*)}", "$1").replaceAll("<[^>]*>", " "));
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  List<Comment> comments() {
    return comments;
  }

  /** The code, every comment and string replaced by blanks, so that places stay what they are. */
  String code() {
    return code.toString();
  }

  /** What stands in the source between two places. */
  String text(int from, int to) {
    return source.substring(from, to);
  }

  /** The number of the line at a place, from 1. */
  int line(int place) {
    return 1 + (int) source.substring(0, place).chars().filter(c -> c == '\n').count();
  }
}
