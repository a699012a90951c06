package dev.h3kit.cli.get.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Options in a file, in curl's syntax: one on a line, with or without its dashes. */
public final class ConfigFile {
  private ConfigFile() {}

  /**
   * The arguments that a file stands for.
   *
   * @param takesValue whether an option, with its dashes, is followed by a value
   */
  public static List<String> arguments(String text, Predicate<String> takesValue) {
    List<String> arguments = new ArrayList<>();
    for (String raw : text.split("\n", -1)) {
      String line = raw.strip();
      if (line.isEmpty() || "#/*".indexOf(line.charAt(0)) >= 0) {
        continue;
      }
      int end = 0;
      while (end < line.length() && !separator(line.charAt(end))) {
        end++;
      }
      String word = line.substring(0, end);
      int from = end;
      while (from < line.length() && separator(line.charAt(from))) {
        from++;
      }
      String rest = line.substring(from);
      String option = word.startsWith("-") ? word : "--" + word;
      arguments.add(option);
      boolean quoted = rest.startsWith("\"");
      if (quoted || (!rest.isEmpty() && takesValue.test(option))) {
        arguments.add(quoted ? unquoted(rest) : firstWord(rest));
      }
    }
    return arguments;
  }

  private static boolean separator(char c) {
    return Character.isWhitespace(c) || c == '=' || c == ':';
  }

  private static String firstWord(String text) {
    int end = 0;
    while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return text.substring(0, end);
  }

  private static String unquoted(String text) {
    StringBuilder value = new StringBuilder();
    for (int i = 1; i < text.length() && text.charAt(i) != '"'; i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        c = text.charAt(++i);
        value.append(
            switch (c) {
              case 't' -> '\t';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 'v' -> '\u000b';
              default -> c;
            });
      } else {
        value.append(c);
      }
    }
    return value.toString();
  }
}
