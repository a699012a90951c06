package dev.h3kit.cli.get.netrc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who is who on which machine: the file {@code .netrc}. Immutable. */
public final class Netrc {
  private static final long LARGEST = 1 << 20;

  private final List<Entry> entries;

  /** A machine, null for the default, with its login and password. */
  private record Entry(@Nullable String machine, String login, String password) {}

  private Netrc(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** A file without entries. */
  public static Netrc empty() {
    return new Netrc(List.of());
  }

  /** Reads a file. */
  public static Netrc read(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new IOException("it is larger than a megabyte");
    }
    return parse(Files.readString(file, StandardCharsets.UTF_8));
  }

  /** Reads the text of a file. */
  public static Netrc parse(String text) {
    List<Entry> entries = new ArrayList<>();
    String machine = null;
    String login = "";
    String password = "";
    boolean open = false;
    Words words = new Words(text);
    for (String word = words.next(); word != null; word = words.next()) {
      switch (word) {
        case "machine", "default" -> {
          if (open) {
            entries.add(new Entry(machine, login, password));
          }
          open = true;
          machine = word.equals("default") ? null : words.value();
          login = "";
          password = "";
        }
        case "login" -> login = words.value();
        case "password" -> password = words.value();
        case "account" -> words.value();
        case "macdef" -> words.skipMacro();
        default -> {}
      }
    }
    if (open) {
      entries.add(new Entry(machine, login, password));
    }
    return new Netrc(entries);
  }

  /** {@code login:password} for a host, of {@code user} if that is not null. */
  public Optional<String> credentials(String host, @Nullable String user) {
    return entries.stream()
        .filter(e -> e.machine() == null || e.machine().equalsIgnoreCase(host))
        .filter(e -> user == null || e.login().equals(user))
        .map(e -> e.login() + ":" + e.password())
        .findFirst();
  }

  /** Words between blanks; a quoted one may hold blanks. */
  private static final class Words {
    private final String text;
    private int at;

    Words(String text) {
      this.text = text;
    }

    String value() {
      String word = next();
      return word == null ? "" : word;
    }

    @Nullable String next() {
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '#' && (at == 0 || text.charAt(at - 1) == '\n')) {
          int end = text.indexOf('\n', at);
          at = end < 0 ? text.length() : end;
        } else if (Character.isWhitespace(c)) {
          at++;
        } else {
          return c == '"' ? quoted() : plain();
        }
      }
      return null;
    }

    void skipMacro() {
      int end = text.indexOf("\n\n", at);
      at = end < 0 ? text.length() : end;
    }

    private String plain() {
      int start = at;
      while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return text.substring(start, at);
    }

    private String quoted() {
      StringBuilder word = new StringBuilder();
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        word.append(text.charAt(at++));
      }
      at++;
      return word.toString();
    }
  }
}
