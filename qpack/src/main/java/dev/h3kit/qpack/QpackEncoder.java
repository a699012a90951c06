package dev.h3kit.qpack;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A QPACK encoder (RFC 9204 §2.1): field lines in, an encoded field section and encoder
 * instructions out. Not thread-safe.
 *
 * <p>What goes into the dynamic table is decided by what the encoder has learned of the traffic.
 * Credentials stay out of it and go as never-indexed literals: {@code authorization}, {@code
 * proxy-authorization}, {@code set-cookie}, {@code cookie} below 20 octets, and every line that is
 * marked {@link FieldLine#neverIndexed()}.
 */
public final class QpackEncoder {
  private final EncoderLimits limits;
  private final PolicyWeights weights;
  private final FieldSectionWriter writer;
  private final EncoderInstructions instructions;
  private final DecoderStreamReader decoderStream = new DecoderStreamReader();
  private @Nullable SectionEncoder dynamic;
  private boolean settled;
  private long sections;
  private long plainOctets;
  private long codedOctets;
  private long instructionOctets;

  /** An encoder that uses the static table only until {@link #peerSettings} is called. */
  public QpackEncoder(EncoderLimits limits) {
    this(limits, PolicyWeights.DEFAULT);
  }

  QpackEncoder(EncoderLimits limits, PolicyWeights weights) {
    this.limits = limits;
    this.weights = weights;
    StringLiteral strings = new StringLiteral();
    writer = new FieldSectionWriter(strings);
    instructions = new EncoderInstructions(strings);
  }

  /**
   * Takes the peer's settings (RFC 9204 §5); at most once, and the table stays unused before.
   *
   * @param maxTableCapacity SETTINGS_QPACK_MAX_TABLE_CAPACITY, 0 to 2^62-1
   * @param maxBlockedStreams SETTINGS_QPACK_BLOCKED_STREAMS, 0 to 2^62-1
   * @throws IllegalStateException if it was called before
   */
  public void peerSettings(long maxTableCapacity, long maxBlockedStreams) {
    if (settled) {
      throw new IllegalStateException("the peer's settings were taken before");
    }
    settled = true;
    if (Math.min(maxTableCapacity, limits.maxTableCapacity()) >= FieldLine.OVERHEAD) {
      dynamic =
          new SectionEncoder(
              limits, weights, maxTableCapacity, maxBlockedStreams, instructions, writer);
      decoderStream.follow(dynamic.table(), dynamic.open());
    }
  }

  /**
   * Uses a dynamic table of another capacity from the next section on, or as soon as everything
   * that must be evicted for it is acknowledged (RFC 9204 §4.3.1). Without effect where the peer
   * allows no table.
   *
   * @param octets 0 or more; what the peer does not allow is cut to what it does
   */
  public void tableCapacity(int octets) {
    if (octets < 0) {
      throw new IllegalArgumentException("capacity " + octets);
    }
    if (dynamic != null) {
      dynamic.capacity(octets);
    }
  }

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
   * @throws IllegalArgumentException if a name or value has a character above U+00FF; nothing is
   *     appended to {@code out} then
   */
  public void encode(
      long streamId, List<FieldLine> fields, OctetBuffer out, int instructionCredit) {
    int start = out.length();
    int before = instructions.octets().length();
    try {
      if (dynamic == null) {
        encode(fields, out);
      } else {
        dynamic.encode(streamId, fields, out, instructionCredit);
      }
    } catch (IllegalArgumentException e) {
      out.length(start);
      throw e;
    } finally {
      instructionOctets += instructions.octets().length() - before;
    }
    sections++;
    codedOctets += out.length() - start;
    for (int i = 0; i < fields.size(); i++) {
      FieldLine line = fields.get(i);
      plainOctets += line.name().length() + line.value().length();
    }
  }

  /** With the static table alone. */
  private void encode(List<FieldLine> lines, OctetBuffer out) {
    writer.prefix(0, 0, out);
    for (int i = 0; i < lines.size(); i++) {
      FieldLine line = lines.get(i);
      StaticTable.Name name = StaticTable.name(line.name());
      int index = name == null || line.neverIndexed() ? -1 : name.indexOf(line.value());
      if (index >= 0) {
        writer.indexedStatic(index, out);
      } else {
        boolean never = line.neverIndexed() || SensitiveFields.isSensitive(line);
        writer.literal(name, line, never, out);
      }
    }
  }

  /**
   * Instructions not yet taken for the encoder stream; the caller sends all of them in order and
   * clears the buffer.
   */
  public OctetBuffer instructions() {
    return instructions.octets();
  }

  /**
   * Takes octets of the peer's decoder stream, cut anywhere.
   *
   * @throws QpackException QPACK_DECODER_STREAM_ERROR
   */
  public void onDecoderStream(ByteBuffer octets) throws QpackException {
    if (decoderStream.read(octets) > 0 && dynamic != null) {
      dynamic.trust();
    }
  }

  /** Counters since the beginning. */
  public TableStats stats() {
    return new TableStats(
        sections,
        plainOctets,
        codedOctets,
        instructionOctets,
        dynamic == null ? 0 : dynamic.table().insertCount(),
        dynamic == null ? 0 : dynamic.table().oldest(),
        dynamic == null ? 0 : dynamic.tableReferences(),
        dynamic == null ? 0 : dynamic.table().size(),
        dynamic == null ? 0 : dynamic.table().capacity(),
        dynamic == null ? 0 : dynamic.sectionsAtRisk());
  }
}
