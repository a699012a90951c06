package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.qpack.DecoderLimits;
import dev.h3kit.qpack.EncoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.FieldSectionTooLargeException;
import dev.h3kit.qpack.OctetBuffer;
import dev.h3kit.qpack.QpackDecoder;
import dev.h3kit.qpack.QpackEncoder;
import dev.h3kit.qpack.QpackException;
import dev.h3kit.qpack.Section;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The field sections of one connection: its QPACK encoder and decoder with their instruction
 * streams. A section that is blocked holds up the thread that wants it and nobody else.
 * Thread-safe.
 */
final class FieldSections {
  private final Http3Events events;
  private final int maxTableCapacity;

  private final ReentrantLock encoderLock = new ReentrantLock();
  private final QpackEncoder encoder;
  private final InstructionStream encoderStream = new InstructionStream(InstructionStream.ENCODER);

  private final InstructionAllowance acknowledgments;

  private final ReentrantLock decoderLock = new ReentrantLock();
  private final QpackDecoder decoder;
  private final InstructionStream decoderStream = new InstructionStream(InstructionStream.DECODER);
  private final InstructionAllowance inserts;
  private final Map<Long, Waiter> waiters = new HashMap<>();
  private boolean closed;

  /** A thread that waits for the inserts of its section. */
  private final class Waiter {
    final Condition changed = decoderLock.newCondition();
    boolean ready;
    boolean aborted;
  }

  FieldSections(Http3Limits limits, Http3Events events) {
    this.events = events;
    this.maxTableCapacity = limits.tableCapacity();
    this.acknowledgments = new InstructionAllowance("decoder", limits.tableCapacity());
    this.inserts = new InstructionAllowance("encoder", limits.tableCapacity());
    this.encoder =
        new QpackEncoder(
            new EncoderLimits(
                limits.tableCapacity(),
                EncoderLimits.DEFAULT.maxBlockedStreams(),
                EncoderLimits.DEFAULT.maxOpenSections()));
    this.decoder =
        new QpackDecoder(
            new DecoderLimits(
                limits.tableCapacity(),
                limits.blockedStreams(),
                limits.fieldSectionSize(),
                limits.fieldLines(),
                limits.fieldSectionSize()));
  }

  /** Writes the encoder stream until the connection ends. */
  void runEncoderStream(Connection connection) throws IOException, InterruptedException {
    run(encoderStream, connection, "encoder");
  }

  /** Writes the decoder stream until the connection ends. */
  void runDecoderStream(Connection connection) throws IOException, InterruptedException {
    run(decoderStream, connection, "decoder");
  }

  /** Waits until both instruction streams are open; false if they are not in time. */
  boolean awaitStreams(Duration wait) throws InterruptedException {
    return encoderStream.awaitOpen(wait) && decoderStream.awaitOpen(wait);
  }

  private static void run(InstructionStream stream, Connection connection, String name)
      throws IOException, InterruptedException {
    try {
      stream.run(connection);
    } catch (StopSendingException _) {
      // RFC 9204 §4.2: "Closure of either unidirectional stream type MUST be treated as a
      // connection
      // error of type H3_CLOSED_CRITICAL_STREAM."
      throw Http3Exception.connection(
          Http3Error.H3_CLOSED_CRITICAL_STREAM,
          "6.2",
          "the peer stopped reading the QPACK " + name + " stream");
    }
  }

  /** Takes the peer's settings. */
  void peerSettings(PeerSettings settings) {
    encoderLock.lock();
    try {
      encoder.peerSettings(settings.tableCapacity(), settings.blockedStreams());
      encoderStream.take(encoder.instructions());
    } finally {
      encoderLock.unlock();
    }
  }

  /** Appends the encoded section of {@code lines} to {@code out} and answers its size in octets. */
  int encode(long streamId, List<FieldLine> lines, OctetBuffer out) {
    int before = out.length();
    encoderLock.lock();
    try {
      acknowledgments.renew();
      encoder.encode(streamId, lines, out, encoderStream.room());
      encoderStream.take(encoder.instructions());
    } finally {
      encoderLock.unlock();
    }
    int coded = out.length() - before;
    events.sectionSent(streamId, lines.size(), plain(lines), coded);
    return coded;
  }

  /** Takes octets of the peer's encoder stream and wakes the threads whose sections can go on. */
  void onEncoderStream(byte[] octets, int length) throws Http3Exception.OfConnection {
    decoderLock.lock();
    try {
      inserts.spend(length);
      for (long streamId : decoder.onEncoderStream(ByteBuffer.wrap(octets, 0, length))) {
        Waiter waiter = waiters.get(streamId);
        if (waiter != null) {
          waiter.ready = true;
          waiter.changed.signal();
        }
      }
      flushDecoder();
    } catch (QpackException e) {
      throw connectionError(e);
    } finally {
      decoderLock.unlock();
    }
  }

