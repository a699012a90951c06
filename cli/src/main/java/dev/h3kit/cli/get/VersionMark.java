package dev.h3kit.cli.get;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.jspecify.annotations.Nullable;

/**
 * Which version of a resource a file is a part of: its entity tag, as an extended attribute of the
 * file while the file is not whole. On file systems without attributes nothing is known.
 */
final class VersionMark {
  private static final String NAME = "h3kit.etag";
  private static final int LONGEST = 1024;

  private VersionMark() {}

  /** The tag, or null. */
  static @Nullable String read(Path file) {
    try {
      UserDefinedFileAttributeView view = view(file);
      if (view == null || !view.list().contains(NAME) || view.size(NAME) > LONGEST) {
        return null;
      }
      ByteBuffer octets = ByteBuffer.allocate(view.size(NAME));
      view.read(NAME, octets);
      return new String(octets.array(), StandardCharsets.ISO_8859_1);
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** Remembers a tag, if it is a strong one; forgets the one before in any case. */
  static void write(Path file, @Nullable String etag) {
    try {
      UserDefinedFileAttributeView view = view(file);
      if (view == null) {
        return;
      }
      // RFC 9110 §13.1.5: "A client MUST NOT generate an If-Range header field containing an
      // entity tag that is marked as weak."
      if (etag != null && etag.startsWith("\"") && etag.length() <= LONGEST) {
        view.write(NAME, ByteBuffer.wrap(etag.getBytes(StandardCharsets.ISO_8859_1)));
      } else if (view.list().contains(NAME)) {
        view.delete(NAME);
      }
    } catch (IOException | UnsupportedOperationException e) {
      // Then a later -C cannot ask whether the resource has changed.
    }
  }

  private static @Nullable UserDefinedFileAttributeView view(Path file) {
    return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
  }
}
