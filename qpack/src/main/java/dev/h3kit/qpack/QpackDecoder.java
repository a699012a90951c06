package dev.h3kit.qpack;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A QPACK decoder (RFC 9204 §2.2): encoded field sections and encoder instructions in, field lines
 * and decoder instructions out. Not thread-safe.
 */
public final class QpackDecoder {

  /** A decoder that grants what {@code limits} says. */
  public QpackDecoder(DecoderLimits limits) {}

  /**
   * Takes octets of the peer's encoder stream, cut anywhere.
   *
   * @return the streams that were blocked and can now {@linkplain #resume go on}, in the order of
   *     their need; mostly empty
   * @throws QpackException QPACK_ENCODER_STREAM_ERROR
   */
  public List<Long> onEncoderStream(ByteBuffer octets) throws QpackException {
    throw new IllegalStateException();
  }

  /**
   * Decodes a whole encoded field section, or holds it until its inserts have arrived. Sections of
   * one stream are decoded in order: a section that comes behind a blocked one of its stream is
   * blocked too.
   *
   * @throws QpackException QPACK_DECOMPRESSION_FAILED
   * @throws FieldSectionTooLargeException if a limit of this decoder was passed; the stream should
   *     be refused
   */
  public Section decode(long streamId, ByteBuffer section)
      throws QpackException, FieldSectionTooLargeException {
    throw new IllegalStateException();
  }

  /**
   * Decodes the first held section of a stream that {@link #onEncoderStream} named.
   *
   * @throws IllegalStateException if the stream holds no section that can go on
   */
  public Section.Decoded resume(long streamId)
      throws QpackException, FieldSectionTooLargeException {
    throw new IllegalStateException();
  }

  /**
   * The stream was reset or is no longer read: its held sections are dropped and a Stream
   * Cancellation is written (RFC 9204 §2.2.2.2). Harmless for a stream unknown here.
   */
  public void cancel(long streamId) {}

  /**
   * Instructions not yet taken for the decoder stream; the caller sends all of them in order and
   * clears the buffer.
   */
  public OctetBuffer instructions() {
    throw new IllegalStateException();
  }

  /** Counters since the beginning. */
  public TableStats stats() {
    throw new IllegalStateException();
  }
}
