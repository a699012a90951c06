package dev.h3kit.qpack;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A QPACK encoder (RFC 9204 §2.1): field lines in, an encoded field section and encoder
 * instructions out. Not thread-safe.
 */
public final class QpackEncoder {
  private final FieldSectionWriter writer = new FieldSectionWriter();
  private final OctetBuffer instructions = new OctetBuffer();
  private long sectionCount;
  private long plainOctets;
  private long codedOctets;

  /** An encoder that uses the static table only until {@link #peerSettings} is called. */
  public QpackEncoder(EncoderLimits limits) {}

  /**
   * Takes the peer's settings (RFC 9204 §5); at most once, and the table stays unused before.
   *
   * @param maxTableCapacity SETTINGS_QPACK_MAX_TABLE_CAPACITY, 0 to 2^62-1
   * @param maxBlockedStreams SETTINGS_QPACK_BLOCKED_STREAMS, 0 to 2^62-1
   */
  public void peerSettings(long maxTableCapacity, long maxBlockedStreams) {}

  /**
   * Encodes one field section and appends it to {@code out}. Instructions that it needs are
   * appended to {@link #instructions()} and should be sent before the section; nothing is lost if
   * they come later.
   *
   * @param streamId the stream that will carry the section
   * @param fields the field lines in order
   * @param out where the encoded section is appended
   * @param instructionCredit how many octets of instructions may be written now (RFC 9204 §2.1.3:
   *     never write part of an instruction when flow control is short); {@link Integer#MAX_VALUE}
   *     where the caller buffers without limit
   * @throws IllegalArgumentException if a name or value has a character above U+00FF
   */
  public void encode(
      long streamId, List<FieldLine> fields, OctetBuffer out, int instructionCredit) {
    int start = out.length();
    sectionCount++;
    writer.prefix(0, 0, out);
    for (int i = 0; i < fields.size(); i++) {
      FieldLine line = fields.get(i);
      plainOctets += line.name().length() + line.value().length();
      StaticTable.Name name = StaticTable.name(line.name());
      int index = name == null || line.neverIndexed() ? -1 : name.indexOf(line.value());
      if (index >= 0) {
        writer.indexedStatic(index, out);
      } else if (name != null) {
        writer.literalStaticName(name.first(), line.value(), line.neverIndexed(), out);
      } else {
        writer.literal(line.name(), line.value(), line.neverIndexed(), out);
      }
    }
    codedOctets += out.length() - start;
  }

  /**
   * Instructions not yet taken for the encoder stream; the caller sends all of them in order and
   * clears the buffer.
   */
  public OctetBuffer instructions() {
    return instructions;
  }

  /**
   * Takes octets of the peer's decoder stream, cut anywhere.
   *
   * @throws QpackException QPACK_DECODER_STREAM_ERROR
   */
  public void onDecoderStream(ByteBuffer octets) throws QpackException {}

  /** Counters since the beginning. */
  public TableStats stats() {
    return new TableStats(sectionCount, plainOctets, codedOctets, 0, 0, 0, 0, 0, 0);
  }
}
