package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection as the server sees it: takes requests, one virtual thread each, until it goes away.
 * Thread-safe.
 */
final class ServerConnection implements Http3Connection.Role {
  private static final Duration LONGEST_ROUND_TRIP = Duration.ofSeconds(1);

  /** How long requests of a connection that is exchanged may take. */
  private static final Duration WORN = Duration.ofMinutes(10);

  /** How long after its last response a client may still be reading it. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final Http3Connection connection;
  private final Http3Server.Handler handler;
  private final ServerPushes pushes;
  private final Semaphore turns;
  private final ReentrantLock lock = new ReentrantLock();
  private long nextId;
  private boolean draining;
  private volatile long lastEnd = System.nanoTime() - LINGER.toNanos();

  ServerConnection(
      Connection transport,
      Http3Limits limits,
      Http3Events events,
      List<Http3Extension> extensions,
      Http3Server.Handler handler) {
    this.connection =
        new Http3Connection(transport, true, limits, events, Duration.ZERO, extensions, this::worn);
    this.handler = handler;
    this.pushes = new ServerPushes(connection, () -> lastEnd = System.nanoTime());
    this.turns = new Semaphore(limits.concurrentRequests());
  }

  /** Begins to serve. */
  void start() throws IOException {
    try {
      connection.start(this);
    } catch (Http3Exception.OfConnection e) {
      connection.fail(e);
      throw e;
    } catch (IOException e) {
      connection.transport().close(Http3Error.H3_INTERNAL_ERROR.code(), "");
      throw e;
    }
  }

  @Override
  public void goaway(long firstRefusedPush) {
    pushes.goaway(firstRefusedPush);
  }

  @Override
  public void maxPushId(long pushId) throws Http3Exception.OfConnection {
    pushes.allow(pushId);
  }

  @Override
  public void cancelPush(long pushId) throws Http3Exception.OfConnection {
    pushes.cancel(pushId);
  }

  @Override
  public void pushPriority(long pushId, Priority priority) throws Http3Exception.OfConnection {
    pushes.prioritize(pushId, priority);
  }

  @Override
  public void pushStream(Stream stream, FrameReader frames) throws Http3Exception.OfConnection {
    // RFC 9114 §6.2.2: "Only servers can push; if a server receives a client-initiated push stream,
    // this MUST be treated as a connection error of type H3_STREAM_CREATION_ERROR."
    throw Http3Exception.connection(
        Http3Error.H3_STREAM_CREATION_ERROR, "6.2.2", "a client opened a push stream");
  }

  @Override
  public void request(Stream stream) {
    connection.priorities().seen(stream.id());
    boolean taken;
    lock.lock();
    try {
      taken = !draining;
      if (taken) {
        nextId = Math.max(nextId, stream.id() + 4);
      }
    } finally {
      lock.unlock();
    }
    // The transport gives a stream's credit back when the stream is over, which for a cancelled one
    // is
    // at once and for any other a moment before its thread has ended: so requests in work are
    // counted
    // here, and as many again may wait for their turn.
    if (taken && connection.active().increment() > 2 * connection.limits().concurrentRequests()) {
      connection.active().decrement();
      connection.countGlitch("request above the limit", stream.id());
      taken = false;
    }
    if (!taken) {
      reject(stream);
      return;
    }
    Thread.ofVirtual().name("h3-request-", stream.id()).start(() -> serve(stream));
    connection.mileage().request();
  }

  /** The client is sent to a new connection; what is in work ends here. */
  private void worn() {
    Thread.ofVirtual().name("h3-worn").start(() -> drain(Deadline.after(WORN)));
  }

  private void reject(Stream stream) {
    // RFC 9114 §4.1.1: "When a server cancels a request without performing any application
    // processing, the request is considered "rejected". The server SHOULD abort its response stream
    // with the error code H3_REQUEST_REJECTED."
    stream.stopReading(Http3Error.H3_REQUEST_REJECTED.code());
    stream.reset(Http3Error.H3_REQUEST_REJECTED.code());
    connection.mileage().reset();
  }

  private void serve(Stream stream) {
    try {
      if (turns.tryAcquire(connection.limits().headerDeadline().toNanos(), TimeUnit.NANOSECONDS)) {
        try {
          new ServerRequest(connection, stream, pushes).serve(handler);
        } finally {
          turns.release();
        }
      } else {
        reject(stream);
      }
    } catch (InterruptedException _) {
      reject(stream);
    } finally {
      lastEnd = System.nanoTime();
      connection.active().decrement();
    }
  }

  /** Goes away in order (RFC 9114 §5.2) and closes; requests in work have until the deadline. */
  void drain(Deadline deadline) {
    if (connection.active().count() > 0) {
      // RFC 9114 §5.2: "A server that is attempting to gracefully shut down a connection MAY send
      // an
      // initial GOAWAY frame with the last stream ID set to 2^62-4", then after a round trip the
      // real
      // one, so that requests on their way are not lost.
      connection.goaway(VarInt.MAX - 3);
      Duration roundTrip = connection.transport().stats().smoothedRtt();
      Deadline wait =
          Deadline.after(
              roundTrip.compareTo(LONGEST_ROUND_TRIP) < 0 ? roundTrip : LONGEST_ROUND_TRIP);
      connection.active().awaitZero(wait.or(deadline));
    }
    long last;
    lock.lock();
    try {
      draining = true;
      last = nextId;
    } finally {
      lock.unlock();
    }
    pushes.close();
    connection.goaway(last);
    connection.active().awaitZero(deadline);
    linger(deadline);
    connection.close();
  }

  /**
   * Lets a client read the responses that were written a moment ago: closing a QUIC connection
   * discards what the peer has not read yet. A client that has all it wanted closes first.
   */
  private void linger(Deadline deadline) {
    long left = Math.min(lastEnd + LINGER.toNanos() - System.nanoTime(), deadline.remainingNanos());
    if (left <= 0) {
      return;
    }
    try {
      connection.endsWithin(Duration.ofNanos(left));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  Http3Connection connection() {
    return connection;
  }
}
