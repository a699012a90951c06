package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.FieldSectionTooLargeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a request stream: one message, its frames in the order that RFC 9114 §4.1
 * allows. It says what is wrong; acting on it is its caller's. Used by one thread at a time.
 */
final class MessageReader {
  private final Stream stream;
  private final Http3Limits limits;
  private final FieldSections sections;
  private final Glitches glitches;
  private final Promises promises;
  private final FrameReader frames;

  private State state = State.HEAD;
  private @Nullable Deadline phaseDeadline;
  private List<FieldLine> trailers = List.of();
  private boolean tunnel;
  private volatile boolean sectionsCancelled;
  private long expected = -1;
  private long received;
  private long plainOctets;
  private long codedOctets;

  /** Where in its message the reader stands. */
  private enum State {
    HEAD,
    CONTENT,
    TRAILERS,
    END
  }

  /** Counts what is legal but odd; throws when there is too much of it. */
  @FunctionalInterface
  interface Glitches {
    void count(String what, long type) throws Http3Exception.OfConnection;
  }

  /** Takes the promises that stand between the frames of a message (RFC 9114 §7.2.5). */
  interface Promises {
    /** Refuses a push id that must not be promised, before anything else is read of the promise. */
    void check(long pushId) throws Http3Exception.OfConnection;

    /** Takes a promised request. */
    void take(long pushId, List<FieldLine> request) throws IOException;
  }

