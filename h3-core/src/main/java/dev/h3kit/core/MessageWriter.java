package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.OctetBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The sending half of a request stream: one message in HEADERS and DATA frames (RFC 9114 §4.1).
 * Used by one thread at a time.
 */
final class MessageWriter {
  /** Octets handed to the stream at a time: one deadline each, so that progress resets it. */
  private static final int SLICE = 16 << 10;

  private static final int FRAME_HEADER = 9;

  private final Stream stream;
  private final Http3Limits limits;
  private final FieldSections sections;
  private final Peer peer;
  private final Pace pace;
  private final Grease grease;
  private byte[] scratch = new byte[0];
  private boolean ended;
  private boolean headSent;
  private boolean greased;
  private long plainOctets;
  private long codedOctets;

  /** What the peer takes. */
  @FunctionalInterface
  interface Peer {
    PeerSettings settings();
  }

  MessageWriter(
      Stream stream,
      Http3Limits limits,
      FieldSections sections,
      Peer peer,
      Pace pace,
      Grease grease) {
    this.stream = stream;
    this.limits = limits;
    this.sections = sections;
    this.peer = peer;
    this.pace = pace;
    this.grease = grease;
  }

  /** Writes an interim header section. */
  void interim(List<FieldLine> lines) throws IOException {
    requireState(!headSent && !ended, "the final response was sent");
    OctetBuffer out = new OctetBuffer(256);
    headers(lines, out);
    put(out.array(), 0, out.length());
  }

  /** Writes a promise (RFC 9114 §7.2.5), wherever the message stands. */
  void promise(long pushId, List<FieldLine> request) throws IOException {
    requireState(!ended, "the message has ended");
    OctetBuffer section = section(request);
    OctetBuffer out = new OctetBuffer(24 + section.length());
    VarInt.write(out, FrameType.PUSH_PROMISE);
    VarInt.write(out, VarInt.sizeOf(pushId) + section.length());
    VarInt.write(out, pushId);
    out.put(section.array(), 0, section.length());
    put(out.array(), 0, out.length());
  }

  /** There is no message to write. */
  void none() {
    ended = true;
  }

  /**
   * Writes the header section, with the first content in one go unless that has to wait for its
   * turn.
   */
  void head(List<FieldLine> lines, ByteBuffer content, boolean last) throws IOException {
    requireState(!headSent && !ended, "the header section was sent");
    OctetBuffer out = new OctetBuffer(256 + Math.min(content.remaining(), SLICE));
    // RFC 9114 §4.1: "Frames of unknown types (Section 9), including reserved frames (Section
    // 7.2.8) MAY be sent on a request or push stream before, after, or interleaved with other
    // frames described in this section."
    greased = grease.now();
    reserved(out);
    headers(lines, out);
    reserved(out);
    headSent = true;
    int length = content.remaining();
    int first = Math.min(length, SLICE);
    if (length == 0 || !pace.tryEnter(first)) {
      put(out.array(), 0, out.length());
      content(content, last);
      return;
    }
    VarInt.write(out, FrameType.DATA);
    VarInt.write(out, length);
    out.ensure(first);
    content.get(out.array(), out.length(), first);
    out.length(out.length() + first);
    putEntered(out.array(), 0, out.length());
    rest(content);
    if (last) {
      finish();
    }
  }

  /** Writes content as one DATA frame; none if it is empty. */
  void content(ByteBuffer content, boolean last) throws IOException {
    requireState(
        headSent && !ended, ended ? "the message has ended" : "the header section was not sent");
    int length = content.remaining();
    if (length > 0) {
      int first = Math.min(length, SLICE);
      byte[] buffer = scratch(FRAME_HEADER + first);
      int at = VarInt.write(buffer, 0, FrameType.DATA);
      at = VarInt.write(buffer, at, length);
      content.get(buffer, at, first);
      pace.enter(first);
      putEntered(buffer, 0, at + first);
      rest(content);
    }
    if (last) {
      finish();
    }
  }

  /** Writes a trailer section and ends the message. */
  void trailers(List<FieldLine> lines) throws IOException {
    requireState(
        headSent && !ended, ended ? "the message has ended" : "the header section was not sent");
    OctetBuffer out = new OctetBuffer(256);
    headers(lines, out);
    put(out.array(), 0, out.length());
    finish();
  }

  private void rest(ByteBuffer content) throws IOException {
    while (content.hasRemaining()) {
      int step = Math.min(content.remaining(), SLICE);
      pace.enter(step);
      if (content.hasArray()) {
        putEntered(content.array(), content.arrayOffset() + content.position(), step);
        content.position(content.position() + step);
      } else {
        byte[] buffer = scratch(step);
        content.get(buffer, 0, step);
        putEntered(buffer, 0, step);
      }
    }
  }

  private void put(byte[] octets, int offset, int length) throws IOException {
    stream.write(octets, offset, length, Deadline.after(limits.idle()));
  }

  /** Writes what the pace has let through. */
  private void putEntered(byte[] octets, int offset, int length) throws IOException {
    try {
      put(octets, offset, length);
    } finally {
      pace.leave();
    }
  }

  private void reserved(OctetBuffer out) {
    if (greased) {
      grease.frame(out);
    }
  }

  private void finish() throws IOException {
    if (greased) {
      OctetBuffer out = new OctetBuffer(32);
      reserved(out);
      put(out.array(), 0, out.length());
    }
    ended = true;
    stream.finish();
  }

  private void headers(List<FieldLine> lines, OctetBuffer out) throws IOException {
    OctetBuffer section = section(lines);
    VarInt.write(out, FrameType.HEADERS);
    VarInt.write(out, section.length());
    out.put(section.array(), 0, section.length());
  }

  private OctetBuffer section(List<FieldLine> lines) throws IOException {
    int plain = FieldSections.plain(lines);
    long size = plain + (long) lines.size() * FieldLine.OVERHEAD;
    // RFC 9114 §4.2.2: "An implementation that has received this parameter SHOULD NOT send an HTTP
    // message header that exceeds the indicated size".
    if (size > peer.settings().maxFieldSectionSize()) {
      throw Http3Exception.stream(
          Http3Error.H3_REQUEST_CANCELLED,
          "4.2.2",
          "a field section of "
              + size
              + " octets passes the "
              + peer.settings().maxFieldSectionSize()
              + " that the peer takes; send fewer or shorter fields");
    }
    OctetBuffer section = new OctetBuffer(256);
    codedOctets += sections.encode(stream.id(), lines, section);
    plainOctets += plain;
    return section;
  }

  private byte[] scratch(int size) {
    if (scratch.length < size) {
      scratch = new byte[Math.max(size, Math.min(2 * scratch.length, SLICE + FRAME_HEADER))];
    }
    return scratch;
  }

  private static void requireState(boolean legal, String why) {
    if (!legal) {
      throw new IllegalStateException(why);
    }
  }

  /** Whether the header section was sent. */
  boolean headSent() {
    return headSent;
  }

  /** Whether the message was sent to its end. */
  boolean ended() {
    return ended;
  }

  long plainOctets() {
    return plainOctets;
  }

  long codedOctets() {
    return codedOctets;
  }
}
