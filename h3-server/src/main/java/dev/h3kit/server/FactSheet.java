package dev.h3kit.server;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts in groups, as a page for people and as JSON for programs.
 *
 * @param title the heading of the page
 * @param groups the first one's facts stand at the top of the JSON object, the others in objects of
 *     their own
 */
record FactSheet(String title, List<Group> groups) {

  /** Facts that belong together. */
  record Group(String key, String title, List<Fact> facts) {}

  /**
   * One fact.
   *
   * @param value a {@link Number}, or text; null if it is not known
   * @param unit what stands behind the value on the page, may be empty
   */
  record Fact(String key, String label, @Nullable Object value, String unit) {
    static Fact of(String key, String label, @Nullable Object value) {
      return new Fact(key, label, value, "");
    }

    static Fact octets(String key, String label, long value) {
      return new Fact(key, label, value, " octets");
    }
  }

  String html() {
    StringBuilder out = new StringBuilder(4096);
    out.append("<main class=\"facts\">\n<h1>").append(Html.escape(title)).append("</h1>\n");
    for (Group group : groups) {
      out.append("<h2>").append(Html.escape(group.title())).append("</h2>\n<table>\n");
      for (Fact fact : group.facts()) {
        out.append("<tr><th scope=\"row\">")
            .append(Html.escape(fact.label()))
            .append("</th><td>")
            .append(
                fact.value() == null
                    ? "<span class=\"unknown\">not known</span>"
                    : Html.escape(fact.value() + fact.unit()))
            .append("</td></tr>\n");
      }
      out.append("</table>\n");
    }
    out.append("<footer>The same <a href=\"?json\">as JSON</a></footer>\n</main>");
    return Html.page(title, out.toString());
  }

  String json() {
    StringBuilder out = new StringBuilder(1024).append("{\n");
    facts(groups.getFirst(), "  ", out);
    for (Group group : groups.subList(1, groups.size())) {
      out.append(",\n  \"").append(group.key()).append("\": {\n");
      facts(group, "    ", out);
      out.append("\n  }");
    }
    return out.append("\n}\n").toString();
  }

  private static void facts(Group group, String indent, StringBuilder out) {
    String separator = "";
    for (Fact fact : group.facts()) {
      out.append(separator).append(indent).append('"').append(fact.key()).append("\": ");
      if (fact.value() == null || fact.value() instanceof Number) {
        out.append(fact.value());
      } else {
        string(fact.value().toString(), out);
      }
      separator = ",\n";
    }
  }

  /** RFC 8259 §7; with the characters of HTML escaped, too. */
  private static void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c > '~') {
        out.append("\\u").append(String.format("%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
