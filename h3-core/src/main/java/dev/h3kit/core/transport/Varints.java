package dev.h3kit.core.transport;

import java.nio.ByteBuffer;

/** QUIC's variable-length integers (RFC 9000 §16). */
final class Varints {
  private Varints() {}

  /** Reads one; -1, with the position anywhere, if it is cut short. */
  static long read(ByteBuffer from) {
    if (!from.hasRemaining()) {
      return -1;
    }
    int first = from.get() & 0xff;
    int more = (1 << (first >> 6)) - 1;
    if (from.remaining() < more) {
      return -1;
    }
    long value = first & 0x3f;
    for (int i = 0; i < more; i++) {
      value = value << 8 | (from.get() & 0xff);
    }
    return value;
  }
}
