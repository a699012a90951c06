package dev.h3kit.core.trace;

/** Reads variable-length integers (RFC 9000 §16) that come octet by octet. */
final class Integers {
  private int left;
  private long value;

  /** Takes an octet; whether the integer is whole with it. */
  boolean take(byte octet) {
    if (left == 0) {
      left = (1 << ((octet & 0xff) >>> 6)) - 1;
      value = octet & 0x3f;
    } else {
      left--;
      value = value << 8 | (octet & 0xff);
    }
    return left == 0;
  }

  long value() {
    return value;
  }
}
