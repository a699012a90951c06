package dev.h3kit.cli.console;

/** Text of strangers made safe for a terminal. */
public final class ControlBytes {
  private ControlBytes() {}

  /**
   * The text with every control character but tab written as {@code \xNN} or a Unicode escape: C0,
   * DEL, C1, and those that reorder what is shown (Unicode's bidirectional controls).
   */
  public static String escape(String text) {
    StringBuilder safe = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (harmless(c)) {
        if (safe != null) {
          safe.append(c);
        }
        continue;
      }
      if (safe == null) {
        safe = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      safe.append(
          c < 0x100 ? String.format("\\x%02x", (int) c) : String.format("\\u%04x", (int) c));
    }
    return safe == null ? text : safe.toString();
  }

  private static boolean harmless(char c) {
    if (c == '\t') {
      return true;
    }
    boolean reorders = (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
    return !Character.isISOControl(c) && !reorders && c != '\u2028' && c != '\u2029';
  }
}
