package dev.h3kit.qpack;

import java.util.Set;

/** What is known about the values of the static table's names before any was seen. */
enum NameHabit {
  /** One value, or a few, for a whole connection. */
  STEADY,

  /** Neither. */
  MIXED,

  /** A new value nearly every time. */
  FICKLE;

  private static final Set<String> STEADY_NAMES =
      Set.of(
          ":authority",
          "user-agent",
          "accept",
          "accept-encoding",
          "accept-language",
          "accept-ranges",
          "access-control-allow-credentials",
          "access-control-allow-headers",
          "access-control-allow-methods",
          "access-control-allow-origin",
          "access-control-expose-headers",
          "alt-svc",
          "content-security-policy",
          "expect-ct",
          "origin",
          "server",
          "strict-transport-security",
          "timing-allow-origin",
          "vary",
          "x-frame-options",
          "x-xss-protection");

  private static final Set<String> FICKLE_NAMES =
      Set.of(
          ":path",
          "age",
          "content-disposition",
          "content-length",
          "date",
          "etag",
          "if-modified-since",
          "if-none-match",
          "last-modified",
          "link",
          "location",
          "range",
          "set-cookie");

  private static final NameHabit[] BY_ORDINAL = new NameHabit[StaticTable.names()];

  static {
    for (int index = 0; index < StaticTable.SIZE; index++) {
      String text = StaticTable.line(index).name();
      StaticTable.Name name = StaticTable.name(text);
      if (name != null) {
        BY_ORDINAL[name.ordinal()] =
            STEADY_NAMES.contains(text) ? STEADY : FICKLE_NAMES.contains(text) ? FICKLE : MIXED;
      }
    }
  }

  /** The habit of the name with this {@linkplain StaticTable.Name#ordinal ordinal}. */
  static NameHabit of(int ordinal) {
    return ordinal < BY_ORDINAL.length ? BY_ORDINAL[ordinal] : MIXED;
  }
}
