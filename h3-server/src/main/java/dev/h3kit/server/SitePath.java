package dev.h3kit.server;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The path of a request, decoded once and proven harmless: no segment is empty, a dot segment, a
 * hidden name, or holds a separator or control character.
 *
 * @param segments the names on the way, the root has none
 * @param directory whether the path ended in a slash
 */
record SitePath(List<String> segments, boolean directory) {
  static final int DEEPEST = 128;

  /** RFC 8615: the one hidden name that is there to be asked for. */
  private static final String WELL_KNOWN = ".well-known";

  SitePath {
    segments = List.copyOf(segments);
  }

  /** The path, if it can name a file of a site; {@code raw} is percent-encoded. */
  static Optional<SitePath> parse(String raw) {
    if (!raw.startsWith("/")) {
      return Optional.empty();
    }
    if (raw.equals("/")) {
      return Optional.of(new SitePath(List.of(), true));
    }
    boolean directory = raw.endsWith("/");
    String inner = raw.substring(1, directory ? raw.length() - 1 : raw.length());
    List<String> segments = new ArrayList<>();
    for (String part : inner.split("/", -1)) {
      Optional<String> name = decode(part);
      if (name.isEmpty() || !harmless(name.get()) || segments.size() == DEEPEST) {
        return Optional.empty();
      }
      if (hidden(name.get(), segments.isEmpty())) {
        return Optional.empty();
      }
      segments.add(name.get());
    }
    return Optional.of(new SitePath(segments, directory));
  }

  /** Whether a name is not shown: it begins with a dot and is not {@code /.well-known}. */
  static boolean hidden(String name, boolean first) {
    return name.startsWith(".") && !(first && name.equals(WELL_KNOWN));
  }

  /** Whether a name can be part of a path on every system, and of no more than one segment. */
  static boolean harmless(String name) {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < ' ' || c == 0x7f || c == '/' || c == '\\') {
        return false;
      }
      if (File.separatorChar == '\\' && c == ':') {
        return false;
      }
    }
    return true;
  }

  /** RFC 3986 §2.1, with octets that are UTF-8; empty if they are not. */
  private static Optional<String> decode(String part) {
    if (part.indexOf('%') < 0 && part.chars().allMatch(c -> c < 0x80)) {
      return Optional.of(part);
    }
    ByteArrayOutputStream octets = new ByteArrayOutputStream(part.length());
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '%') {
        int high = i + 2 < part.length() ? Character.digit(part.charAt(i + 1), 16) : -1;
        int low = high >= 0 ? Character.digit(part.charAt(i + 2), 16) : -1;
        if (low < 0) {
          return Optional.empty();
        }
        octets.write(high << 4 | low);
        i += 2;
      } else if (c < 0x80) {
        octets.write(c);
      } else {
        octets.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(octets.toByteArray()))
              .toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
