package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicStream;
import tech.kwik.core.stream.FlowControlUpdateListener;

/**
 * A kwik stream that never blocks inside kwik. Threads wait here: a reader until the packets seen
 * on the connection hold something for it, a writer until the packets sent have made room in kwik's
 * send buffer. So deadlines, interrupts, resets and the end of the connection are ours to answer,
 * and kwik, which wakes its waiters with interrupts, has none to wake.
 *
 * <p>Calls into kwik's halves are made under one lock per half, because a write beside a close
 * breaks kwik's connection.
 */
final class KwikStream implements Stream {
  /** H3_REQUEST_CANCELLED (RFC 9114 §8.1), for a half that a deadline or an interrupt ended. */
  private static final long CANCELLED = 0x10c;

  /** What kwik buffers for a stream before its write blocks. */
  private static final int SEND_BUFFER = 50 * 1024;

  /**
   * How much room a writer waits for, and at most hands over at once: a third of the buffer, so
   * that it is woken for a dozen packets and kwik does not run dry meanwhile.
   */
  private static final int PIECE = 16 * 1024;

  /** After so many looks without progress the watchdog takes its time. */
  private static final int PATIENT_LOOKS = 64;

  /** What surely fits a packet with the FIN. */
  private static final int LITTLE = 1000;

  /** A waiting writer looks again after this long, whatever woke or did not wake it. */
  private static final long LOOK_AGAIN_NANOS = 100_000_000L;

  /** How a half ended; null while it has not. */
  private sealed interface End {
    /** Orderly: all was read, or the FIN was written. */
    record Finished() implements End {}

    /** We reset it or stopped reading it. */
    record Local() implements End {}

    /** The peer reset it, or asked to stop. */
    record Peer(long errorCode) implements End {}

    /** The connection went away. */
    record Broken(Termination termination) implements End {}

    /** The stream is unidirectional and has no such half. */
    record Absent() implements End {}
  }

  private final int id;
  private final KwikConnection connection;
  private final ReentrantLock inputLock = new ReentrantLock();
  private final ReentrantLock outputLock = new ReentrantLock();
  private final ReentrantLock abortLock = new ReentrantLock();
  private final List<Runnable> abortActions = new ArrayList<>(1);

  private volatile @Nullable QuicStream quic;

  private volatile @Nullable End inputEnd;
  private volatile @Nullable Thread reader;
  private volatile boolean came;
  private volatile long finalSize = -1;
  private volatile long consumed;
  private volatile @Nullable ByteBuffer rescued;

  private volatile @Nullable End outputEnd;
  private volatile @Nullable Thread writer;
  private volatile int neededRoom;
  private volatile long written;
  private volatile long sent;
  private volatile long blockedAt = -1;
  private volatile boolean finishing;
  private volatile boolean finSent;

  private volatile OptionalLong resetCode = OptionalLong.empty();
  private volatile OptionalLong stopCode = OptionalLong.empty();
  private boolean aborted;

  private long sentAtLastLook = -1;
  private volatile int looksWithoutProgress;

  KwikStream(int id, KwikConnection connection, boolean peerInitiated) {
    this.id = id;
    this.connection = connection;
    if ((id & 0x2) != 0) {
      if (peerInitiated) {
        outputEnd = new End.Absent();
      } else {
        inputEnd = new End.Absent();
      }
    }
  }

  /** Gives the stream its kwik counterpart; before this nobody outside has seen it. */
  void attach(QuicStream stream) {
    quic = stream;
    inputLock.lock();
    try {
      if (inputEnd instanceof End.Peer) {
        // kwik ignores a reset that overtakes the stream's first frame, and would wait for ever.
        stream.abortReading(CANCELLED);
      }
    } finally {
      inputLock.unlock();
    }
    outputLock.lock();
    try {
      if (outputEnd instanceof End.Peer stop) {
        stream.resetStream(stop.errorCode());
      }
    } finally {
      outputLock.unlock();
    }
    forgetIfOver();
  }

  @Override
  public long id() {
    return id;
  }

  QuicStream quic() {
    return Objects.requireNonNull(quic, "not attached");
  }

  private InputStream in() {
    return quic().getInputStream();
  }

  private OutputStream out() {
    return quic().getOutputStream();
  }

  // Reading.

