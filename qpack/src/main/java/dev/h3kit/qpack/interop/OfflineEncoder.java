package dev.h3kit.qpack.interop;

import dev.h3kit.qpack.DecoderLimits;
import dev.h3kit.qpack.EncoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.FieldSectionTooLargeException;
import dev.h3kit.qpack.OctetBuffer;
import dev.h3kit.qpack.QpackDecoder;
import dev.h3kit.qpack.QpackEncoder;
import dev.h3kit.qpack.QpackException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

/** Turns lists of field lines into an encoded file; streams are numbered from 1. */
public final class OfflineEncoder {
  private static final int NO_LIMIT = 1 << 28;

  private final QpackEncoder encoder;
  private final QpackDecoder decoder;
  private final int acknowledge;
  private final ArrayDeque<byte[]> underway = new ArrayDeque<>();

  /**
   * @param capacity the peer's SETTINGS_QPACK_MAX_TABLE_CAPACITY in octets
   * @param blocked the peer's SETTINGS_QPACK_BLOCKED_STREAMS
   * @param acknowledge 0: nothing is ever acknowledged, and the encoder is told so; 1: everything
   *     at once; n: n sections late
   */
  public OfflineEncoder(int capacity, int blocked, int acknowledge) {
    this.acknowledge = acknowledge;
    EncoderLimits usual = EncoderLimits.DEFAULT;
    encoder =
        new QpackEncoder(
            new EncoderLimits(
                capacity,
                blocked,
                acknowledge == 0 ? Integer.MAX_VALUE : usual.maxOpenSections(),
                acknowledge == 0 ? 0 : usual.stake()));
    encoder.peerSettings(capacity, blocked);
    decoder = new QpackDecoder(new DecoderLimits(capacity, blocked, NO_LIMIT, NO_LIMIT, NO_LIMIT));
  }

  /**
   * Encodes every list.
   *
   * @throws IllegalArgumentException if a field line has a character above U+00FF
   */
  public byte[] encode(List<List<FieldLine>> lists) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    OctetBuffer section = new OctetBuffer();
    long streamId = 1;
    for (List<FieldLine> list : lists) {
      section.clear();
      encoder.encode(streamId, list, section, Integer.MAX_VALUE);
      byte[] instructions = taken(encoder.instructions());
      if (instructions.length > 0) {
        new EncodedRecord(EncodedRecord.ENCODER_STREAM, instructions).write(file);
      }
      new EncodedRecord(streamId, section.toArray()).write(file);
      acknowledge(streamId, instructions, section.toArray());
      streamId++;
    }
    return file.toByteArray();
  }

  private void acknowledge(long streamId, byte[] instructions, byte[] section) {
    if (acknowledge == 0) {
      return;
    }
    try {
      decoder.onEncoderStream(ByteBuffer.wrap(instructions));
      decoder.decode(streamId, ByteBuffer.wrap(section));
      underway.add(taken(decoder.instructions()));
      if (underway.size() > (acknowledge == 1 ? 0 : acknowledge)) {
        encoder.onDecoderStream(ByteBuffer.wrap(underway.remove()));
      }
    } catch (QpackException | FieldSectionTooLargeException e) {
      throw new IllegalStateException("the encoder and the decoder do not agree", e);
    }
  }

  private static byte[] taken(OctetBuffer buffer) {
    byte[] octets = buffer.toArray();
    buffer.clear();
    return octets;
  }
}
