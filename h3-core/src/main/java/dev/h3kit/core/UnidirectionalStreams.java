package dev.h3kit.core;

import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the unidirectional streams that the peer opens, each on its own virtual thread (RFC 9114
 * §6.2). Thread-safe.
 */
final class UnidirectionalStreams {
  /** The stream type of a push stream. */
  static final long PUSH = 0x01;

  private final Http3Limits limits;
  private final FieldSections sections;
  private final MessageReader.Glitches glitches;
  private final Control control;
  private final Extensions extensions;
  private final Pushes pushes;
  private final Set<Long> critical = ConcurrentHashMap.newKeySet();

  /** Takes the frames of the peer's control stream. */
  interface Control {
    void settings(PeerSettings settings) throws Http3Exception.OfConnection;

    void goaway(long id) throws Http3Exception.OfConnection;

    void maxPushId(long pushId) throws Http3Exception.OfConnection;

    void cancelPush(long pushId) throws Http3Exception.OfConnection;

    void priorityUpdate(Frame.PriorityUpdate update) throws Http3Exception.OfConnection;
  }

  /** Takes push streams. */
  @FunctionalInterface
  interface Pushes {
    void take(Stream stream, FrameReader frames) throws IOException;
  }

  UnidirectionalStreams(
      Http3Limits limits,
      FieldSections sections,
      MessageReader.Glitches glitches,
      Control control,
      Pushes pushes,
      Extensions extensions) {
    this.limits = limits;
    this.pushes = pushes;
    this.sections = sections;
    this.glitches = glitches;
    this.control = control;
    this.extensions = extensions;
  }

  /** Reads one stream to its end. */
  void read(Stream stream) throws IOException {
    Phase phase = new Phase(Deadline.after(limits.headerDeadline()));
    FrameReader frames = new FrameReader(stream, 0, limits.controlFrameSize(), phase::deadline);
    long type;
    try {
      type = frames.streamType();
    } catch (StreamResetException | DeadlineExceededException _) {
      type = -1;
    }
    // RFC 9114 §6.2: "A receiver MUST tolerate unidirectional streams being closed or reset prior
    // to
    // the reception of the unidirectional stream header."
    if (type < 0) {
      glitches.count("unidirectional stream without a type", -1);
      return;
    }
    if (type == PUSH) {
      pushes.take(stream, frames);
      return;
    }
    phase.deadline = Deadline.NEVER;
    if (type == ControlStream.TYPE) {
      readCritical(stream, type, "control", () -> readControl(frames));
    } else if (type == InstructionStream.ENCODER) {
      readCritical(stream, type, "QPACK encoder", () -> readRaw(frames, sections::onEncoderStream));
    } else if (type == InstructionStream.DECODER) {
      readCritical(stream, type, "QPACK decoder", () -> readRaw(frames, sections::onDecoderStream));
    } else if (!extensions.takeUnidirectional(type, stream, frames)) {
      // RFC 9114 §6.2: "Recipients of unknown stream types MUST either abort reading of the stream
      // or
      // discard incoming data without further processing."
      glitches.count("stream", type);
      stream.stopReading(Http3Error.H3_STREAM_CREATION_ERROR.code());
    }
  }

  /** How long a read may wait: briefly for the type, then as long as the connection lives. */
  private static final class Phase {
    private Deadline deadline;

    Phase(Deadline deadline) {
      this.deadline = deadline;
    }

    Deadline deadline() {
      return deadline;
    }
  }

  /** Reads until the stream ends. */
  @FunctionalInterface
  private interface Body {
    void run() throws IOException;
  }

  /** Takes octets of an instruction stream. */
  @FunctionalInterface
  private interface Instructions {
    void accept(byte[] octets, int length) throws IOException;
  }

  private void readCritical(Stream stream, long type, String name, Body body) throws IOException {
    // RFC 9114 §6.2.1: "Only one control stream per peer is permitted; receipt of a second stream
    // claiming to be a control stream MUST be treated as a connection error of type
    // H3_STREAM_CREATION_ERROR."  RFC 9204 §4.2 says the same of encoder and decoder streams.
    if (!critical.add(type)) {
      throw Http3Exception.connection(
          Http3Error.H3_STREAM_CREATION_ERROR, "6.2.1", "a second " + name + " stream was opened");
    }
    try {
      body.run();
    } catch (StreamResetException _) {
      throw closed(stream, name, "reset");
    }
    throw closed(stream, name, "closed");
  }

  private static Http3Exception.OfConnection closed(Stream stream, String name, String how) {
    return Http3Exception.connection(
        Http3Error.H3_CLOSED_CRITICAL_STREAM,
        "6.2.1",
        "the peer " + how + " its " + name + " stream " + stream.id());
  }

  private static void readRaw(FrameReader frames, Instructions instructions) throws IOException {
    byte[] octets = new byte[4096];
    for (int got = frames.raw(octets); got >= 0; got = frames.raw(octets)) {
      instructions.accept(octets, got);
    }
  }

  private void readControl(FrameReader frames) throws IOException {
    boolean first = true;
    for (Frame frame = frames.next(); frame != null; frame = frames.next()) {
      // RFC 9114 §6.2.1: "If the first frame of the control stream is any other frame type, this
      // MUST
      // be treated as a connection error of type H3_MISSING_SETTINGS."
      if (first && !(frame instanceof Frame.Settings)) {
        throw Http3Exception.connection(
            Http3Error.H3_MISSING_SETTINGS,
            "6.2.1",
            "the control stream does not begin with SETTINGS");
      }
      switch (frame) {
        case Frame.Settings settings -> {
          // RFC 9114 §7.2.4: "If an endpoint receives a second SETTINGS frame on the control
          // stream,
          // the endpoint MUST respond with a connection error of type H3_FRAME_UNEXPECTED."
          if (!first) {
            throw unexpected("a second SETTINGS frame");
          }
          control.settings(settings.settings());
        }
        case Frame.GoAway goaway -> {
          glitches.count("GOAWAY", FrameType.GOAWAY);
          control.goaway(goaway.id());
        }
        case Frame.MaxPushId max -> {
          glitches.count("MAX_PUSH_ID", FrameType.MAX_PUSH_ID);
          control.maxPushId(max.pushId());
        }
        case Frame.CancelPush cancel -> {
          glitches.count("CANCEL_PUSH", FrameType.CANCEL_PUSH);
          control.cancelPush(cancel.pushId());
        }
        case Frame.PriorityUpdate update -> {
          glitches.count("PRIORITY_UPDATE", FrameType.PRIORITY_UPDATE);
          control.priorityUpdate(update);
        }
        case Frame.Unknown unknown -> glitches.count("frame", unknown.type());
        // RFC 9114 §7.2.1, §7.2.2, §7.2.5: on a control stream these are "a connection error of
        // type
        // H3_FRAME_UNEXPECTED".
        case Frame.Data _ -> throw unexpected("a DATA frame");
        case Frame.Headers _, Frame.OversizedHeaders _ -> throw unexpected("a HEADERS frame");
        case Frame.PushPromise _, Frame.OversizedPromise _ ->
            throw unexpected("a PUSH_PROMISE frame");
      }
      first = false;
    }
  }

  private static Http3Exception.OfConnection unexpected(String what) {
    return Http3Exception.connection(
        Http3Error.H3_FRAME_UNEXPECTED, "7.2", what + " came on the control stream");
  }
}
