package dev.h3kit.core.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.h3kit.core.transport.PacketTap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Appends the secrets of connections to a file in the format that NSS began, for Wireshark and the
 * like; other programs may append to the same file. A file that is made here can be read by its
 * owner only. Whoever has it can read the connections. Thread-safe.
 */
public final class KeyLog implements PacketTap {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final Set<StandardOpenOption> APPEND =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

  private final Path file;
  private final Consumer<IOException> trouble;

  /**
   * @param trouble hears when the file cannot be written
   */
  public KeyLog(Path file, Consumer<IOException> trouble) {
    this.file = file;
    this.trouble = trouble;
  }

  @Override
  public void secret(String label, byte[] clientRandom, byte[] secret) {
    HexFormat hex = HexFormat.of();
    String line = label + " " + hex.formatHex(clientRandom) + " " + hex.formatHex(secret) + "\n";
    // One write to a file opened for appending: lines of several writers do not mix.
    try (FileChannel channel = open()) {
      channel.write(ByteBuffer.wrap(line.getBytes(US_ASCII)));
    } catch (IOException e) {
      trouble.accept(e);
    }
  }

  private FileChannel open() throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix ? FileChannel.open(file, APPEND, OWNER_ONLY) : FileChannel.open(file, APPEND);
  }
}
