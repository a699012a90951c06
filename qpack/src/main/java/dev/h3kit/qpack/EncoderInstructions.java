package dev.h3kit.qpack;

/** Writes the encoder instructions (RFC 9204 §4.3). Not thread-safe. */
final class EncoderInstructions {
  private final OctetBuffer out = new OctetBuffer();
  private final StringLiteral strings;

  EncoderInstructions(StringLiteral strings) {
    this.strings = strings;
  }

  OctetBuffer octets() {
    return out;
  }

  /** RFC 9204 §4.3.1. */
  void setCapacity(int capacity) {
    integer(0x20, 5, capacity);
  }

  /** RFC 9204 §4.3.2, static table. */
  void insertWithStaticName(int index, String value) {
    int start = out.length();
    integer(0xc0, 6, index);
    string(start, 0, 8, value);
  }

  /** RFC 9204 §4.3.2, dynamic table. */
  void insertWithDynamicName(int relativeIndex, String value) {
    int start = out.length();
    integer(0x80, 6, relativeIndex);
    string(start, 0, 8, value);
  }

  /** RFC 9204 §4.3.3. */
  void insertWithLiteralName(String name, String value) {
    int start = out.length();
    string(start, 0x40, 6, name);
    string(start, 0, 8, value);
  }

  /** RFC 9204 §4.3.4. */
  void duplicate(int relativeIndex) {
    integer(0x00, 5, relativeIndex);
  }

  /** Writes a string, or takes back the instruction that began at {@code start}. */
  private void string(int start, int pattern, int prefix, String text) {
    try {
      strings.write(pattern, prefix, text, out);
    } catch (IllegalArgumentException e) {
      out.length(start);
      throw e;
    }
  }

  private void integer(int pattern, int prefix, long value) {
    out.ensure(PrefixedInteger.MAX_OCTETS);
    out.length(PrefixedInteger.write(pattern, prefix, value, out.array(), out.length()));
  }
}
