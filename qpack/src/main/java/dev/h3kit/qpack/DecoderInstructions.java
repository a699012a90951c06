package dev.h3kit.qpack;

/** Writes the decoder instructions (RFC 9204 §4.4). Not thread-safe. */
final class DecoderInstructions {
  private final OctetBuffer out = new OctetBuffer(64);

  OctetBuffer octets() {
    return out;
  }

  /** RFC 9204 §4.4.1. */
  void sectionAcknowledgment(long streamId) {
    write(0x80, 7, streamId);
  }

  /** RFC 9204 §4.4.2. */
  void streamCancellation(long streamId) {
    write(0x40, 6, streamId);
  }

  /** RFC 9204 §4.4.3; the increment is not 0. */
  void insertCountIncrement(long increment) {
    write(0x00, 6, increment);
  }

  private void write(int pattern, int prefix, long value) {
    out.ensure(PrefixedInteger.MAX_OCTETS);
    out.length(PrefixedInteger.write(pattern, prefix, value, out.array(), out.length()));
  }
}
