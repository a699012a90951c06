package dev.h3kit.core;

import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.core.transport.Termination;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pushes of one connection on the client (RFC 9114 §4.6). At most {@link Http3Limits#pushes}
 * ids are allowed above the lowest that is not over, so there are never more of them to remember.
 * Thread-safe.
 */
final class ClientPushes {
  /** Used ids that are remembered, to tell one that is used again. */
  private static final int REMEMBERED = 1024;

  private final Http3Connection connection;
  private final Runnable onOver;
  private final int limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, ClientPush> open = new HashMap<>();
  private final Set<ClientPush> counted = new HashSet<>();
  private final Set<Long> over = new HashSet<>();
  private final Map<Long, Boolean> used =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };
  private long lowest;
  private long highest = -1;
  private long max = -1;
  private long refusedFrom = Long.MAX_VALUE;

  /**
   * @param onOver runs at the end of each push that was taken
   */
  ClientPushes(Http3Connection connection, Runnable onOver) {
    this.connection = connection;
    this.onOver = onOver;
    this.limit = connection.limits().pushes();
  }

  /** Allows the server to push, the first time it is called. */
  void announce() {
    long allowed;
    lock.lock();
    try {
      // RFC 9114 §7.2.7: "The maximum push ID is unset when an HTTP/3 connection is created,
      // meaning that a server cannot push until it receives a MAX_PUSH_ID frame."
      if (limit <= 0 || max >= 0) {
        return;
      }
      max = limit - 1L;
      allowed = max;
    } finally {
      lock.unlock();
    }
    connection.control(control -> control.maxPushId(allowed));
  }

  /** What takes the promises on the stream of {@code request}. */
  MessageReader.Promises on(RequestHead request, @Nullable PushHandler handler) {
    return new MessageReader.Promises() {
      @Override
      public void check(long pushId) throws Http3Exception.OfConnection {
        // RFC 9114 §7.2.5: "A client MUST treat receipt of a PUSH_PROMISE frame that contains a
        // larger push ID than the client has advertised as a connection error of H3_ID_ERROR."
        requireAllowed(pushId, "7.2.5", "PUSH_PROMISE");
      }

      @Override
      public void take(long pushId, List<FieldLine> lines) throws Http3Exception.OfConnection {
        promised(pushId, lines, request, handler);
      }
    };
  }

  private void requireAllowed(long pushId, String section, String what)
      throws Http3Exception.OfConnection {
    lock.lock();
    try {
      if (pushId > max) {
        throw Http3Exception.connection(
            Http3Error.H3_ID_ERROR,
            section,
            what
                + " names push "
                + pushId
                + ", and "
                + (max < 0 ? "none is" : max + " is the last")
                + " allowed");
      }
    } finally {
      lock.unlock();
    }
  }

  private void promised(
      long pushId, List<FieldLine> lines, RequestHead request, @Nullable PushHandler handler)
      throws Http3Exception.OfConnection {
    ClientPush push = find(pushId);
    // RFC 9114 §7.2.5: "Clients that see a PUSH_PROMISE frame that uses a push ID that they have
    // already consumed and discarded are forced to ignore the promise."
    if (push == null) {
      return;
    }
    if (!push.promise(lines)) {
      if (handler != null) {
        handler.promisedAgain(push);
      }
      return;
    }
    RequestHead promised = acceptable(pushId, lines, request);
    if (promised == null || handler == null) {
      push.abort(Http3Error.H3_REQUEST_CANCELLED);
      return;
    }
    count(push);
    if (!push.take(promised)) {
      over(push);
      return;
    }
    connection.promised(true, pushId, promised);
    Thread.ofVirtual().name("h3-push-", pushId).start(() -> handle(push, handler));
  }

  private void handle(ClientPush push, PushHandler handler) {
    try {
      handler.promised(push);
    } catch (Exception e) {
      connection.requestFailed(push.streamId(), e);
    } finally {
      push.abort(Http3Error.H3_REQUEST_CANCELLED);
    }
  }

  /** The promised request, if a push of it may be used. */
  private @Nullable RequestHead acceptable(long pushId, List<FieldLine> lines, RequestHead request)
      throws Http3Exception.OfConnection {
    @Nullable String obstacle;
    try {
      RequestHead promised = RequestHead.parse(lines);
      obstacle = PromisedRequests.obstacle(promised);
      // RFC 9114 §4.6: "Clients SHOULD send a CANCEL_PUSH frame upon receipt of a PUSH_PROMISE
      // frame carrying a request that is not cacheable, is not known to be safe, that indicates the
      // presence of request content, or for which it does not consider the server authoritative."
      if (obstacle == null && !PromisedRequests.sameOrigin(request, promised)) {
        obstacle = "it is for another authority";
      }
      if (obstacle == null && pushId >= refusedFrom()) {
        obstacle = "this side goes away";
      }
      if (obstacle == null) {
        return promised;
      }
    } catch (Http3Exception.OfStream e) {
      obstacle = String.valueOf(e.getMessage());
    }
    connection.glitch("promise that is declined: " + obstacle, FrameType.PUSH_PROMISE);
    return null;
  }

  private long refusedFrom() {
    lock.lock();
    try {
      return refusedFrom;
    } finally {
      lock.unlock();
    }
  }

  /** The push with an id that is allowed, a new one if need be; null if it is over. */
  private @Nullable ClientPush find(long pushId) {
    lock.lock();
    try {
      if (pushId < lowest || over.contains(pushId)) {
        return null;
      }
      highest = Math.max(highest, pushId);
      return open.computeIfAbsent(pushId, id -> new ClientPush(connection, id, this::over));
    } finally {
      lock.unlock();
    }
  }

  private void count(ClientPush push) {
    lock.lock();
    try {
      counted.add(push);
    } finally {
      lock.unlock();
    }
    connection.active().increment();
  }

  /** Takes a push stream; waits for its promise if that has not come. */
  void stream(Stream stream, FrameReader frames) throws IOException {
    long pushId = header(frames);
    if (pushId < 0) {
      return;
    }
    // RFC 9114 §4.6: "A client MUST treat receipt of a push stream as a connection error of type
    // H3_ID_ERROR when no MAX_PUSH_ID frame has been sent or when the stream references a push ID
    // that is greater than the maximum push ID."
    requireAllowed(pushId, "4.6", "a push stream");
    use(pushId);
    ClientPush push = find(pushId);
    if (push == null || !push.attach(stream, frames)) {
      // RFC 9114 §4.6: "Push stream data can also arrive after a client has cancelled a push. In
      // this case, the client can abort reading the stream with an error code of
      // H3_REQUEST_CANCELLED."
      connection.glitch("push stream that is not wanted", UnidirectionalStreams.PUSH);
      stream.stopReading(Http3Error.H3_REQUEST_CANCELLED.code());
      return;
    }
    try {
      // RFC 9114 §4.6: "Clients SHOULD abort reading and discard data already read from push
      // streams if no corresponding PUSH_PROMISE frame is processed in a reasonable amount of
      // time."
      if (!push.awaitPromise(Deadline.after(connection.limits().headerDeadline()))) {
        connection.glitch("push stream without a promise", UnidirectionalStreams.PUSH);
        push.abort(Http3Error.H3_REQUEST_CANCELLED);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a push stream waited for its promise");
    }
  }

  /** The push id of a stream; -1 if it was reset or left unfinished before. */
  private long header(FrameReader frames) throws IOException {
    long pushId;
    try {
      pushId = frames.pushId();
    } catch (StreamResetException | DeadlineExceededException _) {
      connection.glitch("push stream without a push id", UnidirectionalStreams.PUSH);
      return -1;
    }
    // RFC 9114 §6.2.2: "A push stream is indicated by a stream type of 0x01, followed by the push
    // ID of the promise that it fulfills, encoded as a variable-length integer."
    if (pushId < 0) {
      throw Http3Exception.connection(
          Http3Error.H3_GENERAL_PROTOCOL_ERROR, "6.2.2", "a push stream ended before its push id");
    }
    return pushId;
  }

  private void use(long pushId) throws Http3Exception.OfConnection {
    lock.lock();
    try {
      // RFC 9114 §6.2.2: "If a client detects that a push stream header includes a push ID that was
      // used in another push stream header, the client MUST treat this as a connection error of
      // type H3_ID_ERROR."
      if (used.putIfAbsent(pushId, true) != null) {
        throw Http3Exception.connection(
            Http3Error.H3_ID_ERROR, "6.2.2", "a second push stream fulfils push " + pushId);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The server gives a push up. */
  void cancelled(long pushId) throws Http3Exception.OfConnection {
    // RFC 9114 §7.2.3: "If a CANCEL_PUSH frame is received that references a push ID greater than
    // currently allowed on the connection, this MUST be treated as a connection error of type
    // H3_ID_ERROR."
    requireAllowed(pushId, "7.2.3", "CANCEL_PUSH");
    // RFC 9114 §7.2.3: "that frame might identify a push ID that has not yet been mentioned by a
    // PUSH_PROMISE frame due to reordering."
    ClientPush push = find(pushId);
    if (push != null) {
      push.withdrawn(
          new Http3Exception.OfStream(
              Http3Error.H3_REQUEST_CANCELLED.code(), true, "the server gave the push up", null));
    }
  }

  /** Takes no promises but those already made; answers the first id that is refused. */
  long refuse() {
    lock.lock();
    try {
      refusedFrom = Math.min(refusedFrom, highest + 1);
      return refusedFrom;
    } finally {
      lock.unlock();
    }
  }

  /** The connection has ended: no push comes any more. */
  void ended(Termination end) {
    List<ClientPush> waiting;
    lock.lock();
    try {
      waiting = List.copyOf(open.values());
    } finally {
      lock.unlock();
    }
    waiting.forEach(push -> push.withdrawn(new ConnectionClosedException(end)));
  }

  private void over(ClientPush push) {
    long allowed = -1;
    boolean wasCounted;
    lock.lock();
    try {
      wasCounted = counted.remove(push);
      if (open.remove(push.pushId(), push)) {
        over.add(push.pushId());
        while (over.remove(lowest)) {
          lowest++;
        }
        // RFC 9114 §7.2.7: "A client that wishes to manage the number of promised server pushes can
        // increase the maximum push ID by sending MAX_PUSH_ID frames as the server fulfills or
        // cancels server pushes."
        if (max - lowest + 1 <= limit / 2 && refusedFrom == Long.MAX_VALUE) {
          max = lowest + limit - 1;
          allowed = max;
        }
      }
    } finally {
      lock.unlock();
    }
    if (allowed >= 0) {
      long raised = allowed;
      connection.control(control -> control.maxPushId(raised));
    }
    if (wasCounted) {
      onOver.run();
    }
  }
}
