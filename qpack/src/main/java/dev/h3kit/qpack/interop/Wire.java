package dev.h3kit.qpack.interop;

import dev.h3kit.qpack.DecoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.FieldSectionTooLargeException;
import dev.h3kit.qpack.QpackDecoder;
import dev.h3kit.qpack.QpackException;
import dev.h3kit.qpack.Section;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the elements of the wire one by one (RFC 9204 §4.1), for a person to look at. What needs a
 * table of the RFC is asked of the decoder, by a section of one line.
 */
final class Wire {
  private static final int LIMIT = 1 << 28;

  private final byte[] octets;
  private int position;

  Wire(byte[] octets) {
    this.octets = octets;
  }

  /** A Set Dynamic Table Capacity instruction. */
  static byte[] setCapacity(int capacity) {
    byte[] out = new byte[10];
    int length = 0;
    int rest = capacity;
    if (rest < 31) {
      out[length++] = (byte) (0x20 | rest);
    } else {
      out[length++] = 0x3f;
      for (rest -= 31; rest >= 0x80; rest >>>= 7) {
        out[length++] = (byte) (rest | 0x80);
      }
      out[length++] = (byte) rest;
    }
    return Arrays.copyOf(out, length);
  }

  /** The entry of the static table, or null if there is none. */
  static @Nullable FieldLine staticLine(long index) {
    if (index < 0 || index > 98) {
      return null;
    }
    byte[] section = {0, 0, (byte) (0xc0 | Math.min(index, 63)), (byte) (index - 63)};
    return decoded(Arrays.copyOf(section, index < 63 ? 3 : 4));
  }

  boolean hasMore() {
    return position < octets.length;
  }

  int position() {
    return position;
  }

  byte[] octets(int from, int to) {
    return Arrays.copyOfRange(octets, from, to);
  }

  int peek() {
    if (position == octets.length) {
      throw new IllegalArgumentException("the octets end here");
    }
    return octets[position] & 0xff;
  }

  /** An integer with a prefix of so many bits. */
  long integer(int prefix) {
    int full = (1 << prefix) - 1;
    long value = peek() & full;
    position++;
    if (value < full) {
      return value;
    }
    int shift = 0;
    while (true) {
      int octet = peek();
      position++;
      if (shift > 56 || (shift == 56 && (octet & 0x7f) >= 0x40)) {
        throw new IllegalArgumentException("the integer has more than 62 bits");
      }
      value += (octet & 0x7fL) << shift;
      shift += 7;
      if (octet < 0x80) {
        return value;
      }
    }
  }

  /** A string whose length has a prefix of so many bits, below the H bit. */
  Text string(int prefix) {
    boolean huffman = (peek() >> prefix & 1) != 0;
    long length = integer(prefix);
    if (length > octets.length - position) {
      throw new IllegalArgumentException("the string of " + length + " octets is cut short");
    }
    byte[] coded = octets(position, position + (int) length);
    position += (int) length;
    return new Text(value(huffman, coded), huffman, coded.length);
  }

  /**
   * A string as read.
   *
   * @param text what it says
   * @param huffman whether it was Huffman-coded
   * @param codedOctets its length on the wire
   */
  record Text(String text, boolean huffman, int codedOctets) {
    @Override
    public String toString() {
      return "\""
          + text
          + "\" ("
          + (huffman ? "Huffman, " : "plain, ")
          + codedOctets
          + (codedOctets == 1 ? " octet)" : " octets)");
    }
  }

  private static String value(boolean huffman, byte[] coded) {
    ByteBuffer section = ByteBuffer.allocate(coded.length + 16);
    section.put(new byte[] {0, 0, 0x51});
    int mark = huffman ? 0x80 : 0;
    if (coded.length < 127) {
      section.put((byte) (mark | coded.length));
    } else {
      section.put((byte) (mark | 0x7f));
      int rest = coded.length - 127;
      for (; rest >= 0x80; rest >>>= 7) {
        section.put((byte) (rest | 0x80));
      }
      section.put((byte) rest);
    }
    section.put(coded).flip();
    byte[] exact = new byte[section.remaining()];
    section.get(exact);
    FieldLine line = decoded(exact);
    return line.value();
  }

  private static FieldLine decoded(byte[] section) {
    try {
      Section decoded =
          new QpackDecoder(new DecoderLimits(0, 0, LIMIT, 1, LIMIT))
              .decode(0, ByteBuffer.wrap(section));
      if (decoded instanceof Section.Decoded one && one.fields().size() == 1) {
        return one.fields().getFirst();
      }
      throw new IllegalStateException("not one line");
    } catch (QpackException | FieldSectionTooLargeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
