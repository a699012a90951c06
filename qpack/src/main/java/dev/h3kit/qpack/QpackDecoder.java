package dev.h3kit.qpack;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A QPACK decoder (RFC 9204 §2.2): encoded field sections and encoder instructions in, field lines
 * and decoder instructions out. Not thread-safe.
 */
public final class QpackDecoder {
  private final DecoderLimits limits;
  private final DecoderTable table;
  private final EncoderStreamReader encoderStream;
  private final FieldSectionReader sections;
  private final BlockedSections blocked;
  private final DecoderInstructions instructions = new DecoderInstructions();
  private final OctetReader in = new OctetReader();

  private long knownReceivedCount;
  private long sectionCount;
  private long plainOctets;
  private long codedOctets;
  private long instructionOctets;
  private long tableReferences;
  private long blockedSections;

  /** A decoder that grants what {@code limits} says. */
  public QpackDecoder(DecoderLimits limits) {
    this.limits = limits;
    table = new DecoderTable(limits.maxTableCapacity());
    encoderStream = new EncoderStreamReader(table);
    sections = new FieldSectionReader(table, limits);
    blocked = new BlockedSections(limits.maxBlockedStreams(), limits.maxFieldSectionSize());
  }

  /**
   * Takes octets of the peer's encoder stream, cut anywhere.
   *
   * @return the streams that were blocked and can now {@linkplain #resume go on}, in the order of
   *     their need, once for each section; mostly empty
   * @throws QpackException QPACK_ENCODER_STREAM_ERROR
   */
  public List<Long> onEncoderStream(ByteBuffer octets) throws QpackException {
    instructionOctets += octets.remaining();
    encoderStream.read(octets);
    return blocked.unblock(table.insertCount());
  }

  /**
   * Decodes a whole encoded field section, or holds it until its inserts have arrived. Sections of
   * one stream are decoded in order: a section that comes behind a blocked one of its stream is
   * blocked too.
   *
   * @throws QpackException QPACK_DECOMPRESSION_FAILED
   * @throws FieldSectionTooLargeException if a limit of this decoder was passed; the stream should
   *     be refused
   * @throws IllegalStateException if the stream holds a section that {@link #onEncoderStream} has
   *     named and that was not yet {@linkplain #resume resumed}
   */
  public Section decode(long streamId, ByteBuffer section)
      throws QpackException, FieldSectionTooLargeException {
    int length = section.remaining();
    codedOctets += length;
    in.over(section);
    try {
      long insertCount = table.insertCount();
      long requiredInsertCount =
          SectionPrefix.requiredInsertCount(prefixInteger(8), table.maxEntries(), insertCount);
      boolean sign = in.hasMore() && (in.peek() & 0x80) != 0;
      long base = SectionPrefix.base(requiredInsertCount, sign, prefixInteger(7));
      if (requiredInsertCount > insertCount || blocked.holds(streamId)) {
        return hold(streamId, requiredInsertCount, base);
      }
      return read(streamId, requiredInsertCount, base);
    } finally {
      in.release();
    }
  }

  /**
   * Decodes the first held section of a stream that {@link #onEncoderStream} named.
   *
   * @throws IllegalStateException if the stream holds no section that can go on
   */
  public Section.Decoded resume(long streamId)
      throws QpackException, FieldSectionTooLargeException {
    BlockedSections.Held held = blocked.next(streamId);
    if (held == null) {
      throw new IllegalStateException("stream " + streamId + " holds no section that can go on");
    }
    in.over(held.octets, 0, held.octets.length);
    try {
      return read(streamId, held.requiredInsertCount, held.base);
    } finally {
      in.release();
    }
  }

  /**
   * The stream was reset or is no longer read: its held sections are dropped and a Stream
   * Cancellation is written (RFC 9204 §2.2.2.2). Harmless for a stream unknown here. No section of
   * the stream may be decoded afterwards.
   */
  public void cancel(long streamId) {
    blocked.drop(streamId);
    // RFC 9204 §2.2.2.2: "A decoder with a maximum dynamic table capacity (Section 3.2.3) equal to
    // zero MAY omit sending Stream Cancellations, because the encoder cannot have any dynamic table
    // references."
    if (limits.maxTableCapacity() > 0) {
      instructions.streamCancellation(streamId);
    }
  }

  /**
   * Instructions not yet taken for the decoder stream; the caller sends all of them in order and
   * clears the buffer.
   *
   * <p>Inserts that no Section Acknowledgment has covered by now are acknowledged by one Insert
   * Count Increment (RFC 9204 §2.2.2.3), unless a section that waits to be {@linkplain #resume
   * resumed} will soon say as much.
   */
  public OctetBuffer instructions() {
    long increment = table.insertCount() - knownReceivedCount;
    if (increment > 0 && !blocked.hasUnblocked()) {
      instructions.insertCountIncrement(increment);
      knownReceivedCount += increment;
    }
    return instructions.octets();
  }

  /** Counters since the beginning. */
  public TableStats stats() {
    return new TableStats(
        sectionCount,
        plainOctets,
        codedOctets,
        instructionOctets,
        table.insertCount(),
        table.evictions(),
        tableReferences,
        table.size(),
        table.capacity(),
        blockedSections);
  }

  private long prefixInteger(int prefix) throws QpackException {
    long value = in.hasMore() ? in.integer(in.next(), prefix) : OctetReader.INCOMPLETE;
    if (value < 0) {
      throw FieldSectionReader.integerError(value);
    }
    return value;
  }

  private Section hold(long streamId, long requiredInsertCount, long base)
      throws QpackException, FieldSectionTooLargeException {
    if (blocked.holdsUnblocked(streamId)) {
      throw new IllegalStateException("stream " + streamId + " has a section to resume first");
    }
    // RFC 9204 §2.1.2: "If a decoder encounters more blocked streams than it promised to support,
    // it
    // MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED."
    if (!blocked.mayBlock(streamId)) {
      throw new QpackException(
          QpackError.DECOMPRESSION_FAILED,
          "2.1.2",
          "more than " + limits.maxBlockedStreams() + " streams are blocked");
    }
    int length = in.end() - in.position();
    if (length > limits.maxFieldSectionSize() || !blocked.hasRoom(length)) {
      cancel(streamId);
      throw new FieldSectionTooLargeException(
          "blocked field sections hold more than the decoder keeps");
    }
    byte[] octets = new byte[length];
    System.arraycopy(in.octets(), in.position(), octets, 0, length);
    blockedSections++;
    return new Section.Blocked(blocked.hold(streamId, requiredInsertCount, base, octets));
  }

  private Section.Decoded read(long streamId, long requiredInsertCount, long base)
      throws QpackException, FieldSectionTooLargeException {
    sectionCount++;
    try {
      List<FieldLine> lines = sections.read(in, requiredInsertCount, base);
      acknowledge(streamId, requiredInsertCount);
      plainOctets += sections.size() - (long) FieldLine.OVERHEAD * lines.size();
      tableReferences += sections.tableReferences();
      return new Section.Decoded(lines);
    } catch (FieldSectionTooLargeException e) {
      // The section is refused, not unread: its references are no longer needed.
      acknowledge(streamId, requiredInsertCount);
      throw e;
    }
  }

  private void acknowledge(long streamId, long requiredInsertCount) {
    // RFC 9204 §4.4.1: "After processing an encoded field section whose declared Required Insert
    // Count is not zero, the decoder emits a Section Acknowledgment instruction."
    if (requiredInsertCount > 0) {
      instructions.sectionAcknowledgment(streamId);
      knownReceivedCount = Math.max(knownReceivedCount, requiredInsertCount);
    }
  }
}
