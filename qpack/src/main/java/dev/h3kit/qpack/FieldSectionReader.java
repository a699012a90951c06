package dev.h3kit.qpack;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the field line representations of an encoded field section (RFC 9204 §4.5.2 to §4.5.6) and
 * counts the limits while it does. Not thread-safe.
 */
final class FieldSectionReader {
  private final DecoderTable table;
  private final DecoderLimits limits;
  private @Nullable FieldLine[] lines = new @Nullable FieldLine[32];
  private int count;
  private long size;
  private int tableReferences;

  private long requiredInsertCount;
  private long base;

  FieldSectionReader(DecoderTable table, DecoderLimits limits) {
    this.table = table;
    this.limits = limits;
  }

  /** The size of the section last read (RFC 9114 §4.2.2), in octets. */
  long size() {
    return size;
  }

  /** How many lines of the section last read came from the dynamic table. */
  int tableReferences() {
    return tableReferences;
  }

  /**
   * Reads every representation.
   *
   * @throws QpackException QPACK_DECOMPRESSION_FAILED
   */
  List<FieldLine> read(OctetReader in, long requiredInsertCount, long base)
      throws QpackException, FieldSectionTooLargeException {
    this.requiredInsertCount = requiredInsertCount;
    this.base = base;
    count = 0;
    size = 0;
    tableReferences = 0;
    try {
      while (in.hasMore()) {
        add(line(in));
      }
      return new FieldLines(lines, count);
    } finally {
      Arrays.fill(lines, 0, count, null);
    }
  }

  private void add(FieldLine line) throws FieldSectionTooLargeException {
    size += line.size();
    if (size > limits.maxFieldSectionSize()) {
      throw new FieldSectionTooLargeException(
          "the field section is larger than " + limits.maxFieldSectionSize() + " octets");
    }
    if (count == limits.maxFieldLines()) {
      throw new FieldSectionTooLargeException(
          "the field section has more than " + limits.maxFieldLines() + " lines");
    }
    if (count == lines.length) {
      lines = Arrays.copyOf(lines, 2 * count);
    }
    lines[count++] = line;
  }

  private FieldLine line(OctetReader in) throws QpackException, FieldSectionTooLargeException {
    int first = in.next();
    if (first >= 0x80) {
      // RFC 9204 §4.5.2: Indexed Field Line
      long index = integer(in, first, 6);
      return (first & 0x40) != 0 ? staticLine(index) : dynamicLine(base - 1 - index);
    }
    if (first >= 0x40) {
      // RFC 9204 §4.5.4: Literal Field Line with Name Reference
      long index = integer(in, first, 4);
      FieldLine named = (first & 0x10) != 0 ? staticLine(index) : dynamicLine(base - 1 - index);
      return new FieldLine(named.name(), value(in), (first & 0x20) != 0);
    }
    if (first >= 0x20) {
      // RFC 9204 §4.5.6: Literal Field Line with Literal Name
      String name = string(in, first, 3);
      StaticTable.Name known = StaticTable.name(name);
      return new FieldLine(known == null ? name : known.text(), value(in), (first & 0x10) != 0);
    }
    if (first >= 0x10) {
      // RFC 9204 §4.5.3: Indexed Field Line with Post-Base Index
      return dynamicLine(base + integer(in, first, 4));
    }
    // RFC 9204 §4.5.5: Literal Field Line with Post-Base Name Reference
    String name = dynamicLine(base + integer(in, first, 3)).name();
    return new FieldLine(name, value(in), (first & 0x08) != 0);
  }

  private static FieldLine staticLine(long index) throws QpackException {
    // RFC 9204 §3.1: "When the decoder encounters an invalid static table index in a field line
    // representation, it MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED."
    if (index >= StaticTable.SIZE) {
      throw error("3.1", "static index " + index + " is beyond 98");
    }
    return StaticTable.line((int) index);
  }

  private FieldLine dynamicLine(long absoluteIndex) throws QpackException {
    // RFC 9204 §2.2.3: "If the decoder encounters a reference in a field line representation to a
    // dynamic table entry that has already been evicted or that has an absolute index greater than
    // or equal to the declared Required Insert Count (Section 4.5.1), it MUST treat this as a
    // connection error of type QPACK_DECOMPRESSION_FAILED."
    if (absoluteIndex >= requiredInsertCount) {
      throw error(
          "2.2.3",
          "a reference to entry "
              + absoluteIndex
              + " in a section with required insert count "
              + requiredInsertCount);
    }
    FieldLine line = table.get(absoluteIndex);
    if (line == null) {
      throw error("2.2.3", "entry " + absoluteIndex + " was evicted or never existed");
    }
    tableReferences++;
    return line;
  }

  private String value(OctetReader in) throws QpackException, FieldSectionTooLargeException {
    if (!in.hasMore()) {
      throw truncated();
    }
    return string(in, in.next(), 7);
  }

  private String string(OctetReader in, int first, int prefix)
      throws QpackException, FieldSectionTooLargeException {
    boolean huffman = (first & 1 << prefix) != 0;
    long coded = integer(in, first, prefix);
    if (coded > in.end() - in.position()) {
      throw truncated();
    }
    long least = huffman ? HuffmanDecoder.minDecoded(coded) : coded;
    if (least > limits.maxStringLength()) {
      throw stringTooLong();
    }
    int length = in.string(huffman, (int) coded);
    if (length < 0) {
      throw error("4.1.2", "the Huffman code of a string is broken");
    }
    if (length > limits.maxStringLength()) {
      throw stringTooLong();
    }
    return in.text(huffman, length);
  }

  private static long integer(OctetReader in, int first, int prefix) throws QpackException {
    long value = in.integer(first, prefix);
    if (value < 0) {
      throw integerError(value);
    }
    return value;
  }

  /** The error of an integer that {@link OctetReader#integer} could not read. */
  static QpackException integerError(long result) {
    return result == OctetReader.TOO_LARGE
        ? error("4.1.1", "an integer has more than 62 bits")
        : truncated();
  }

  private static QpackException truncated() {
    return error("4.5", "the field section ends inside a representation");
  }

  private FieldSectionTooLargeException stringTooLong() {
    return new FieldSectionTooLargeException(
        "a name or value is longer than " + limits.maxStringLength() + " octets");
  }

  private static QpackException error(String section, String message) {
    return new QpackException(QpackError.DECOMPRESSION_FAILED, section, message);
  }
}
