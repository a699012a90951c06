package dev.h3kit.core;

import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.core.transport.Termination;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request stream with its two halves (RFC 9114 §4.1), as both roles use it. Errors of the halves
 * are acted on here: the stream or the connection is ended with the right code, then the caller is
 * told.
 */
final class RequestStream {
  private final Http3Connection connection;
  private final Stream stream;
  private final MessageReader reader;
  private final MessageWriter writer;
  private final Pace pace;
  private final Runnable onOver;
  private final ExchangeDatagrams datagrams;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Runnable> abortActions = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private boolean aborted;
  private volatile boolean tunnel;
  private boolean sectionsCancelled;
  private boolean cancelled;
  private boolean readingOver;
  private boolean writingOver;

  private RequestStream(
      Http3Connection connection, Stream stream, MessageReader reader, Pace pace, Runnable onOver) {
    this.connection = connection;
    this.stream = stream;
    this.reader = reader;
    this.writer = connection.writer(stream, pace);
    this.pace = pace;
    this.onOver = onOver;
    this.datagrams = connection.datagrams().begin(stream.id(), this::refuseDatagrams);
  }

  private RequestStream begun() {
    stream.onAbort(this::aborted);
    return this;
  }

  /**
   * A request stream.
   *
   * @param promises takes the promises on it
   * @param pace when our message may be written
   * @param onOver runs once when both halves are over
   */
  static RequestStream of(
      Http3Connection connection,
      Stream stream,
      MessageReader.Promises promises,
      Pace pace,
      Runnable onOver) {
    MessageReader reader = connection.reader(stream, null, promises);
    return new RequestStream(connection, stream, reader, pace, onOver).begun();
  }

  /** A push stream that we write: its reading half is over from the beginning. */
  static RequestStream pushing(Http3Connection connection, Stream stream, Pace pace) {
    MessageReader reader = connection.reader(stream, null, NoPromises.FROM_CLIENT);
    reader.none();
    RequestStream pushing = new RequestStream(connection, stream, reader, pace, () -> {});
    pushing.readingOver = true;
    return pushing.begun();
  }

  /**
   * A push stream that we read: its writing half is over from the beginning.
   *
   * @param frames has read the stream's type and push id
   */
  static RequestStream pushed(
      Http3Connection connection, Stream stream, FrameReader frames, Runnable onOver) {
    MessageReader reader = connection.reader(stream, frames, NoPromises.ON_PUSH_STREAM);
    RequestStream pushed = new RequestStream(connection, stream, reader, Pace.NONE, onOver);
    pushed.writer.none();
    pushed.writingOver = true;
    return pushed.begun();
  }

  /** The peer gave the exchange up, or the connection ended. */
  void aborted() {
    pace.cancel();
    List<Runnable> actions;
    lock.lock();
    try {
      aborted = true;
      actions = List.copyOf(abortActions);
      abortActions.clear();
    } finally {
      lock.unlock();
    }
    boolean reset = stream.peerResetCode().isPresent();
    boolean stopped = stream.peerStopCode().isPresent();
    boolean lost = !reset && !stopped;
    datagrams.over(reset || lost, stopped || lost);
    if (reset) {
      cancelSections();
    }
    if (tunnel) {
      cancelTunnel();
    }
    actions.forEach(Runnable::run);
  }

  /** The CONNECT was accepted: the stream is a tunnel from now on. */
  void beginTunnel() {
    reader.beginTunnel();
    boolean late;
    lock.lock();
    try {
      tunnel = true;
      late = aborted;
    } finally {
      lock.unlock();
    }
    if (late) {
      cancelTunnel();
    }
  }

  /**
   * The tunnel.
   *
   * @throws IllegalStateException if the stream is none
   */
  Tunnel tunnel() {
    if (!tunnel) {
      throw new IllegalStateException("no CONNECT that was answered with 2xx");
    }
    return new Tunnel(this);
  }

