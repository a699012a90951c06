package dev.h3kit.qpack;

/**
 * Writing string literals (RFC 9204 §4.1.2): Huffman only where that is shorter. Not thread-safe.
 */
final class StringLiteral {
  private byte[] octets = new byte[256];

  /**
   * Appends a string literal.
   *
   * @param pattern the high bits of the first octet, above the H bit
   * @param prefix the number of low bits of the first octet for H and the length, 4 to 8
   * @throws IllegalArgumentException if a character is above U+00FF
   */
  void write(int pattern, int prefix, String text, OctetBuffer out) {
    int length = text.length();
    copy(text, length);
    out.ensure(length + PrefixedInteger.MAX_OCTETS + 8);
    byte[] to = out.array();
    int at = out.length();
    int huffmanBit = 1 << (prefix - 1);
    // The length stands before the code and is not known yet: guess its width by typical text.
    int width = PrefixedInteger.octets(prefix - 1, length - (length >> 2));
    int coded = HuffmanEncoder.encode(octets, length, to, at + width);
    if (coded < 0) {
      int body = PrefixedInteger.write(pattern, prefix - 1, length, to, at);
      System.arraycopy(octets, 0, to, body, length);
      out.length(body + length);
      return;
    }
    int needed = PrefixedInteger.octets(prefix - 1, coded);
    if (needed != width) {
      System.arraycopy(to, at + width, to, at + needed, coded);
    }
    PrefixedInteger.write(pattern | huffmanBit, prefix - 1, coded, to, at);
    out.length(at + needed + coded);
  }

  /** Text as octets, one for each character. */
  private void copy(String text, int length) {
    if (octets.length < length) {
      octets = new byte[Math.max(length, 2 * octets.length)];
    }
    byte[] to = octets;
    int all = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      all |= c;
      to[i] = (byte) c;
    }
    if (all > 0xff) {
      throw new IllegalArgumentException(
          "a field line carries octets: a character above U+00FF cannot be sent;"
              + " encode the text first, for example as UTF-8 or by percent signs");
    }
  }
}
