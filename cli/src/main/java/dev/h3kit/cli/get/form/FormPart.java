package dev.h3kit.cli.get.form;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One part of a form, as {@code -F} gives it.
 *
 * @param name the field's name
 * @param source where its content is
 * @param type its media type, or null for none
 * @param fileName the file name that is told, or null for none
 */
public record FormPart(
    String name, Source source, @Nullable String type, @Nullable String fileName) {

  /** Where content is. */
  public sealed interface Source {
    /** It stands on the command line. */
    record Text(String text) implements Source {}

    /** In a file, or on standard input for {@code -}. */
    record InFile(String file) implements Source {}
  }

  /** {@code --form-string NAME=TEXT}: nothing in the text is special. */
  public static FormPart literal(String given) throws CommandFailure {
    return new FormPart(
        nameOf(given), new Source.Text(given.substring(given.indexOf('=') + 1)), null, null);
  }

  /**
   * {@code -F NAME=TEXT}, {@code NAME=@FILE}, {@code NAME=<FILE}, with {@code ;type=} and so on.
   */
  public static FormPart parse(String given) throws CommandFailure {
    String name = nameOf(given);
    String value = given.substring(given.indexOf('=') + 1);
    boolean upload = value.startsWith("@");
    boolean read = value.startsWith("<");
    List<String> pieces = pieces(upload || read ? value.substring(1) : value);
    Map<String, String> parameters = new HashMap<>();
    for (String piece : pieces.subList(1, pieces.size())) {
      int equals = piece.indexOf('=');
      String key = (equals < 0 ? piece : piece.substring(0, equals)).strip();
      if (equals < 0 || !(key.equals("type") || key.equals("filename"))) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "-F '" + given + "': nothing is known of ';" + piece + "'",
            "A value with a semicolon goes in double quotes, or with --form-string.");
      }
      parameters.put(key, unquoted(piece.substring(equals + 1).strip()));
    }
    String content = unquoted(pieces.getFirst());
    if (!upload) {
      Source source = read ? new Source.InFile(content) : new Source.Text(content);
      return new FormPart(name, source, parameters.get("type"), parameters.get("filename"));
    }
    String fileName = content.substring(content.lastIndexOf('/') + 1);
    String told = parameters.getOrDefault("filename", fileName);
    return new FormPart(
        name, new Source.InFile(content), parameters.getOrDefault("type", typeOf(told)), told);
  }

  private static String nameOf(String given) throws CommandFailure {
    int equals = given.indexOf('=');
    if (equals < 0) {
      throw new CommandFailure(
          ExitCode.USAGE, "-F '" + given + "' has no '='", "Write it as 'name=value'.");
    }
    return given.substring(0, equals);
  }

  /** The pieces between semicolons that do not stand in quotes. */
  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && quoted && i + 1 < text.length()) {
        piece.append(c);
        c = text.charAt(++i);
      } else if (c == '"' && (quoted || piece.isEmpty() || piece.toString().endsWith("="))) {
        quoted = !quoted;
      } else if (c == ';' && !quoted) {
        pieces.add(piece.toString());
        piece.setLength(0);
        continue;
      }
      piece.append(c);
    }
    pieces.add(piece.toString());
    return pieces;
  }

  private static String unquoted(String text) {
    if (text.length() < 2 || !text.startsWith("\"") || !text.endsWith("\"")) {
      return text;
    }
    return text.substring(1, text.length() - 1).replaceAll("\\\\([\"\\\\])", "$1");
  }

  /** The types that curl tells by a file's ending. */
  private static String typeOf(String fileName) {
    String lower = fileName.toLowerCase(Locale.ROOT);
    return switch (lower.substring(lower.lastIndexOf('.') + 1)) {
      case "gif" -> "image/gif";
      case "jpg", "jpeg" -> "image/jpeg";
      case "png" -> "image/png";
      case "svg" -> "image/svg+xml";
      case "txt" -> "text/plain";
      case "htm", "html" -> "text/html";
      case "pdf" -> "application/pdf";
      case "xml" -> "application/xml";
      default -> "application/octet-stream";
    };
  }
}
