package dev.h3kit.core;

import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A stream that belongs to an extension, behind its type. */
final class ExtensionStream implements OctetStream {
  /** Octets handed to the stream at a time: one deadline each, so that progress resets it. */
  private static final int SLICE = 16 << 10;

  private final Stream stream;
  private final FrameReader input;
  private final Http3Limits limits;

  /**
   * @param input what has read the type; it may hold octets behind it
   */
  ExtensionStream(Stream stream, FrameReader input, Http3Limits limits) {
    this.stream = stream;
    this.input = input;
    this.limits = limits;
  }

  @Override
  public long id() {
    return stream.id();
  }

  @Override
  public int read(byte[] buffer, int offset, int length, Deadline deadline) throws IOException {
    try {
      return input.raw(buffer, offset, length, deadline);
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void write(ByteBuffer octets) throws IOException {
    byte[] slice = new byte[Math.min(SLICE, octets.remaining())];
    try {
      while (octets.hasRemaining()) {
        int step = Math.min(slice.length, octets.remaining());
        octets.get(slice, 0, step);
        stream.write(slice, 0, step, Deadline.after(limits.idle()));
      }
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void finish() throws IOException {
    try {
      stream.finish();
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void reset(long errorCode) {
    stream.reset(errorCode);
  }

  @Override
  public void stopReading(long errorCode) {
    stream.stopReading(errorCode);
  }

  @Override
  public void onAbort(Runnable action) {
    stream.onAbort(action);
  }

  private static IOException told(IOException e) {
    return switch (e) {
      case StreamResetException reset ->
          new Http3Exception.OfStream(
              reset.errorCode(),
              true,
              "the peer reset the stream: " + Http3Error.nameOf(reset.errorCode()),
              reset);
      case StopSendingException stop ->
          new Http3Exception.OfStream(
              stop.errorCode(),
              true,
              "the peer takes no more of the stream: " + Http3Error.nameOf(stop.errorCode()),
              stop);
      case DeadlineExceededException timeout ->
          new Http3Exception.OfStream(
              Http3Error.H3_REQUEST_CANCELLED.code(),
              false,
              "no progress in time: " + timeout.getMessage(),
              timeout);
      case ConnectionClosedException closed ->
          RequestStream.ofConnection(closed.termination(), closed);
      default -> e;
    };
  }
}
