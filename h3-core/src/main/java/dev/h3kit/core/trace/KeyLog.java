package dev.h3kit.core.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.h3kit.core.transport.PacketTap;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * Appends the secrets of connections to a file in the format that NSS began, for Wireshark and the
 * like; other programs may append to the same file. A file that is made here can be read by its
 * owner only. Whoever has it can read the connections. Thread-safe.
 */
public final class KeyLog implements PacketTap {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

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
    // One write to a file opened for appending: lines of several writers do not mix. No channel:
    // the
    // QUIC stack interrupts its threads, which would close one.
    try {
      create();
      try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
        out.write(line.getBytes(US_ASCII));
      }
    } catch (IOException e) {
      trouble.accept(e);
    }
  }

  private void create() throws IOException {
    if (Files.exists(file)) {
      return;
    }
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      Files.createFile(file, posix ? new FileAttribute<?>[] {OWNER_ONLY} : new FileAttribute<?>[0]);
    } catch (FileAlreadyExistsException e) {
      // Another connection was first.
    }
  }
}
