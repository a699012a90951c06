package dev.h3kit.cli.get;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file name that a Content-Disposition field proposes (RFC 6266), made harmless. */
final class ContentDisposition {
  private static final int LONGEST = 200;
  private static final Pattern PLAIN =
      Pattern.compile(
          ";\\s*filename\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;]*))", Pattern.CASE_INSENSITIVE);
  private static final Pattern EXTENDED =
      Pattern.compile(";\\s*filename\\*\\s*=\\s*utf-8'[^']*'([^;]*)", Pattern.CASE_INSENSITIVE);

  private ContentDisposition() {}

  /**
   * The name, without folders; empty if there is none that a file can have. A name that would be
   * hidden begins with an underscore instead of its dot.
   */
  static Optional<String> fileName(String field) {
    Matcher plain = PLAIN.matcher(field);
    Matcher extended = EXTENDED.matcher(field);
    String name;
    if (plain.find()) {
      name =
          plain.group(1) != null
              ? plain.group(1).replaceAll("\\\\(.)", "$1")
              : plain.group(2).strip();
    } else if (extended.find()) {
      name = decoded(extended.group(1).strip());
    } else {
      return Optional.empty();
    }
    // RFC 6266 §4.3: "recipients MUST NOT be able to write into any location other than one to
    // which they are specifically entitled."
    name = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    StringBuilder harmless = new StringBuilder();
    name.chars().filter(c -> !Character.isISOControl(c)).forEach(c -> harmless.append((char) c));
    String result = harmless.toString().strip();
    if (result.startsWith(".")) {
      result = "_" + result.substring(1);
    }
    boolean nothing = result.isEmpty() || result.matches("_\\.?");
    return nothing
        ? Optional.empty()
        : Optional.of(result.length() > LONGEST ? result.substring(0, LONGEST) : result);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
