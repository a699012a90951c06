package dev.h3kit.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Media types of files, by their names and, where a name tells nothing, by their first octets. */
final class MediaTypes {
  private static final String UNKNOWN = "application/octet-stream";
  private static final String TEXT = "text/plain;charset=utf-8";
  private static final Map<String, String> BY_EXTENSION = load();

  /** Enough of a file to tell text from anything else. */
  private static final int PEEK = 1024;

  private MediaTypes() {}

  /** The value of Content-Type. */
  static String of(String fileName, OpenFile file) throws IOException {
    int dot = fileName.lastIndexOf('.');
    String type =
        dot < 0 ? null : BY_EXTENSION.get(fileName.substring(dot + 1).toLowerCase(Locale.ROOT));
    if (type != null) {
      return type;
    }
    return looksLikeText(file) ? TEXT : UNKNOWN;
  }

  private static boolean looksLikeText(OpenFile file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(PEEK, file.size()));
    file.read(head, 0);
    boolean cut = file.size() > head.position();
    head.flip();
    for (int i = 0; i < head.limit(); i++) {
      byte octet = head.get(i);
      if (octet >= 0 && octet < ' ' && octet != '\n' && octet != '\r' && octet != '\t') {
        return false;
      }
    }
    var decoder = StandardCharsets.UTF_8.newDecoder();
    // A character may be cut in two at the end of the piece; at the end of the file it may not.
    return !decoder.decode(head, CharBuffer.allocate(PEEK), !cut).isError();
  }

  private static Map<String, String> load() {
    Map<String, String> types = new HashMap<>();
    try (InputStream in =
            Objects.requireNonNull(MediaTypes.class.getResourceAsStream("media-types.txt"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" +", -1);
        for (int i = 1; i < words.length; i++) {
          types.put(words[i], words[0]);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.copyOf(types);
  }
}
