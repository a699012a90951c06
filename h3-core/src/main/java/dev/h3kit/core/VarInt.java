package dev.h3kit.core;

import dev.h3kit.qpack.OctetBuffer;

/**
 * Variable-length integers (RFC 9000 §16): the two high bits of the first octet give the length.
 */
final class VarInt {
  /** The largest value, 2^62-1. */
  static final long MAX = (1L << 62) - 1;

  private VarInt() {}

  /** The length in octets (1, 2, 4 or 8) of the integer that begins with {@code first}. */
  static int length(byte first) {
    return 1 << ((first & 0xc0) >>> 6);
  }

  /** The length in octets of {@code value} when written. */
  static int sizeOf(long value) {
    if (value < 0 || value > MAX) {
      throw new IllegalArgumentException(value + " is not in 0 to 2^62-1");
    }
    return value < 1L << 6 ? 1 : value < 1L << 14 ? 2 : value < 1L << 30 ? 4 : 8;
  }

  /** Reads the integer of {@code length} octets at {@code offset}. */
  static long read(byte[] octets, int offset, int length) {
    long value = octets[offset] & 0x3f;
    for (int i = 1; i < length; i++) {
      value = value << 8 | (octets[offset + i] & 0xff);
    }
    return value;
  }

  /**
   * Writes {@code value} at {@code offset} in the fewest octets and answers the offset behind it.
   */
  static int write(byte[] octets, int offset, long value) {
    int size = sizeOf(value);
    for (int i = size - 1; i >= 0; i--) {
      octets[offset + i] = (byte) value;
      value >>>= 8;
    }
    octets[offset] |= (byte) (Integer.numberOfTrailingZeros(size) << 6);
    return offset + size;
  }

  /** Appends {@code value} in the fewest octets. */
  static void write(OctetBuffer out, long value) {
    out.ensure(8);
    out.length(write(out.array(), out.length(), value));
  }
}
