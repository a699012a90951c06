package dev.h3kit.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A folder of files to serve and the SHA-256 of each.
 *
 * @param root the folder
 * @param hashes file name to hexadecimal SHA-256
 */
record Site(Path root, Map<String, String> hashes) {

  /** A site without files. */
  static Site in(Path folder) {
    return new Site(folder, new LinkedHashMap<>());
  }

  /** Adds a file of octets that do not compress, the same in each run. */
  Site with(String name, long size) throws IOException {
    SplittableRandom random = new SplittableRandom(name.hashCode() * 31L + size);
    byte[] block = new byte[64 << 10];
    MessageDigest digest = sha256();
    try (OutputStream out =
        new DigestOutputStream(Files.newOutputStream(root.resolve(name)), digest)) {
      for (long left = size; left > 0; left -= Math.min(left, block.length)) {
        random.nextBytes(block);
        out.write(block, 0, (int) Math.min(left, block.length));
      }
    }
    hashes.put(name, HexFormat.of().formatHex(digest.digest()));
    return this;
  }

  /** Adds a text file. */
  Site withText(String name, String text) throws IOException {
    Files.writeString(root.resolve(name), text);
    hashes.put(name, hash(root.resolve(name)));
    return this;
  }

  /** The SHA-256 of a file that was added. */
  String hash(String name) {
    String hash = hashes.get(name);
    if (hash == null) {
      throw new IllegalArgumentException("no file " + name + " in " + hashes.keySet());
    }
    return hash;
  }

  /** The hexadecimal SHA-256 of a file. */
  static String hash(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return hash(in);
    }
  }

  /** The hexadecimal SHA-256 of what is left of a stream. */
  static String hash(InputStream in) throws IOException {
    MessageDigest digest = sha256();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
