package dev.h3kit.qpack;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads prefixed integers and string literals (RFC 9204 §4.1) from an array. What is wrong is told
 * by a negative number, since the error it makes depends on the stream. Not thread-safe.
 */
final class OctetReader {
  /** The octets end inside the integer or string. */
  static final long INCOMPLETE = -1;

  /** The integer has more than 62 bits. */
  static final long TOO_LARGE = -2;

  private static final byte[] NONE = new byte[0];

  private byte[] octets = NONE;
  private int position;
  private int end;
  private byte[] copied = NONE;
  private byte[] decoded = new byte[512];

  /** Reads {@code source[from..to)} from now on. */
  void over(byte[] source, int from, int to) {
    octets = source;
    position = from;
    end = to;
  }

  /** Reads what remains of {@code source} and consumes it; a direct buffer is copied. */
  void over(ByteBuffer source) {
    int length = source.remaining();
    if (source.hasArray()) {
      int from = source.arrayOffset() + source.position();
      over(source.array(), from, from + length);
      source.position(source.limit());
    } else {
      if (copied.length < length) {
        copied = new byte[length];
      }
      source.get(copied, 0, length);
      over(copied, 0, length);
    }
  }

  /** Lets go of the array. */
  void release() {
    octets = NONE;
    position = 0;
    end = 0;
  }

  byte[] octets() {
    return octets;
  }

  int position() {
    return position;
  }

  void position(int newPosition) {
    position = newPosition;
  }

  int end() {
    return end;
  }

  boolean hasMore() {
    return position < end;
  }

  /** The next octet, 0 to 255; there must be one. */
  int next() {
    return octets[position++] & 0xff;
  }

  /** The next octet without taking it; there must be one. */
  int peek() {
    return octets[position] & 0xff;
  }

  /**
   * Reads the rest of an integer whose first octet was {@code first} (RFC 9204 §4.1.1).
   *
   * @param prefix the number of low bits of the first octet that count
   * @return 0 to 2^62-1, {@link #INCOMPLETE} or {@link #TOO_LARGE}
   */
  long integer(int first, int prefix) {
    int full = (1 << prefix) - 1;
    int value = first & full;
    return value < full ? value : longInteger(full);
  }

  private long longInteger(long value) {
    // 62 bits need nine continuation octets; what is longer is padded with zeros or too large.
    for (int shift = 0; shift < 63; shift += 7) {
      if (position == end) {
        return INCOMPLETE;
      }
      int octet = octets[position++];
      long part = octet & 0x7f;
      if (shift == 56 && part >= 0x40) {
        return TOO_LARGE;
      }
      value += part << shift;
      if (octet >= 0) {
        return value > PrefixedInteger.MAX ? TOO_LARGE : value;
      }
    }
    return TOO_LARGE;
  }

  /**
   * Reads {@code coded} octets of a string that are known to be there (RFC 9204 §4.1.2).
   *
   * @return the number of octets decoded, to be found in {@link #text}, or -1 if the Huffman code
   *     is broken
   */
  int string(boolean huffman, int coded) {
    int from = position;
    position += coded;
    if (!huffman) {
      return coded;
    }
    int most = (int) HuffmanDecoder.maxDecoded(coded) + 4;
    if (decoded.length < most) {
      decoded = new byte[Math.max(most, 2 * decoded.length)];
    }
    return HuffmanDecoder.decode(octets, from, position, decoded);
  }

  /** The text of the string that {@link #string} has just read. */
  String text(boolean huffman, int length) {
    return huffman
        ? new String(decoded, 0, length, StandardCharsets.ISO_8859_1)
        : new String(octets, position - length, length, StandardCharsets.ISO_8859_1);
  }
}
