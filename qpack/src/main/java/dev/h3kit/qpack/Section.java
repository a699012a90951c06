package dev.h3kit.qpack;

import java.util.List;

/** What {@link QpackDecoder#decode} makes of an encoded field section. */
public sealed interface Section {

  /**
   * The section was decoded.
   *
   * @param fields its field lines in order, unmodifiable
   */
  record Decoded(List<FieldLine> fields) implements Section {}

  /**
   * The section needs inserts that have not arrived (RFC 9204 §2.1.2). The decoder holds its
   * octets; when {@link QpackDecoder#onEncoderStream} names the stream, {@link QpackDecoder#resume}
   * decodes it.
   *
   * @param requiredInsertCount the insert count at which it can be decoded
   */
  record Blocked(long requiredInsertCount) implements Section {}
}
