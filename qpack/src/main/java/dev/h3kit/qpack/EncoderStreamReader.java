package dev.h3kit.qpack;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the encoder instructions (RFC 9204 §4.3) on a decoder's table. The octets may be cut
 * anywhere: an instruction that has not arrived whole waits, and can never be longer than the table
 * could take. Not thread-safe.
 */
final class EncoderStreamReader {
  private final DecoderTable table;
  private final OctetReader in = new OctetReader();

  /** The beginning of an instruction whose end has not arrived. */
  private byte[] partial = new byte[64];

  private int partialLength;

  /** What {@link #string} has read. */
  private String text = "";

  EncoderStreamReader(DecoderTable table) {
    this.table = table;
  }

  /**
   * Takes the next octets of the encoder stream and carries out every instruction that is complete.
   *
   * @throws QpackException QPACK_ENCODER_STREAM_ERROR
   */
  void read(ByteBuffer octets) throws QpackException {
    if (partialLength == 0) {
      in.over(octets);
    } else {
      append(octets);
      in.over(partial, 0, partialLength);
    }
    int done = in.position();
    while (in.hasMore() && instruction()) {
      done = in.position();
    }
    keep(in.octets(), done, in.end());
    in.release();
  }

  private void append(ByteBuffer octets) {
    int more = octets.remaining();
    if (partial.length - partialLength < more) {
      partial =
          Arrays.copyOf(partial, Math.max(2 * partial.length, Math.addExact(partialLength, more)));
    }
    octets.get(partial, partialLength, more);
    partialLength += more;
  }

  private void keep(byte[] from, int start, int end) {
    int length = end - start;
    if (partial.length < length) {
      partial = new byte[length];
    }
    System.arraycopy(from, start, partial, 0, length);
    partialLength = length;
  }

  /** Carries out the next instruction; false if it is not complete. */
  private boolean instruction() throws QpackException {
    int first = in.next();
    if (first >= 0x80) {
      return insertWithNameReference(first);
    }
    if (first >= 0x40) {
      return insertWithLiteralName(first);
    }
    return first >= 0x20 ? setCapacity(first) : duplicate(first);
  }

  // RFC 9204 §4.3.1
  private boolean setCapacity(int first) throws QpackException {
    long capacity = integer(first, 5);
    if (capacity < 0) {
      return false;
    }
    // "The decoder MUST treat a new dynamic table capacity value that exceeds this limit as a
    // connection error of type QPACK_ENCODER_STREAM_ERROR."
    if (capacity > table.maxCapacity()) {
      throw error(
          "4.3.1", "dynamic table capacity " + capacity + " exceeds " + table.maxCapacity());
    }
    table.capacity((int) capacity);
    return true;
  }

  // RFC 9204 §4.3.2
  private boolean insertWithNameReference(int first) throws QpackException {
    long index = integer(first, 6);
    if (index < 0) {
      return false;
    }
    boolean fromStatic = (first & 0x40) != 0;
    String name = (fromStatic ? staticLine(index) : dynamicLine(index)).name();
    if (!in.hasMore() || !string(in.next(), 7, table.capacity() - name.length())) {
      return false;
    }
    insert(new FieldLine(name, text));
    return true;
  }

  // RFC 9204 §4.3.3
  private boolean insertWithLiteralName(int first) throws QpackException {
    if (!string(first, 5, table.capacity())) {
      return false;
    }
    String name = text;
    if (!in.hasMore() || !string(in.next(), 7, table.capacity() - name.length())) {
      return false;
    }
    StaticTable.Name known = StaticTable.name(name);
    insert(new FieldLine(known == null ? name : known.text(), text));
    return true;
  }

  // RFC 9204 §4.3.4
  private boolean duplicate(int first) throws QpackException {
    long index = integer(first, 5);
    if (index < 0) {
      return false;
    }
    insert(dynamicLine(index));
    return true;
  }

  private void insert(FieldLine line) throws QpackException {
    // RFC 9204 §3.2.2: "It is an error if the encoder attempts to add an entry that is larger than
    // the dynamic table capacity; the decoder MUST treat this as a connection error of type
    // QPACK_ENCODER_STREAM_ERROR."
    if (!table.insert(line)) {
      throw tooLarge(line.size());
    }
  }

  private FieldLine staticLine(long index) throws QpackException {
    // RFC 9204 §3.1: "If this index is received on the encoder stream, this MUST be treated as a
    // connection error of type QPACK_ENCODER_STREAM_ERROR."
    if (index >= StaticTable.SIZE) {
      throw error("3.1", "static index " + index + " is beyond 98");
    }
    return StaticTable.line((int) index);
  }

  private FieldLine dynamicLine(long relativeIndex) throws QpackException {
    // RFC 9204 §2.2.3: "If the decoder encounters a reference in an encoder instruction to a
    // dynamic
    // table entry that has already been evicted, it MUST treat this as a connection error of type
    // QPACK_ENCODER_STREAM_ERROR."
    @Nullable FieldLine line = table.get(table.insertCount() - 1 - relativeIndex);
    if (line == null) {
      throw error("2.2.3", "relative index " + relativeIndex + " names no entry of the table");
    }
    return line;
  }

  /** An integer, or -1 if it is not complete. */
  private long integer(int first, int prefix) throws QpackException {
    long value = in.integer(first, prefix);
    if (value == OctetReader.TOO_LARGE) {
      throw error("4.1.1", "an integer has more than 62 bits");
    }
    return value;
  }

  /**
   * Reads a string into {@link #text}; false if it is not complete. One that cannot fit is refused
   * by its length, before its octets arrive.
   */
  private boolean string(int first, int prefix, int room) throws QpackException {
    boolean huffman = (first & 1 << prefix) != 0;
    long coded = integer(first, prefix);
    if (coded < 0) {
      return false;
    }
    long least = huffman ? HuffmanDecoder.minDecoded(coded) : coded;
    if (least + FieldLine.OVERHEAD > room) {
      throw tooLarge(least + FieldLine.OVERHEAD + table.capacity() - room);
    }
    if (in.end() - in.position() < coded) {
      return false;
    }
    int length = in.string(huffman, (int) coded);
    if (length < 0) {
      throw error("4.1.2", "the Huffman code of a string is broken");
    }
    text = in.text(huffman, length);
    return true;
  }

  private QpackException tooLarge(long size) {
    return error(
        "3.2.2",
        "an entry of "
            + size
            + " octets or more is larger than the capacity of "
            + table.capacity());
  }

  private static QpackException error(String section, String message) {
    return new QpackException(QpackError.ENCODER_STREAM_ERROR, section, message);
  }
}
