package dev.h3kit.interop.compliance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The methods of a Java source and where each stands, what is written above it included. */
final class Members {
  private static final Pattern TYPE = Pattern.compile("\\b(class|interface|record|enum)\\s+\\w+");
  private static final Pattern NAME = Pattern.compile("(\\w+)\\s*$");
  private static final Pattern SOURCE = Pattern.compile("@MethodSource(\\(\\s*\"(\\w+)\"\\s*\\))?");

  private final List<Method> methods = new ArrayList<>();

  /**
   * A method.
   *
   * @param source the method that provides its arguments, or empty
   * @param start where it begins, with what is written above it
   * @param end where it ends
   */
  record Method(String name, String source, int start, int end) {}

  /** A pair of braces that is open. */
  private record Block(boolean type, String method, String source, int start) {}

  static Members of(JavaFile file) {
    Members members = new Members();
    members.read(file);
    return members;
  }

  private void read(JavaFile file) {
    String code = file.code();
    Deque<Block> open = new ArrayDeque<>();
    open.push(new Block(true, "", "", 0));
    int start = 0;
    int parentheses = 0;
    for (int at = 0; at < code.length(); at++) {
      boolean between = open.element().type() && parentheses == 0;
      switch (code.charAt(at)) {
        case '(' -> parentheses += open.element().type() ? 1 : 0;
        case ')' -> parentheses -= open.element().type() ? 1 : 0;
        case ';' -> start = between ? at + 1 : start;
        case '{' -> {
          if (between) {
            open.push(block(code.substring(start, at), file.text(start, at), start));
            start = open.element().type() ? at + 1 : start;
          } else {
            open.push(new Block(false, "", "", -1));
          }
        }
        case '}' -> {
          Block block = open.pop();
          if (!block.method().isEmpty()) {
            methods.add(new Method(block.method(), block.source(), block.start(), at));
          }
          start = block.start() < 0 ? start : at + 1;
        }
        default -> {}
      }
    }
  }

  private static Block block(String header, String text, int start) {
    String bare = withoutParentheses(header);
    if (TYPE.matcher(bare).find()) {
      return new Block(true, "", "", start);
    }
    Matcher source = SOURCE.matcher(text);
    boolean sourced = source.find();
    String name = bare.contains("=") ? "" : name(header);
    String provider = !sourced ? "" : source.group(2) == null ? name : source.group(2);
    return new Block(false, name, provider, start);
  }

  private static String withoutParentheses(String header) {
    StringBuilder bare = new StringBuilder();
    int depth = 0;
    for (int at = 0; at < header.length(); at++) {
      char c = header.charAt(at);
      depth += c == '(' ? 1 : 0;
      if (depth == 0) {
        bare.append(c);
      }
      depth -= c == ')' ? 1 : 0;
    }
    return bare.toString();
  }

  /** The word before the last pair of parentheses that stands in no other. */
  private static String name(String header) {
    int depth = 0;
    String name = "";
    for (int at = 0; at < header.length(); at++) {
      if (header.charAt(at) == '(' && depth++ == 0) {
        Matcher word = NAME.matcher(header.substring(0, at));
        name = word.find() ? word.group(1) : name;
      } else if (header.charAt(at) == ')') {
        depth--;
      }
    }
    return name;
  }

  /**
   * The methods that a comment at a place speaks of: the one it stands in or above, or those whose
   * arguments that one provides; none if it stands elsewhere.
   */
  List<String> at(int place) {
    String name = "";
    for (Method method : methods) {
      if (method.start() <= place && place < method.end()) {
        name = method.name();
        break;
      }
    }
    String provider = name;
    List<String> users =
        methods.stream().filter(m -> m.source().equals(provider)).map(Method::name).toList();
    return name.isEmpty() ? List.of() : users.isEmpty() ? List.of(name) : users;
  }
}
