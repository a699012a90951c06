package dev.h3kit.core.trace;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes JSON (RFC 8259): maps, lists, strings, numbers and booleans. */
final class Json {
  private Json() {}

  static String of(Object value) {
    StringBuilder out = new StringBuilder(128);
    append(out, value);
    return out.toString();
  }

  private static void append(StringBuilder out, Object value) {
    switch (value) {
      case Map<?, ?> map -> {
        out.append('{');
        String between = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(between);
          string(out, String.valueOf(entry.getKey()));
          out.append(':');
          append(out, entry.getValue());
          between = ",";
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        for (Iterator<?> each = list.iterator(); each.hasNext(); ) {
          append(out, each.next());
          if (each.hasNext()) {
            out.append(',');
          }
        }
        out.append(']');
      }
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> string(out, value.toString());
    }
  }

  private static void string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // RFC 8259 §7: "the characters that MUST be escaped: quotation mark, reverse solidus, and the
      // control characters (U+0000 through U+001F)".
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