  // RFC 9114 §4.4: "If the stream is reset or reading is aborted by the client, a proxy SHOULD
  // perform
  // the same operation on the other direction in order to ensure that both directions of the stream
  // are cancelled."
  private void cancelTunnel() {
    stream.reset(Http3Error.H3_REQUEST_CANCELLED.code());
    stream.stopReading(Http3Error.H3_REQUEST_CANCELLED.code());
    // What others do at the end must not hold the transport's thread.
    Thread.ofVirtual().name("h3-tunnel-over-", stream.id()).start(() -> over(true, true));
  }

  private void refuseDatagrams() {
    Thread.ofVirtual()
        .name("h3-datagram-error-", stream.id())
        .start(() -> abort(Http3Error.H3_DATAGRAM_ERROR));
  }

  void onAbort(Runnable action) {
    lock.lock();
    try {
      if (!aborted) {
        abortActions.add(action);
        return;
      }
    } finally {
      lock.unlock();
    }
    action.run();
  }

  /** Something that reads or writes a half. */
  @FunctionalInterface
  interface Step<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /** Something that writes. */
  @FunctionalInterface
  interface Writing {
    void run(MessageWriter writer) throws IOException;
  }

  /** Reads from the peer's message and acts on what goes wrong. */
  <T extends @Nullable Object> T reading(Step<T> step) throws IOException {
    T result;
    try {
      result = step.run();
    } catch (IOException e) {
      throw act(e);
    }
    if (reader.ended()) {
      over(true, false);
    }
    return result;
  }

  /** Writes to our message and acts on what goes wrong. */
  void writing(Writing step) throws IOException {
    try {
      step.run(writer);
    } catch (StopSendingException e) {
      // RFC 9114 §4.1: "Clients MUST NOT discard complete responses as a result of having their
      // request
      // terminated abruptly": the reading half goes on.
      over(false, true);
      cancelled();
      // From a client it is always a cancellation, whatever the code.
      if (connection.server() || !Http3Error.noError(e.errorCode())) {
        connection.countGlitch("STOP_SENDING on a request stream", e.errorCode());
      }
      throw new Http3Exception.OfStream(e.errorCode(), true, stopped(e), e);
    } catch (IOException e) {
      throw act(e);
    }
    if (writer.ended()) {
      over(false, true);
    }
  }

  private static String stopped(StopSendingException e) {
    return "the peer takes no more of the message: " + Http3Error.nameOf(e.errorCode());
  }

  int read(byte[] buffer, int offset, int length) throws IOException {
    return reading(() -> reader.read(buffer, offset, length));
  }

  void write(ByteBuffer content, boolean last) throws IOException {
    writing(w -> w.content(content, last));
  }

  void writeTrailers(List<FieldLine> trailers) throws IOException {
    if (tunnel) {
      throw new IllegalStateException("a tunnel has no trailers");
    }
    List<FieldLine> lines = FieldRules.trailersToSend(trailers);
    writing(w -> w.trailers(lines));
  }

  void stopReading(Http3Error error) {
    if (!reader.ended()) {
      stream.stopReading(error.code());
      cancelSections();
    }
    over(true, false);
  }

  void stopSending(Http3Error error) {
    pace.cancel();
    if (!writer.ended()) {
      cancelled();
      stream.reset(error.code());
    }
    over(false, true);
  }

  void stopReading(long code) {
    stream.stopReading(code);
    over(true, false);
  }

  void reset(long code) {
    stream.reset(code);
    over(false, true);
  }

