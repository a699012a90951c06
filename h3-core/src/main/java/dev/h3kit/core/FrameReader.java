package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames from a stream (RFC 9114 §7.1). It says what is wrong with a frame by itself; whether
 * a frame may stand where it stands is for its caller to judge. Content of DATA frames passes
 * through in slices. Not thread-safe.
 */
final class FrameReader {
  private static final int BUFFER = 4096;

  private final Stream stream;
  private final int headersLimit;
  private final int controlLimit;
  private final Timeout timeout;
  private byte[] buffer = new byte[BUFFER];
  private int position;
  private int limit;
  private long content;

  /** How long the next read of the stream may wait. */
  @FunctionalInterface
  interface Timeout {
    Deadline next();
  }

  /**
   * @param headersLimit the largest encoded field section that is read, in octets
   * @param controlLimit the largest payload of another frame that is read whole, in octets
   */
  FrameReader(Stream stream, int headersLimit, int controlLimit, Timeout timeout) {
    this.stream = stream;
    this.headersLimit = headersLimit;
    this.controlLimit = controlLimit;
    this.timeout = timeout;
  }

  /** Goes on where {@code begun} stands, with other limits; {@code begun} is not used any more. */
  FrameReader(FrameReader begun, int headersLimit, Timeout timeout) {
    this(begun.stream, headersLimit, begun.controlLimit, timeout);
    this.buffer = begun.buffer;
    this.position = begun.position;
    this.limit = begun.limit;
  }

  /**
   * Reads the next frame; what was not read of the last one is skipped first.
   *
   * @return null at the end of the stream
   */
  @Nullable Frame next() throws IOException {
    skip(content);
    content = 0;
    if (position == limit && !fill(1)) {
      return null;
    }
    long type = integer("a frame's type");
    long length = integer("a frame's length");
    if (type == FrameType.DATA) {
      content = length;
      return new Frame.Data(length);
    }
    if (type == FrameType.HEADERS) {
      if (length > headersLimit) {
        content = length;
        return new Frame.OversizedHeaders(length);
      }
      return new Frame.Headers(payload((int) length));
    }
    // RFC 9114 §7.2.8: "These frame types MUST NOT be sent, and their receipt MUST be treated as a
    // connection error of type H3_FRAME_UNEXPECTED."
    if (FrameType.isForbidden(type)) {
      throw Http3Exception.connection(
          Http3Error.H3_FRAME_UNEXPECTED,
          "7.2.8",
          "frame type 0x" + Long.toHexString(type) + " belongs to HTTP/2");
    }
    if (type == FrameType.PUSH_PROMISE) {
      return pushPromise(length);
    }
    return control(type, length);
  }

  private Frame control(long type, long length) throws IOException {
    boolean known =
        type == FrameType.SETTINGS
            || type == FrameType.GOAWAY
            || type == FrameType.MAX_PUSH_ID
            || type == FrameType.CANCEL_PUSH
            || type == FrameType.PRIORITY_UPDATE
            || type == FrameType.PRIORITY_UPDATE_PUSH;
    if (!known) {
      // RFC 9114 §9: "Implementations MUST ignore unknown or unsupported values in all extensible
      // protocol elements."
      content = length;
      return new Frame.Unknown(type, length);
    }
    if (length > controlLimit) {
      throw Http3Exception.connection(
          Http3Error.H3_EXCESSIVE_LOAD,
          "10.5",
          "a frame of type 0x"
              + Long.toHexString(type)
              + " has "
              + length
              + " octets, more than the limit of "
              + controlLimit);
    }
    ByteBuffer payload = payload((int) length);
    if (type == FrameType.SETTINGS) {
      return new Frame.Settings(
          PeerSettings.parse(
              payload.array(), payload.arrayOffset() + payload.position(), payload.remaining()));
    }
    if (type == FrameType.PRIORITY_UPDATE || type == FrameType.PRIORITY_UPDATE_PUSH) {
      long element = firstInteger(payload, "PRIORITY_UPDATE ends within its element id");
      String value = StandardCharsets.ISO_8859_1.decode(payload).toString();
      return new Frame.PriorityUpdate(type == FrameType.PRIORITY_UPDATE_PUSH, element, value);
    }
    long id = onlyInteger(payload);
    if (type == FrameType.GOAWAY) {
      return new Frame.GoAway(id);
    }
    return type == FrameType.MAX_PUSH_ID ? new Frame.MaxPushId(id) : new Frame.CancelPush(id);
  }

  private Frame pushPromise(long length) throws IOException {
    if (length > headersLimit) {
      require(1, "within a push id");
      content = length - VarInt.length(buffer[position]);
      return new Frame.OversizedPromise(integer("a push id"), length);
    }
    ByteBuffer payload = payload((int) length);
    long id = firstInteger(payload, "PUSH_PROMISE ends within its push id");
    return new Frame.PushPromise(id, payload);
  }

