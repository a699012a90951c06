package dev.h3kit.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Objects;

/** A regular file that is open for reading, as it was when it was opened. */
final class OpenFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final BasicFileAttributes attributes;
  private final long size;

  private OpenFile(Path path, FileChannel channel, BasicFileAttributes attributes, long size) {
    this.path = path;
    this.channel = channel;
    this.attributes = attributes;
    this.size = size;
  }

  /**
   * Opens a file.
   *
   * @throws IOException if it is gone, is now a link, or may not be read
   */
  static OpenFile open(SiteRoot.Found found) throws IOException {
    FileChannel channel =
        FileChannel.open(found.path(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      return new OpenFile(found.path(), channel, attributes(found.path()), channel.size());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  long size() {
    return size;
  }

  Instant modified() {
    return attributes.lastModifiedTime().toInstant();
  }

  /** A strong entity tag of the time of the last change, to the nanosecond, and the size. */
  String etag() {
    Instant modified = modified();
    return "\""
        + Long.toHexString(modified.getEpochSecond())
        + "-"
        + Integer.toHexString(modified.getNano())
        + "-"
        + Long.toHexString(size)
        + "\"";
  }

  String mediaType() throws IOException {
    return MediaTypes.of(path.getFileName().toString(), this);
  }

  /**
   * Reads into the buffer until it is full or the file ends.
   *
   * @return how many octets, -1 at the end of the file
   */
  int read(ByteBuffer buffer, long position) throws IOException {
    int total = 0;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, position + total);
      if (read < 0) {
        break;
      }
      total += read;
    }
    return total == 0 ? -1 : total;
  }

  /**
   * Whether the file was written to since it was opened. A file that was replaced by another under
   * the same name is not: what is open is still the whole old one.
   */
  boolean changed() throws IOException {
    BasicFileAttributes now;
    try {
      now = attributes(path);
    } catch (NoSuchFileException e) {
      return false;
    }
    return Objects.equals(now.fileKey(), attributes.fileKey())
        && !(now.lastModifiedTime().equals(attributes.lastModifiedTime()) && now.size() == size);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