  /** Takes octets of the peer's decoder stream. */
  void onDecoderStream(byte[] octets, int length) throws Http3Exception.OfConnection {
    encoderLock.lock();
    try {
      acknowledgments.spend(length);
      encoder.onDecoderStream(ByteBuffer.wrap(octets, 0, length));
    } catch (QpackException e) {
      throw connectionError(e);
    } finally {
      encoderLock.unlock();
    }
  }

  /**
   * Decodes a field section; waits for its inserts if need be.
   *
   * @param cancelled whether {@link #cancel} was or is about to be called for the stream
   * @throws FieldSectionTooLargeException if it passes a limit of this side
   * @throws DeadlineExceededException if its inserts did not come in time
   */
  List<FieldLine> decode(
      long streamId, ByteBuffer section, BooleanSupplier cancelled, Deadline deadline)
      throws IOException, FieldSectionTooLargeException {
    int coded = section.remaining();
    List<FieldLine> lines;
    decoderLock.lock();
    try {
      inserts.renew();
      // RFC 9204 §2.2.2.2: the encoder has forgotten the sections of a stream that was cancelled,
      // so
      // none of them may be acknowledged behind that.
      if (cancelled.getAsBoolean()) {
        throw ended();
      }
      lines =
          switch (decoder.decode(streamId, section)) {
            case Section.Decoded decoded -> decoded.fields();
            case Section.Blocked blocked -> await(streamId, blocked, deadline);
          };
      flushDecoder();
    } catch (QpackException e) {
      throw connectionError(e);
    } finally {
      decoderLock.unlock();
    }
    events.sectionReceived(streamId, lines.size(), plain(lines), coded);
    return lines;
  }

  private List<FieldLine> await(long streamId, Section.Blocked blocked, Deadline deadline)
      throws IOException, QpackException, FieldSectionTooLargeException {
    events.sectionBlocked(streamId, blocked.requiredInsertCount());
    Waiter waiter = new Waiter();
    waiters.put(streamId, waiter);
    try {
      while (true) {
        if (waiter.aborted || (closed && !waiter.ready)) {
          throw ended();
        }
        if (waiter.ready) {
          break;
        }
        long left = deadline.remainingNanos();
        if (left <= 0) {
          throw new DeadlineExceededException(
              "the QPACK inserts of a field section did not come in time");
        }
        waiter.changed.awaitNanos(left);
      }
      Section.Decoded decoded = decoder.resume(streamId);
      events.sectionUnblocked(streamId);
      return decoded.fields();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while a field section was blocked");
    } finally {
      waiters.remove(streamId);
    }
  }

  private static Http3Exception.OfStream ended() {
    return Http3Exception.stream(
        Http3Error.H3_REQUEST_CANCELLED,
        "4.1.1",
        "the stream ended before its fields were decoded");
  }

  /**
   * The stream was reset or is no longer read (RFC 9204 §2.2.2.2); false if more of our
   * instructions are unsent than an honest peer lets pile up.
   */
  boolean cancel(long streamId) {
    decoderLock.lock();
    try {
      Waiter waiter = waiters.get(streamId);
      if (waiter != null) {
        waiter.aborted = true;
        waiter.changed.signal();
      }
      if (maxTableCapacity > 0) {
        decoder.cancel(streamId);
        return decoderStream.take(decoder.instructions());
      }
      return true;
    } finally {
      decoderLock.unlock();
    }
  }

  /** The connection has ended: nobody waits any longer. */
  void close() {
    encoderStream.close();
    decoderStream.close();
    decoderLock.lock();
    try {
      closed = true;
      waiters.values().forEach(waiter -> waiter.changed.signal());
    } finally {
      decoderLock.unlock();
    }
  }

  /** The statistics of encoder and decoder. */
  List<TableStats> stats() {
    TableStats sent;
    encoderLock.lock();
    try {
      sent = encoder.stats();
    } finally {
      encoderLock.unlock();
    }
    decoderLock.lock();
    try {
      return List.of(sent, decoder.stats());
    } finally {
      decoderLock.unlock();
    }
  }

  private void flushDecoder() throws Http3Exception.OfConnection {
    if (!decoderStream.take(decoder.instructions())) {
      throw decoderStreamUnread();
    }
  }

  /** What a peer is that does not take our acknowledgments and cancellations. */
  static Http3Exception.OfConnection decoderStreamUnread() {
    return Http3Exception.connection(
        Http3Error.H3_EXCESSIVE_LOAD, "10.5", "the peer does not read the QPACK decoder stream");
  }

  /** Octets of names and values. */
  static int plain(List<FieldLine> lines) {
    int sum = 0;
    for (FieldLine line : lines) {
      sum += line.name().length() + line.value().length();
    }
    return sum;
  }

  private static Http3Exception.OfConnection connectionError(QpackException e) {
    return new Http3Exception.OfConnection(
        e.error().code(), false, String.valueOf(e.getMessage()), e);
  }
}