  private static long firstInteger(ByteBuffer payload, String cut)
      throws Http3Exception.OfConnection {
    int size = payload.hasRemaining() ? VarInt.length(payload.get(payload.position())) : 1;
    if (size > payload.remaining()) {
      throw frameError(cut);
    }
    long number = VarInt.read(payload.array(), payload.arrayOffset() + payload.position(), size);
    payload.position(payload.position() + size);
    return number;
  }

  // RFC 9114 §7.1: "A frame payload that contains additional bytes after the identified fields or a
  // frame payload that terminates before the end of the identified fields MUST be treated as a
  // connection error of type H3_FRAME_ERROR."
  private static long onlyInteger(ByteBuffer payload) throws Http3Exception.OfConnection {
    if (!payload.hasRemaining()
        || VarInt.length(payload.get(payload.position())) != payload.remaining()) {
      throw frameError("the payload is not exactly one integer");
    }
    return VarInt.read(
        payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
  }

  /** Octets not yet read of the frame handed out last. */
  long content() {
    return content;
  }

  /** Whether octets can be had without waiting. */
  boolean ready() {
    return position < limit || stream.available() > 0;
  }

  /**
   * Reads content of the current DATA frame, which must have some left.
   *
   * @return the number of octets, at least one
   */
  int read(byte[] target, int offset, int length) throws IOException {
    int wanted = (int) Math.min(length, content);
    int got;
    if (position < limit) {
      got = Math.min(wanted, limit - position);
      System.arraycopy(buffer, position, target, offset, got);
      position += got;
    } else if (wanted >= BUFFER / 2) {
      got = stream.read(target, offset, wanted, timeout.next());
      if (got < 0) {
        throw cut("within a DATA frame");
      }
    } else {
      require(1, "within a DATA frame");
      return read(target, offset, length);
    }
    content -= got;
    return got;
  }

  private long integer(String what) throws IOException {
    require(1, "within " + what);
    int size = VarInt.length(buffer[position]);
    require(size, "within " + what);
    long value = VarInt.read(buffer, position, size);
    position += size;
    return value;
  }

  /**
   * Reads a unidirectional stream's type (RFC 9114 §6.2), or answers -1 if the stream ended before.
   */
  long streamType() throws IOException {
    return leading();
  }

  /** Reads a push stream's push id (RFC 9114 §6.2.2), or answers -1 if the stream ended before. */
  long pushId() throws IOException {
    return leading();
  }

  private long leading() throws IOException {
    if (position == limit && !fill(1)) {
      return -1;
    }
    int size = VarInt.length(buffer[position]);
    if (!fill(size)) {
      return -1;
    }
    long type = VarInt.read(buffer, position, size);
    position += size;
    return type;
  }

  /**
   * Answers the integer that the stream begins with and leaves it unread, or -1 if the stream ended
   * before.
   */
  long firstInteger() throws IOException {
    if (!fill(1)) {
      return -1;
    }
    int size = VarInt.length(buffer[position]);
    return fill(size) ? VarInt.read(buffer, position, size) : -1;
  }

  /** Reads whatever comes next, frames or not; -1 at the end of the stream. */
  int raw(byte[] target) throws IOException {
    return raw(target, 0, target.length, timeout.next());
  }

  /** As {@link #raw(byte[])}, with a deadline of its own. */
  int raw(byte[] target, int offset, int length, Deadline deadline) throws IOException {
    if (position < limit) {
      int got = Math.min(length, limit - position);
      System.arraycopy(buffer, position, target, offset, got);
      position += got;
      return got;
    }
    return stream.read(target, offset, length, deadline);
  }

  private ByteBuffer payload(int length) throws IOException {
    require(length, "within a frame's payload");
    ByteBuffer payload = ByteBuffer.wrap(buffer, position, length);
    position += length;
    return payload;
  }

  private void skip(long count) throws IOException {
    while (count > 0) {
      require(1, "within a frame's payload");
      int step = (int) Math.min(count, limit - position);
      position += step;
      count -= step;
    }
  }

  private void require(int count, String where) throws IOException {
    if (!fill(count)) {
      throw cut(where);
    }
  }

  // RFC 9114 §7.1: "When a stream terminates cleanly, if the last frame on the stream was
  // truncated,
  // this MUST be treated as a connection error of type H3_FRAME_ERROR."
  private static Http3Exception.OfConnection cut(String where) {
    return frameError("the stream ended " + where);
  }

  private static Http3Exception.OfConnection frameError(String message) {
    return Http3Exception.connection(Http3Error.H3_FRAME_ERROR, "7.1", message);
  }

  /**
   * Makes {@code count} octets stand in the buffer; false if the stream ends before. Grows only as
   * octets come.
   */
  private boolean fill(int count) throws IOException {
    while (limit - position < count) {
      if (position == limit) {
        position = 0;
        limit = 0;
      } else if (limit == buffer.length) {
        if (position > 0) {
          System.arraycopy(buffer, position, buffer, 0, limit - position);
          limit -= position;
          position = 0;
        } else {
          buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
      }
      int got = stream.read(buffer, limit, buffer.length - limit, timeout.next());
      if (got < 0) {
        return false;
      }
      limit += got;
    }
    return true;
  }
}
