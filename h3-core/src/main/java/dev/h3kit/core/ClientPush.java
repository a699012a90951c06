package dev.h3kit.core;

import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One push on the client. Its promise and its stream may come in either order; the one that comes
 * first waits here for the other.
 */
final class ClientPush implements PushedExchange {
  private static final HeaderWeight NOTHING = new HeaderWeight(0, 0, 0, 0);
  private static final RequestHead UNKNOWN =
      new RequestHead("GET", "https", "localhost", "/", null, List.of());

  /** What has become of it. */
  enum State {
    /** Not promised yet: its stream came first. */
    UNKNOWN,
    /** Promised and taken. */
    TAKEN,
    /** Promised and declined, or given up here. */
    DECLINED,
    /** The server gave it up, or the connection ended. */
    WITHDRAWN
  }

  private final Http3Connection connection;
  private final long pushId;
  private final Consumer<ClientPush> onOver;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Runnable> abortActions = new ArrayList<>();
  private State state = State.UNKNOWN;
  private @Nullable List<FieldLine> lines;
  private RequestHead request = UNKNOWN;
  private @Nullable RequestStream stream;
  private @Nullable IOException ended;

  /**
   * @param onOver runs when the push is over, perhaps more than once
   */
  ClientPush(Http3Connection connection, long pushId, Consumer<ClientPush> onOver) {
    this.connection = connection;
    this.pushId = pushId;
    this.onOver = onOver;
  }

  /** Remembers the promised fields; false if they were promised before. */
  boolean promise(List<FieldLine> promised) throws Http3Exception.OfConnection {
    lock.lock();
    try {
      if (lines == null) {
        lines = promised;
        return true;
      }
      // RFC 9114 §7.2.5: "If a client receives a push ID that has already been promised and detects
      // a mismatch, it MUST respond with a connection error of type H3_GENERAL_PROTOCOL_ERROR."
      if (!sameFields(lines, promised)) {
        throw Http3Exception.connection(
            Http3Error.H3_GENERAL_PROTOCOL_ERROR,
            "7.2.5",
            "push " + pushId + " was promised twice with different fields");
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  // RFC 9114 §4.6: "the decompressed request field sections MUST contain the same fields in the
  // same order, and both the name and the value in each field MUST be identical."
  private static boolean sameFields(List<FieldLine> one, List<FieldLine> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).name().equals(other.get(i).name())
          || !one.get(i).value().equals(other.get(i).value())) {
        return false;
      }
    }
    return true;
  }