  /** A header section that passes a limit of this side. */
  static final class HeadTooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    HeadTooLargeException(String message) {
      super(message);
    }
  }

  /**
   * @param begun what has read the beginning of the stream; null if nothing was read
   */
  MessageReader(
      Stream stream,
      @Nullable FrameReader begun,
      Http3Limits limits,
      FieldSections sections,
      Glitches glitches,
      Promises promises) {
    this.stream = stream;
    this.limits = limits;
    this.sections = sections;
    this.glitches = glitches;
    this.promises = promises;
    int headers = limits.fieldSectionSize();
    this.frames =
        begun != null
            ? new FrameReader(begun, headers, this::timeout)
            : new FrameReader(stream, headers, limits.controlFrameSize(), this::timeout);
  }

  /** There is no message to read. */
  void none() {
    state = State.END;
  }

  private Deadline timeout() {
    Deadline head = phaseDeadline;
    return head != null ? head : Deadline.after(limits.idle());
  }

  /**
   * Reads the next header section; after an interim response it is called again.
   *
   * @return null if the stream ended before one
   * @throws HeadTooLargeException if it passes a limit
   */
  @Nullable List<FieldLine> head(Deadline deadline) throws IOException {
    phaseDeadline = deadline;
    try {
      Frame frame = nextOnRequestStream();
      return switch (frame) {
        case null -> null;
        case Frame.Headers headers -> decode(headers.section(), deadline);
        case Frame.OversizedHeaders oversized ->
            throw new HeadTooLargeException(
                "a header section of "
                    + oversized.length()
                    + " encoded octets passes the limit of "
                    + limits.fieldSectionSize());
        // RFC 9114 §4.1: "Receipt of an invalid sequence of frames MUST be treated as a connection
        // error of type H3_FRAME_UNEXPECTED. In particular, a DATA frame before any HEADERS frame".
        case Frame other -> throw unexpected(other, "before HEADERS");
      };
    } finally {
      phaseDeadline = null;
    }
  }

  /**
   * The head is final: content follows.
   *
   * @param contentLength what content-length says, or -1 if it says nothing about this message
   */
  void beginContent(long contentLength) {
    state = State.CONTENT;
    expected = contentLength;
  }

  /** From the head on the stream is a tunnel's: DATA frames without a known length. */
  void beginTunnel() {
    beginContent(-1);
    tunnel = true;
  }

  /** What reads the stream's octets, to hand them to an extension. */
  FrameReader frames() {
    return frames;
  }

  /**
   * Answers the integer that the stream begins with and leaves it unread, or -1 if the stream ended
   * before.
   */
  long signal(Deadline deadline) throws IOException {
    phaseDeadline = deadline;
    try {
      return frames.firstInteger();
    } finally {
      phaseDeadline = null;
    }
  }

  /** As {@link #read(byte[], int, int)}, with a deadline of its own. */
  int read(byte[] target, int offset, int length, Deadline deadline) throws IOException {
    phaseDeadline = deadline;
    try {
      return read(target, offset, length);
    } finally {
      phaseDeadline = null;
    }
  }

  /** Reads content; -1 at the end of the message. */
  int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (state == State.CONTENT) {
      if (frames.content() > 0) {
        int got = frames.read(target, offset, length);
        received += got;
        // RFC 9114 §4.1.2: "A request or response that is defined as having content when it
        // contains a
        // Content-Length header field is malformed if the value of the Content-Length header field
        // does not equal the sum of the DATA frame lengths received."
        if (expected >= 0 && received > expected) {
          throw FieldRules.malformed(
              "4.1.2", "more content than the content-length of " + expected);
        }
        return got;
      }
      advance();
    }
    return -1;
  }

  /**
   * Drops what is left of the message, as long as the deadline and a single buffer allow; true at
   * its end.
   */
  boolean skipToEnd(Deadline deadline) throws IOException {
    phaseDeadline = deadline;
    try {
      return state == State.END || read(new byte[1024], 0, 1024) < 0;
    } finally {
      phaseDeadline = null;
    }
  }

  private void advance() throws IOException {
    Frame frame = nextOnRequestStream();
    switch (frame) {
      case null -> end();
      case Frame.Data data -> {
        if (data.length() == 0) {
          glitches.count("empty DATA frame", FrameType.DATA);
        }
      }
      case Frame.Headers headers -> {
        try {
          trailers = FieldRules.trailers(decode(headers.section(), Deadline.after(limits.idle())));
        } catch (HeadTooLargeException e) {
          throw tooLarge(e);
        }
        state = State.TRAILERS;
        // RFC 9114 §4.1: "a HEADERS or DATA frame after the trailing HEADERS frame [...] is
        // considered
        // invalid."
        Frame behind = nextOnRequestStream();
        if (behind != null) {
          throw unexpected(behind, "behind the trailer section");
        }
        end();
      }
      case Frame.OversizedHeaders oversized ->
          throw tooLarge(
              new HeadTooLargeException(
                  "a trailer section of " + oversized.length() + " encoded octets"));
      case Frame other -> throw unexpected(other, "within a message");
    }
  }

  private void end() throws Http3Exception.OfStream {
    state = State.END;
    if (expected >= 0 && received != expected) {
      throw FieldRules.malformed(
          "4.1.2", "the content ended after " + received + " of " + expected + " octets");
    }
  }

  /** Whether the message was read to its end. */
  boolean ended() {
    return state == State.END;
  }

  /** Whether the peer has said or shown that more content is on its way. */
  boolean moreContentKnown() {
    return state == State.CONTENT && (frames.content() > 0 || expected > received);
  }

  boolean ready() {
    return state != State.CONTENT || frames.ready();
  }

  List<FieldLine> trailers() {
    return trailers;
  }

  long plainOctets() {
    return plainOctets;
  }

  long codedOctets() {
    return codedOctets;
  }

  /**
   * No section of the stream is decoded from now on (RFC 9204 §2.2.2.2).
   *
   * @return false if more of our instructions are unsent than an honest peer lets pile up
   */
  boolean cancelSections() {
    sectionsCancelled = true;
    return sections.cancel(stream.id());
  }

  private List<FieldLine> decode(ByteBuffer section, Deadline deadline) throws IOException {
    codedOctets += section.remaining();
    try {
      List<FieldLine> lines =
          sections.decode(stream.id(), section, () -> sectionsCancelled, deadline);
      plainOctets += FieldSections.plain(lines);
      return lines;
    } catch (FieldSectionTooLargeException e) {
      throw new HeadTooLargeException(String.valueOf(e.getMessage()));
    }
  }

  /** The next frame that may matter on a request stream. */
  private @Nullable Frame nextOnRequestStream() throws IOException {
    while (true) {
      Frame frame = frames.next();
      requireTunnelFrame(frame);
      switch (frame) {
        case null -> {
          return null;
        }
        case Frame.Unknown unknown -> glitches.count("frame", unknown.type());
        case Frame.PushPromise promise -> take(promise);
        case Frame.OversizedPromise promise -> {
          promises.check(promise.pushId());
          throw tooLarge(new HeadTooLargeException("a promise of " + promise.length() + " octets"));
        }
        case Frame.Data _, Frame.Headers _, Frame.OversizedHeaders _ -> {
          return frame;
        }
        // RFC 9218 §7.2: "Receiving a PRIORITY_UPDATE frame on a stream other than the client
        // control
        // stream MUST be treated as a connection error of type H3_FRAME_UNEXPECTED."
        case Frame.Settings _,
            Frame.GoAway _,
            Frame.MaxPushId _,
            Frame.CancelPush _,
            Frame.PriorityUpdate _ ->
            throw unexpected(frame, "on a request stream");
      }
    }
  }

  // RFC 9114 §4.4: "Once the CONNECT method has completed, only DATA frames are permitted to be
  // sent
  // on the stream. Extension frames MAY be used if specifically permitted by the definition of the
  // extension. Receipt of any other known frame type MUST be treated as a connection error of type
  // H3_FRAME_UNEXPECTED."
  private void requireTunnelFrame(@Nullable Frame frame) throws Http3Exception.OfConnection {
    if (tunnel
        && frame != null
        && !(frame instanceof Frame.Data || frame instanceof Frame.Unknown)) {
      throw unexpected(frame, "within a tunnel");
    }
  }

  private void take(Frame.PushPromise promise) throws IOException {
    promises.check(promise.pushId());
    try {
      promises.take(promise.pushId(), decode(promise.section(), timeout()));
    } catch (HeadTooLargeException e) {
      throw tooLarge(e);
    }
  }

  private static Http3Exception.OfConnection unexpected(Frame frame, String where) {
    return Http3Exception.connection(
        Http3Error.H3_FRAME_UNEXPECTED,
        "4.1",
        "a frame "
            + frame.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT)
            + " came "
            + where);
  }

  private static Http3Exception.OfStream tooLarge(HeadTooLargeException e) {
    return new Http3Exception.OfStream(
        Http3Error.H3_EXCESSIVE_LOAD.code(), false, String.valueOf(e.getMessage()), e);
  }
}
