package dev.h3kit.core.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The kit's own encoder of field sections (RFC 9204 §4.5): literals and static lines, any octets.
 */
final class FieldOctets {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A section that uses no dynamic table: required insert count 0, base 0. */
  FieldOctets() {
    out.write(0);
    out.write(0);
  }

  /** A literal field line with a literal name (§4.5.6), without Huffman coding. */
  FieldOctets literal(String name, String value) {
    byte[] nameOctets = name.getBytes(StandardCharsets.ISO_8859_1);
    byte[] valueOctets = value.getBytes(StandardCharsets.ISO_8859_1);
    out.writeBytes(integer(3, 0x20, nameOctets.length));
    out.writeBytes(nameOctets);
    out.writeBytes(integer(7, 0, valueOctets.length));
    out.writeBytes(valueOctets);
    return this;
  }

  /** An indexed field line of the static table (§4.5.2). */
  FieldOctets indexed(long index) {
    out.writeBytes(integer(6, 0xc0, index));
    return this;
  }

  byte[] octets() {
    return out.toByteArray();
  }

  /** An integer with a prefix of {@code bits} bits below {@code pattern} (§4.1.1). */
  static byte[] integer(int bits, int pattern, long value) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    long full = (1L << bits) - 1;
    if (value < full) {
      octets.write((int) (pattern | value));
      return octets.toByteArray();
    }
    octets.write((int) (pattern | full));
    long rest = value - full;
    while (rest >= 128) {
      octets.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    octets.write((int) rest);
    return octets.toByteArray();
  }
}
