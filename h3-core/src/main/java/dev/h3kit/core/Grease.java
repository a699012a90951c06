package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.OctetBuffer;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reserved frames, settings, streams and error codes of one connection, sent now and then so that
 * peers stay tolerant of what they do not know (RFC 9114 §7.2.8). The same seed makes the same
 * choices. Thread-safe.
 */
final class Grease {
  /**
   * Messages of a connection that carry something reserved: a busy connection's share of them must
   * not look like a flood.
   */
  static final int MESSAGES = 32;

  /** Messages at the beginning of a connection that carry nothing more than they must. */
  static final int PLAIN = 4;

  private static final int TYPES = 1 << 20;
  private static final int LONGEST = 24;

  /** A peer that grants no stream for it in this time gets none. */
  private static final Duration STREAM_WAIT = Duration.ofSeconds(1);

  private final int oneIn;
  private final SplittableRandom random;
  private final ReentrantLock lock = new ReentrantLock();
  private int left = MESSAGES;
  private int messages;

  /**
   * @param oneIn one message in so many, 0 for none
   */
  Grease(int oneIn, long seed) {
    this.oneIn = oneIn;
    this.random = new SplittableRandom(seed);
  }

  /** Whether anything reserved is sent at all. */
  boolean used() {
    return oneIn > 0;
  }

  /** Whether the next message should carry something reserved. */
  boolean now() {
    if (oneIn <= 0) {
      return false;
    }
    lock.lock();
    try {
      messages++;
      return left > 0 && time() && left-- > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the dice say so; at first only where each message is to be greased. */
  private boolean time() {
    return oneIn == 1 || (messages > PLAIN && random.nextInt(oneIn) == 0);
  }

  /** An identifier of the form 0x1f * N + 0x21, which means nothing anywhere. */
  long reserved() {
    return FrameType.reserved(below(TYPES));
  }

  /** A small number to go with a reserved identifier. */
  int value() {
    return below(TYPES);
  }

  private int below(int bound) {
    lock.lock();
    try {
      return random.nextInt(bound);
    } finally {
      lock.unlock();
    }
  }

  /** Appends a reserved frame. */
  void frame(OctetBuffer out) {
    // RFC 9114 §7.2.8: "The payload and length of the frames are selected in any manner the
    // implementation chooses."
    byte[] payload = payload();
    VarInt.write(out, reserved());
    VarInt.write(out, payload.length);
    out.put(payload, 0, payload.length);
  }

  private byte[] payload() {
    byte[] payload = new byte[below(LONGEST)];
    lock.lock();
    try {
      random.nextBytes(payload);
    } finally {
      lock.unlock();
    }
    return payload;
  }

  /** The code that says that nothing went wrong, or one that must be taken for it. */
  long noError() {
    // RFC 9114 §8.1: "Implementations SHOULD select an error code from this space with some
    // probability when they would have sent H3_NO_ERROR."
    if (oneIn <= 0) {
      return Http3Error.H3_NO_ERROR.code();
    }
    boolean now;
    lock.lock();
    try {
      now = time();
    } finally {
      lock.unlock();
    }
    return now ? reserved() : Http3Error.H3_NO_ERROR.code();
  }

  /** Opens a reserved stream, if it is the time for one and the peer grants it. */
  void stream(Connection connection) throws IOException {
    if (oneIn <= 0 || below(oneIn) != 0) {
      return;
    }
    try {
      Deadline deadline = Deadline.after(STREAM_WAIT);
      Stream stream = connection.openUnidirectional(deadline);
      OctetBuffer out = new OctetBuffer(LONGEST + 8);
      VarInt.write(out, reserved());
      byte[] payload = payload();
      out.put(payload, 0, payload.length);
      stream.write(out.array(), 0, out.length(), deadline);
      // RFC 9114 §6.2.3: "the implementation MAY either terminate the stream cleanly or reset it.
      // When resetting the stream, either the H3_NO_ERROR error code or a reserved error code
      // (Section 8.1) SHOULD be used."
      if (below(2) == 0) {
        stream.finish();
      } else {
        stream.reset(noError());
      }
    } catch (StopSendingException | DeadlineExceededException | ConnectionClosedException _) {
      // The peer need not take it.
    }
  }
}