  /** Takes the promise, which asks for {@code head}; false if the push is over already. */
  boolean take(RequestHead head) {
    lock.lock();
    try {
      if (state != State.UNKNOWN) {
        return false;
      }
      request = head;
      state = State.TAKEN;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes its stream, whose header has been read; false if nobody wants it any more. */
  boolean attach(Stream opened, FrameReader frames) {
    RequestStream pushed;
    List<Runnable> actions;
    lock.lock();
    try {
      if (state == State.DECLINED || state == State.WITHDRAWN) {
        return false;
      }
      pushed = RequestStream.pushed(connection, opened, frames, () -> onOver.accept(this));
      stream = pushed;
      actions = List.copyOf(abortActions);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    actions.forEach(pushed::onAbort);
    return true;
  }

  /** Waits until a stream that came before its promise is promised; false if that took too long. */
  boolean awaitPromise(Deadline deadline) throws InterruptedException {
    lock.lock();
    try {
      while (state == State.UNKNOWN) {
        long left = deadline.remainingNanos();
        if (left <= 0) {
          return false;
        }
        changed.await(left, TimeUnit.NANOSECONDS);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The server will not fulfil it, or cannot any more. */
  void withdrawn(IOException why) {
    RequestStream held;
    List<Runnable> actions;
    lock.lock();
    try {
      held = stream;
      boolean read = held != null && state == State.TAKEN;
      if (read || state == State.DECLINED || state == State.WITHDRAWN) {
        return;
      }
      state = State.WITHDRAWN;
      ended = why;
      changed.signalAll();
      actions = List.copyOf(abortActions);
    } finally {
      lock.unlock();
    }
    actions.forEach(Runnable::run);
    if (held != null) {
      held.abort(Http3Error.H3_REQUEST_CANCELLED);
    } else {
      onOver.accept(this);
    }
  }

  private RequestStream awaitStream(Deadline deadline) throws IOException {
    lock.lock();
    try {
      while (stream == null) {
        if (ended != null) {
          throw ended;
        }
        if (state == State.DECLINED) {
          throw Http3Exception.stream(
              Http3Error.H3_REQUEST_CANCELLED, "7.2.3", "the push was declined");
        }
        long left = deadline.remainingNanos();
        if (left <= 0) {
          throw new DeadlineExceededException("the promised push did not come in time");
        }
        changed.await(left, TimeUnit.NANOSECONDS);
      }
      return stream;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a push");
    } finally {
      lock.unlock();
    }
  }

  private @Nullable RequestStream stream() {
    lock.lock();
    try {
      return stream;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public ResponseHead response(Consumer<ResponseHead> interim, Deadline deadline)
      throws IOException {
    try {
      RequestStream pushed = awaitStream(deadline);
      return new ResponseReader(pushed, request.method(), _ -> false).response(interim, deadline);
    } catch (ConnectionClosedException e) {
      throw RequestStream.ofConnection(e.termination(), e);
    } catch (DeadlineExceededException e) {
      abort(Http3Error.H3_REQUEST_CANCELLED);
      throw new Http3Exception.OfStream(
          Http3Error.H3_REQUEST_CANCELLED.code(), false, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    return Objects.requireNonNull(stream(), "response() comes first").read(buffer, offset, length);
  }

  @Override
  public boolean readable() {
    RequestStream pushed = stream();
    return pushed != null && pushed.reader().ready();
  }

  @Override
  public List<FieldLine> trailers() {
    RequestStream pushed = stream();
    return pushed == null ? List.of() : pushed.reader().trailers();
  }

  @Override
  public long pushId() {
    return pushId;
  }

  @Override
  public RequestHead request() {
    lock.lock();
    try {
      return request;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long streamId() {
    RequestStream pushed = stream();
    return pushed == null ? -1 : pushed.stream().id();
  }

  @Override
  public void write(ByteBuffer content, boolean last) {
    throw new IllegalStateException("a pushed request has no content");
  }

  @Override
  public void writeTrailers(List<FieldLine> trailers) {
    throw new IllegalStateException("a pushed request has no trailers");
  }

  @Override
  public void updatePriority(Priority priority) throws IOException {
    connection.priorityUpdate(FrameType.PRIORITY_UPDATE_PUSH, pushId, priority);
  }

  @Override
  public void stopSending(Http3Error error) {}

  @Override
  public void stopReading(Http3Error error) {
    abort(error);
  }

  @Override
  public void abort(Http3Error error) {
    RequestStream pushed;
    boolean first;
    lock.lock();
    try {
      pushed = stream;
      first = state == State.UNKNOWN || state == State.TAKEN;
      if (first) {
        state = State.DECLINED;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (pushed != null) {
      // RFC 9114 §7.2.3: "A client SHOULD NOT send a CANCEL_PUSH frame when it has already received
      // a corresponding push stream."
      pushed.abort(error);
    } else if (first) {
      connection.control(control -> control.cancelPush(pushId));
      onOver.accept(this);
    }
  }

  @Override
  public void onAbort(Runnable action) {
    RequestStream pushed;
    boolean now;
    lock.lock();
    try {
      pushed = stream;
      now = state == State.WITHDRAWN;
      if (pushed == null && !now) {
        abortActions.add(action);
      }
    } finally {
      lock.unlock();
    }
    if (pushed != null) {
      pushed.onAbort(action);
    } else if (now) {
      action.run();
    }
  }

  @Override
  public HeaderWeight weight() {
    RequestStream pushed = stream();
    return pushed == null ? NOTHING : pushed.weight();
  }

  @Override
  public List<TableStats> tables() {
    return connection.sections().stats();
  }
}
