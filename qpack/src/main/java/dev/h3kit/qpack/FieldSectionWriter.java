package dev.h3kit.qpack;

import org.jspecify.annotations.Nullable;

/**
 * Writes the encoded field section prefix and the field line representations (RFC 9204 §4.5). Not
 * thread-safe.
 */
final class FieldSectionWriter {
  private final StringLiteral strings;

  FieldSectionWriter(StringLiteral strings) {
    this.strings = strings;
  }

  /** RFC 9204 §4.5.1, with a Base equal to the Required Insert Count. */
  void prefix(long requiredInsertCount, long maxEntries, OctetBuffer out) {
    integer(0, 8, SectionPrefix.encodedInsertCount(requiredInsertCount, maxEntries), out);
    out.put(0);
  }

  /** RFC 9204 §4.5.2, static table. */
  void indexedStatic(int index, OctetBuffer out) {
    integer(0xc0, 6, index, out);
  }

  /** RFC 9204 §4.5.2, dynamic table. */
  void indexedDynamic(long relativeIndex, OctetBuffer out) {
    integer(0x80, 6, relativeIndex, out);
  }

  /** RFC 9204 §4.5.4, dynamic table. */
  void literalDynamicName(long relativeIndex, String value, boolean neverIndexed, OctetBuffer out) {
    integer(neverIndexed ? 0x60 : 0x40, 4, relativeIndex, out);
    strings.write(0, 8, value, out);
  }

  /** RFC 9204 §4.5.4 where the static table has the name, else §4.5.6. */
  void literal(
      StaticTable.@Nullable Name known, FieldLine line, boolean neverIndexed, OctetBuffer out) {
    if (known != null) {
      integer(neverIndexed ? 0x70 : 0x50, 4, known.first(), out);
    } else {
      strings.write(neverIndexed ? 0x30 : 0x20, 4, line.name(), out);
    }
    strings.write(0, 8, line.value(), out);
  }

  private static void integer(int pattern, int prefix, long value, OctetBuffer out) {
    out.ensure(PrefixedInteger.MAX_OCTETS);
    out.length(PrefixedInteger.write(pattern, prefix, value, out.array(), out.length()));
  }
}
