package dev.h3kit.cli.console;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Writes JSON (RFC 8259). */
public final class Json {
  private Json() {}

  /**
   * The value as JSON on one line: maps as objects, collections as arrays, numbers and booleans as
   * such, null as null, all else as strings.
   */
  public static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Boolean b -> b.toString();
      case Double d -> Double.isFinite(d) ? plain(d) : "null";
      case Number n -> n.toString();
      case Map<?, ?> map -> {
        StringJoiner members = new StringJoiner(",", "{", "}");
        map.forEach((k, v) -> members.add(string(String.valueOf(k)) + ":" + of(v)));
        yield members.toString();
      }
      case Collection<?> items -> {
        StringJoiner elements = new StringJoiner(",", "[", "]");
        items.forEach(item -> elements.add(of(item)));
        yield elements.toString();
      }
      default -> string(value.toString());
    };
  }

  private static String plain(double d) {
    String text = String.format(Locale.ROOT, "%.6f", d);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }

  private static String string(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || (c >= 0x7f && c <= 0x9f)) {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
