package dev.h3kit.qpack;

/** Writing prefixed integers (RFC 9204 §4.1.1, RFC 7541 §5.1). */
final class PrefixedInteger {
  /** The largest value, 2^62-1. */
  static final long MAX = (1L << 62) - 1;

  /** The longest form of a value up to {@link #MAX}, in octets. */
  static final int MAX_OCTETS = 10;

  private PrefixedInteger() {}

  /**
   * Writes {@code value} behind the pattern of an instruction or representation.
   *
   * @param pattern the high bits of the first octet
   * @param prefix the number of low bits of the first octet for the value, 3 to 8
   * @param out has room for {@link #MAX_OCTETS} octets from {@code at}
   * @return where the next octet goes
   */
  static int write(int pattern, int prefix, long value, byte[] out, int at) {
    int full = (1 << prefix) - 1;
    if (value < full) {
      out[at] = (byte) (pattern | (int) value);
      return at + 1;
    }
    out[at++] = (byte) (pattern | full);
    long rest = value - full;
    while (rest >= 0x80) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
    return at;
  }

  /** The number of octets of {@code value} with a prefix of {@code prefix} bits. */
  static int octets(int prefix, long value) {
    int full = (1 << prefix) - 1;
    if (value < full) {
      return 1;
    }
    int count = 2;
    for (long rest = value - full; rest >= 0x80; rest >>>= 7) {
      count++;
    }
    return count;
  }
}