  /** Waits until both halves are over; false if the deadline passed before. */
  boolean awaitOver(Deadline deadline) throws InterruptedException {
    return over.await(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
  }

  void abort(Http3Error error) {
    abort(error.code());
  }

  private void abort(long code) {
    pace.cancel();
    if (!writer.ended() || !reader.ended()) {
      cancelled();
    }
    if (!writer.ended()) {
      stream.reset(code);
    }
    if (!reader.ended()) {
      stream.stopReading(code);
      cancelSections();
    }
    over(true, true);
  }

  /** Counts a stream once that ends before its time. */
  private void cancelled() {
    lock.lock();
    try {
      if (cancelled) {
        return;
      }
      cancelled = true;
    } finally {
      lock.unlock();
    }
    connection.mileage().reset();
  }

  /**
   * Tells the peer's encoder, once, that sections of this stream may stay undecoded (RFC 9204
   * §2.2.2.2).
   */
  private void cancelSections() {
    lock.lock();
    try {
      if (sectionsCancelled) {
        return;
      }
      sectionsCancelled = true;
    } finally {
      lock.unlock();
    }
    if (!reader.cancelSections()) {
      connection.fail(FieldSections.decoderStreamUnread());
    }
  }

  private void over(boolean reading, boolean writing) {
    lock.lock();
    try {
      if (readingOver && writingOver) {
        return;
      }
      readingOver |= reading;
      writingOver |= writing;
      datagrams.over(reading, writing);
      if (!readingOver || !writingOver) {
        return;
      }
    } finally {
      lock.unlock();
    }
    connection.datagrams().end(stream.id());
    over.countDown();
    onOver.run();
  }

  /** Ends what must be ended because of {@code e}, and answers what to tell the caller. */
  IOException act(IOException e) {
    return switch (e) {
      case Http3Exception.OfConnection error -> {
        connection.fail(error);
        over(true, true);
        yield error;
      }
      case Http3Exception.OfStream error -> {
        abort(error.code());
        // A client that makes a server reset its streams costs as much as one that resets them.
        if (connection.server()) {
          connection.countGlitch("message that had to be refused", error.code());
        }
        yield error;
      }
      case StreamResetException reset -> {
        connection.countGlitch("reset of a request stream", reset.errorCode());
        cancelled();
        cancelSections();
        // The other half has nothing left to answer or to wait for.
        stream.reset(Http3Error.H3_REQUEST_CANCELLED.code());
        over(true, true);
        yield new Http3Exception.OfStream(
            reset.errorCode(),
            true,
            "the peer reset the stream: " + Http3Error.nameOf(reset.errorCode()),
            reset);
      }
      case DeadlineExceededException timeout -> {
        abort(Http3Error.H3_REQUEST_CANCELLED);
        yield new Http3Exception.OfStream(
            Http3Error.H3_REQUEST_CANCELLED.code(),
            false,
            "no progress in time: " + timeout.getMessage(),
            timeout);
      }
      case ConnectionClosedException closed -> {
        over(true, true);
        yield ofConnection(closed.termination(), closed);
      }
      case MessageReader.HeadTooLargeException large -> large;
      default -> {
        abort(Http3Error.H3_REQUEST_CANCELLED);
        OptionalLong stop = stream.peerStopCode();
        yield tunnel && stop.isPresent()
            ? new Http3Exception.OfStream(
                stop.getAsLong(),
                true,
                "the peer takes no more from the tunnel: " + Http3Error.nameOf(stop.getAsLong()),
                e)
            : e;
      }
    };
  }

  /** A connection's end as its streams tell it. */
  static Http3Exception.OfConnection ofConnection(
      Termination end, ConnectionClosedException cause) {
    return new Http3Exception.OfConnection(
        end.errorCode(),
        end.by() == Termination.By.PEER,
        String.valueOf(cause.getMessage()),
        cause);
  }

  ExchangeDatagrams datagrams() {
    return datagrams;
  }

  Http3Connection connection() {
    return connection;
  }

  Stream stream() {
    return stream;
  }

  MessageReader reader() {
    return reader;
  }

  MessageWriter writer() {
    return writer;
  }

  Exchange.HeaderWeight weight() {
    return new Exchange.HeaderWeight(
        writer.plainOctets(), writer.codedOctets(), reader.plainOctets(), reader.codedOctets());
  }
}