  @Override
  public int read(byte[] buffer, int offset, int length, Deadline deadline) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    while (true) {
      int count = readWhatIsThere(buffer, offset, length);
      if (count != 0) {
        return count;
      }
      awaitInput(deadline);
    }
  }

  /** Reads without waiting: the count, -1 at the end, 0 if there is nothing yet. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // changed under the input lock only
  private int readWhatIsThere(byte[] buffer, int offset, int length) throws IOException {
    boolean over = false;
    int count = 0;
    inputLock.lock();
    try {
      ByteBuffer kept = rescued;
      if (kept != null && kept.hasRemaining()) {
        count = Math.min(length, kept.remaining());
        kept.get(buffer, offset, count);
        consumed += count;
        return count;
      }
      if (kept != null && consumed == finalSize) {
        return -1;
      }
      switch (inputEnd) {
        case null -> {}
        case End.Finished f -> {
          return -1;
        }
        case End.Local l -> throw new IOException("reading of stream " + id + " was stopped");
        case End.Peer p -> throw new StreamResetException(p.errorCode());
        case End.Broken b -> throw new ConnectionClosedException(b.termination());
        case End.Absent a -> throw new IOException("stream " + id + " can only be written");
      }
      int available = in().available();
      if (available > 0) {
        count = readFromKwik(buffer, offset, Math.min(length, available));
        consumed += count;
      }
      if (consumed == finalSize) {
        takeEndFromKwik();
        over = true;
        count = count == 0 ? -1 : count;
      }
    } finally {
      inputLock.unlock();
    }
    if (over) {
      forgetIfOver();
    }
    return count;
  }

  /** Under the input lock, and only when kwik has something, so that it does not wait. */
  private int readFromKwik(byte[] buffer, int offset, int length) throws IOException {
    boolean interruptedBefore = Thread.interrupted();
    try {
      return in().read(buffer, offset, length);
    } catch (tech.kwik.core.StreamClosedException e) {
      // kwik has torn the connection down and its event is on the way.
      Thread.interrupted();
      throw new ConnectionClosedException(connection.awaitTermination());
    } finally {
      if (interruptedBefore) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Lets kwik see that all was read, which gives the peer its stream credit back. */
  private void takeEndFromKwik() throws IOException {
    if (inputEnd == null) {
      readFromKwik(new byte[1], 0, 1);
      inputEnd = new End.Finished();
    }
  }

  private boolean inputReady() throws IOException {
    ByteBuffer kept = rescued;
    return inputEnd != null
        || (kept != null && kept.hasRemaining())
        || consumed == finalSize
        || in().available() > 0;
  }

  private void awaitInput(Deadline deadline) throws IOException {
    reader = Thread.currentThread();
    try {
      if (inputReady()) {
        return;
      }
      if (Thread.interrupted()) {
        stopReading(CANCELLED);
        throw new InterruptedIOException("interrupted while reading stream " + id);
      }
      long left = deadline.remainingNanos();
      if (left <= 0) {
        stopReading(CANCELLED);
        throw new DeadlineExceededException("nothing came on stream " + id + " in time");
      }
      LockSupport.parkNanos(this, left);
    } finally {
      reader = null;
    }
  }

  @Override
  public int available() {
    try {
      ByteBuffer kept = rescued;
      if (kept != null) {
        return kept.remaining();
      }
      return inputEnd == null ? in().available() : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void stopReading(long errorCode) {
    inputLock.lock();
    try {
      rescued = null;
      if (inputEnd != null) {
        return;
      }
      inputEnd = new End.Local();
      quic().abortReading(errorCode);
    } finally {
      inputLock.unlock();
    }
    LockSupport.unpark(reader);
    forgetIfOver();
  }

  /** kwik has processed a frame of this stream; {@code end} is its final size or -1. */
  void arrived(long end) {
    came = true;
    if (end >= 0) {
      finalSize = end;
      // Nobody may be going to read again: take the end for them, so that no credit is lost.
      if (consumed == end && quic != null) {
        inputLock.lock();
        try {
          takeEndFromKwik();
        } catch (IOException e) {
          // The connection is ending; its event tells the reader.
          return;
        } finally {
          inputLock.unlock();
        }
        forgetIfOver();
      }
    }
    LockSupport.unpark(reader);
  }

  /** A RESET_STREAM is about to reach kwik. */
  void resetByPeer(long errorCode) {
    inputLock.lock();
    try {
      if (inputEnd != null) {
        return;
      }
      resetCode = OptionalLong.of(errorCode);
      inputEnd = new End.Peer(errorCode);
    } finally {
      inputLock.unlock();
    }
    LockSupport.unpark(reader);
    runAbortActions();
    forgetIfOver();
  }

  // Writing.

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // changed under the output lock only
  public void write(byte[] octets, int offset, int length, Deadline deadline) throws IOException {
    Objects.checkFromIndexSize(offset, length, octets.length);
    checkOutput();
    int end = offset + length;
    // kwik never sends the FIN behind an empty write: none reaches it.
    for (int from = offset; from < end; ) {
      int want = Math.min(end - from, PIECE);
      awaitRoom(want, deadline);
      outputLock.lock();
      try {
        checkOutput();
        int count = Math.min(want, room());
        if (count > 0) {
          writeToKwik(octets, from, count);
          written += count;
          from += count;
        }
      } finally {
        outputLock.unlock();
      }
    }
    Watchdog.wake();
  }

  /** Under the output lock, and only what there is room for, so that it does not wait. */
  private void writeToKwik(byte[] octets, int offset, int length) throws IOException {
    try {
      out().write(octets, offset, length);
    } catch (IOException e) {
      // We know of every other end before kwik does; its event for this one is on the way.
      throw new ConnectionClosedException(connection.awaitTermination());
    }
  }

  private void checkOutput() throws IOException {
    switch (outputEnd) {
      case null -> {
        if (finishing) {
          throw finishedBefore();
        }
      }
      case End.Finished f -> throw finishedBefore();
      case End.Local l -> throw new IOException("stream " + id + " was reset");
      case End.Peer p -> throw new StopSendingException(p.errorCode());
      case End.Broken b -> throw new ConnectionClosedException(b.termination());
      case End.Absent a -> throw new IOException("stream " + id + " can only be read");
    }
  }

  private IOException finishedBefore() {
    return new IOException("stream " + id + " was finished before");
  }

  /** Less than or equal to the room in kwik's buffer, because packets are counted once sent. */
  private int room() {
    return SEND_BUFFER - (int) (written - sent);
  }

  private void awaitRoom(int want, Deadline deadline) throws IOException {
    if (room() < want) {
      Watchdog.wake();
    }
    while (room() < want) {
      checkOutput();
      neededRoom = want;
      writer = Thread.currentThread();
      try {
        if (room() >= want || outputEnd != null) {
          continue;
        }
        if (Thread.interrupted()) {
          reset(CANCELLED);
          throw new InterruptedIOException("interrupted while writing stream " + id);
        }
        long left = deadline.remainingNanos();
        if (left <= 0) {
          reset(CANCELLED);
          throw new DeadlineExceededException(
              "the peer took no more octets of stream " + id + " in time");
        }
        LockSupport.parkNanos(this, Math.min(left, LOOK_AGAIN_NANOS));
      } finally {
        writer = null;
      }
    }
  }

  @Override
  public void finish() throws IOException {
    outputLock.lock();
    try {
      if (outputEnd != null || finishing) {
        return;
      }
      finishing = true;
      closeOutputWhenLittleIsLeft();
    } finally {
      outputLock.unlock();
    }
    Watchdog.wake();
    forgetIfOver();
  }

  /**
   * Under the output lock. Behind its close kwik neither resets a stream nor heeds STOP_SENDING, so
   * a peer that reads no further could keep the stream for ever: kwik's close is left until what it
   * still has fits a packet, which then carries the FIN as well.
   */
  private void closeOutputWhenLittleIsLeft() throws IOException {
    if (finishing && outputEnd == null && written - sent <= LITTLE) {
      out().close();
      outputEnd = new End.Finished();
    }
  }

  @Override
  public void reset(long errorCode) {
    outputLock.lock();
    try {
      if (outputEnd != null) {
        return;
      }
      outputEnd = new End.Local();
      quic().resetStream(errorCode);
    } finally {
      outputLock.unlock();
    }
    LockSupport.unpark(writer);
    forgetIfOver();
  }

  /** A STREAM frame of this stream left, ending at {@code upTo}. */
  void left(long upTo, boolean fin) {
    if (upTo > sent) {
      sent = upTo;
    }
    if (fin && !finSent) {
      finSent = true;
      forgetIfOver();
    }
    if (finishing && outputEnd == null) {
      closeOutput();
    }
    Thread waiting = writer;
    if (waiting != null && room() >= neededRoom) {
      LockSupport.unpark(waiting);
    }
  }

  /** The peer was told that its flow control of this stream ends where we are. */
  void blocked(long limit) {
    blockedAt = limit;
  }

  @Override
  public long backlog() {
    End end = outputEnd;
    if (end != null && !(end instanceof End.Finished)) {
      return 0;
    }
    long gone = sent;
    return gone <= blockedAt ? 0 : written - gone;
  }

  private void closeOutput() {
    outputLock.lock();
    try {
      closeOutputWhenLittleIsLeft();
    } catch (IOException e) {
      // The connection is ending, and everybody will be told.
      return;
    } finally {
      outputLock.unlock();
    }
  }

  /** A STOP_SENDING is about to reach kwik, which answers it with RESET_STREAM itself. */
  void stoppedByPeer(long errorCode) {
    outputLock.lock();
    try {
      if (outputEnd != null && !(outputEnd instanceof End.Finished && !finSent)) {
        return;
      }
      stopCode = OptionalLong.of(errorCode);
      if (outputEnd == null) {
        outputEnd = new End.Peer(errorCode);
      }
    } finally {
      outputLock.unlock();
    }
    LockSupport.unpark(writer);
    runAbortActions();
    forgetIfOver();
  }

  // The watchdog.

  /** Whether something was written, the FIN included, that has not been in a packet yet. */
  boolean hasUnsent() {
    End end = outputEnd;
    return (end == null && (finishing || written > sent))
        || (end instanceof End.Finished && !finSent);
  }

  /**
   * The peer has raised a flow-control limit: a lost request is to be found soon.
   *
   * @return whether there is anything to send
   */
  boolean limitRaised() {
    looksWithoutProgress = 0;
    return hasUnsent();
  }

  /**
   * Called by the watchdog: asks kwik to send again when nothing has left since it last looked,
   * after 1, 2, 4, ... 256 looks, and then every 256.
   *
   * @return whether it should look again soon; not when the peer has not let us send for long
   */
  boolean look() {
    if (!hasUnsent()) {
      looksWithoutProgress = 0;
      return false;
    }
    if (sent != sentAtLastLook) {
      sentAtLastLook = sent;
      looksWithoutProgress = 0;
    } else {
      int looks = looksWithoutProgress + 1;
      looksWithoutProgress = looks;
      if (Integer.bitCount(looks) == 1 || looks % 256 == 0) {
        sendAgain();
      }
    }
    return looksWithoutProgress < PATIENT_LOOKS;
  }

  /** Queues a send request if kwik has none for this stream, and wakes its sender. */
  void sendAgain() {
    QuicStream stream = quic;
    if (stream != null && stream.getOutputStream() instanceof FlowControlUpdateListener output) {
      output.streamNotBlocked(id);
      connection.flush();
    }
  }

  // The end.

  /** Whether something came that kwik has not handed over yet. */
  boolean cameUnattached() {
    return came && quic == null;
  }

  /** Keeps what has come, since kwik drops it when the connection ends. */
  void rescueInput() {
    inputLock.lock();
    try {
      if (inputEnd != null || quic == null) {
        return;
      }
      int available = in().available();
      byte[] kept = new byte[available];
      int count = 0;
      while (count < available) {
        count += readFromKwik(kept, count, available - count);
      }
      rescued = ByteBuffer.wrap(kept);
    } catch (IOException e) {
      // Too late; the reader gets the connection's end.
      return;
    } finally {
      inputLock.unlock();
    }
  }

  void connectionEnded(Termination termination) {
    End broken = new End.Broken(termination);
    inputLock.lock();
    try {
      if (inputEnd == null) {
        inputEnd = broken;
      }
    } finally {
      inputLock.unlock();
    }
    outputLock.lock();
    try {
      if (outputEnd == null) {
        outputEnd = broken;
      }
    } finally {
      outputLock.unlock();
    }
    LockSupport.unpark(reader);
    LockSupport.unpark(writer);
    runAbortActions();
  }

  private void forgetIfOver() {
    End output = outputEnd;
    if (inputEnd != null
        && output != null
        && quic != null
        && (finSent || !(output instanceof End.Finished))) {
      connection.forget(this);
    }
  }

  @Override
  public OptionalLong peerResetCode() {
    return resetCode;
  }

  @Override
  public OptionalLong peerStopCode() {
    return stopCode;
  }

  @Override
  public void onAbort(Runnable action) {
    abortLock.lock();
    try {
      if (!aborted) {
        abortActions.add(action);
        return;
      }
    } finally {
      abortLock.unlock();
    }
    action.run();
  }

  private void runAbortActions() {
    List<Runnable> actions;
    abortLock.lock();
    try {
      aborted = true;
      actions = List.copyOf(abortActions);
      abortActions.clear();
    } finally {
      abortLock.unlock();
    }
    actions.forEach(Runnable::run);
  }
}
