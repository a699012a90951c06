package dev.h3kit.qpack;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Octets written as hexadecimal digits, with spaces where they help. */
final class Octets {
  private Octets() {}

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static ByteBuffer buffer(String digits) {
    return ByteBuffer.wrap(hex(digits));
  }

  static String hex(OctetBuffer buffer) {
    return HexFormat.of().formatHex(buffer.array(), 0, buffer.length());
  }

  /** What the buffer holds; it is empty afterwards. */
  static byte[] take(OctetBuffer buffer) {
    byte[] octets = buffer.toArray();
    buffer.clear();
    return octets;
  }
}
