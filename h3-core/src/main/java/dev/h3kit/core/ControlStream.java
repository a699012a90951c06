package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.OctetBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Our control stream (RFC 9114 §6.2.1). Its few small frames are written under a lock of their own,
 * each within a deadline, so that a peer that grants it no flow control holds up nothing but other
 * control frames. Thread-safe.
 */
final class ControlStream {
  /** The stream type of a control stream. */
  static final long TYPE = 0x00;

  private final ReentrantLock lock = new ReentrantLock();
  private final Stream stream;
  private final Http3Limits limits;
  private long goaway = Long.MAX_VALUE;
  private long maxPushId = -1;

  private ControlStream(Stream stream, Http3Limits limits) {
    this.stream = stream;
    this.limits = limits;
  }

  /** Opens the stream and sends SETTINGS, and a reserved frame to keep peers tolerant. */
  static ControlStream open(
      Connection connection,
      Http3Limits limits,
      Map<Long, Long> settingsOfExtensions,
      Grease grease)
      throws IOException {
    Stream stream = connection.openUnidirectional(Deadline.after(limits.headerDeadline()));
    OctetBuffer out = new OctetBuffer(64);
    VarInt.write(out, TYPE);
    PeerSettings.write(out, limits, settingsOfExtensions, grease);
    if (grease.used()) {
      // RFC 9114 §7.2.8: "These frames have no semantics, and they MAY be sent on any stream where
      // frames are allowed to be sent."
      grease.frame(out);
    }
    ControlStream control = new ControlStream(stream, limits);
    control.write(out);
    return control;
  }

  /** Sends GOAWAY unless one with the same or a smaller id was sent; true if it was. */
  boolean goaway(long id) throws IOException {
    lock.lock();
    try {
      // RFC 9114 §5.2: "An endpoint MAY send multiple GOAWAY frames indicating different
      // identifiers,
      // but the identifier in each frame MUST NOT be greater than the identifier in any previous
      // frame".
      if (id >= goaway) {
        return false;
      }
      goaway = id;
      write(FrameType.GOAWAY, id);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Allows pushes up to {@code id}, unless as many were allowed before. */
  void maxPushId(long id) throws IOException {
    lock.lock();
    try {
      // RFC 9114 §7.2.7: "A MAX_PUSH_ID frame cannot reduce the maximum push ID".
      if (id > maxPushId) {
        maxPushId = id;
        write(FrameType.MAX_PUSH_ID, id);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives a push up. */
  void cancelPush(long id) throws IOException {
    write(FrameType.CANCEL_PUSH, id);
  }

  private void write(long type, long id) throws IOException {
    OctetBuffer out = new OctetBuffer(16);
    VarInt.write(out, type);
    VarInt.write(out, VarInt.sizeOf(id));
    VarInt.write(out, id);
    write(out);
  }

  /** Sends PRIORITY_UPDATE of one of its two types (RFC 9218 §7.2). */
  void priorityUpdate(long type, long id, Priority priority) throws IOException {
    byte[] value = priority.fieldValue().getBytes(StandardCharsets.US_ASCII);
    OctetBuffer out = new OctetBuffer(32);
    VarInt.write(out, type);
    VarInt.write(out, VarInt.sizeOf(id) + value.length);
    VarInt.write(out, id);
    out.put(value, 0, value.length);
    write(out);
  }

  /** Sends a frame without meaning, which keeps the connection from falling idle. */
  void keepAlive() throws IOException {
    OctetBuffer out = new OctetBuffer(16);
    VarInt.write(out, FrameType.reserved(11));
    VarInt.write(out, 0);
    write(out);
  }

  private void write(OctetBuffer out) throws IOException {
    lock.lock();
    try {
      stream.write(out.array(), 0, out.length(), Deadline.after(limits.headerDeadline()));
    } catch (StopSendingException _) {
      // RFC 9114 §6.2.1: "the receiver MUST NOT request that the sender close the control stream.
      // If
      // either control stream is closed at any point, this MUST be treated as a connection error of
      // type H3_CLOSED_CRITICAL_STREAM."
      throw Http3Exception.connection(
          Http3Error.H3_CLOSED_CRITICAL_STREAM,
          "6.2.1",
          "the peer stopped reading the control stream");
    } finally {
      lock.unlock();
    }
  }
}
