package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pushes of one connection on the server: which ids the client allows, and those in work (RFC
 * 9114 §4.6). Thread-safe.
 */
final class ServerPushes {
  private final Http3Connection connection;
  private final Runnable onOver;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, ServerPush> inWork = new HashMap<>();
  private long max = -1;
  private long next;
  private boolean closed;

  /**
   * @param onOver runs at the end of each push
   */
  ServerPushes(Http3Connection connection, Runnable onOver) {
    this.connection = connection;
    this.onOver = onOver;
  }

  /** Whether a promise would be taken now. */
  boolean open() {
    lock.lock();
    try {
      // RFC 9114 §7.2.5: "A server MUST NOT use a push ID that is larger than the client has
      // provided in a MAX_PUSH_ID frame".
      return !closed && next <= max && inWork.size() < connection.limits().pushes();
    } finally {
      lock.unlock();
    }
  }

  /** The client allows pushes up to {@code pushId}. */
  void allow(long pushId) throws Http3Exception.OfConnection {
    lock.lock();
    try {
      // RFC 9114 §7.2.7: "receipt of a MAX_PUSH_ID frame that contains a smaller value than
      // previously received MUST be treated as a connection error of type H3_ID_ERROR."
      if (pushId < max) {
        throw Http3Exception.connection(
            Http3Error.H3_ID_ERROR, "7.2.7", "MAX_PUSH_ID fell from " + max + " to " + pushId);
      }
      max = pushId;
    } finally {
      lock.unlock();
    }
  }

  /** The client does not want a push. */
  void cancel(long pushId) throws Http3Exception.OfConnection {
    ServerPush push;
    lock.lock();
    try {
      // RFC 9114 §7.2.3: "If a CANCEL_PUSH frame is received that references a push ID greater than
      // currently allowed on the connection, this MUST be treated as a connection error of type
      // H3_ID_ERROR." and "If a server receives a CANCEL_PUSH frame for a push ID that has not yet
      // been mentioned by a PUSH_PROMISE frame, this MUST be treated as a connection error of type
      // H3_ID_ERROR."
      if (pushId > max || pushId >= next) {
        throw Http3Exception.connection(
            Http3Error.H3_ID_ERROR,
            "7.2.3",
            "CANCEL_PUSH names " + pushId + ", which was never promised");
      }
      push = inWork.get(pushId);
    } finally {
      lock.unlock();
    }
    if (push != null) {
      push.refused();
    }
  }

  /** The client says how urgent a push is. */
  void prioritize(long pushId, Priority priority) throws Http3Exception.OfConnection {
    ServerPush push;
    lock.lock();
    try {
      // RFC 9218 §7.2: "If a server receives a PRIORITY_UPDATE (type=0xF0701) with a push ID that
      // is greater than the maximum push ID or that has not yet been promised, this MUST be treated
      // as a connection error of type H3_ID_ERROR."
      if (pushId > max || pushId >= next) {
        throw Priorities.error(
            Http3Error.H3_ID_ERROR,
            "PRIORITY_UPDATE names push " + pushId + ", which was never promised");
      }
      push = inWork.get(pushId);
    } finally {
      lock.unlock();
    }
    if (push != null) {
      push.prioritize(priority);
    }
  }

  /** The client goes away: no new promises, and those from {@code firstRefused} on are in vain. */
  void goaway(long firstRefused) {
    List<ServerPush> vain;
    lock.lock();
    try {
      // RFC 9114 §5.2: "Endpoints MUST NOT initiate new requests or promise new pushes on the
      // connection after receipt of a GOAWAY frame from the peer."
      closed = true;
      vain = inWork.values().stream().filter(push -> push.pushId() >= firstRefused).toList();
    } finally {
      lock.unlock();
    }
    // RFC 9114 §5.2: "If a server receives a GOAWAY frame after having promised pushes with a push
    // ID greater than or equal to the identifier contained in the GOAWAY frame, those pushes will
    // not be accepted."
    vain.forEach(ServerPush::refused);
  }

  /** No new promises. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Promises {@code promised} on a request stream and has {@code handler} answer it.
   *
   * @return false if the client takes no promise now
   * @throws IllegalArgumentException if such a request cannot be pushed
   */
  boolean push(
      RequestStream on, RequestHead request, RequestHead promised, Http3Server.Handler handler)
      throws IOException {
    check(request, promised);
    if (on.writer().ended()) {
      throw new IllegalStateException("the response has ended");
    }
    List<FieldLine> fields = promised.toFieldLines();
    ServerPush push = begin(promised);
    if (push == null) {
      return false;
    }
    try {
      on.writing(writer -> writer.promise(push.pushId(), fields));
    } catch (IOException | RuntimeException e) {
      // The client may have to know that this id is used up.
      push.abort(Http3Error.H3_REQUEST_CANCELLED);
      over(push);
      throw e;
    }
    connection.promised(false, push.pushId(), promised);
    Thread.ofVirtual()
        .name("h3-push-", push.pushId())
        .start(() -> {
          try {
            push.serve(handler);
          } finally {
            over(push);
          }
        });
    return true;
  }

  private @Nullable ServerPush begin(RequestHead promised) {
    lock.lock();
    try {
      if (!open()) {
        return null;
      }
      // RFC 9114 §4.6: "A server SHOULD use push IDs sequentially, beginning from zero."
      ServerPush push = new ServerPush(connection, next++, promised);
      inWork.put(push.pushId(), push);
      connection.active().increment();
      return push;
    } finally {
      lock.unlock();
    }
  }

  private void over(ServerPush push) {
    lock.lock();
    try {
      inWork.remove(push.pushId());
    } finally {
      lock.unlock();
    }
    onOver.run();
    connection.active().decrement();
  }

  private static void check(RequestHead request, RequestHead promised) {
    @Nullable String obstacle = PromisedRequests.obstacle(promised);
    if (obstacle != null) {
      throw new IllegalArgumentException("cannot be pushed: " + obstacle);
    }
    // RFC 9114 §4.6: "The server MUST include a value in the :authority pseudo-header field for
    // which the server is authoritative."
    if (!PromisedRequests.sameOrigin(request, promised)) {
      throw new IllegalArgumentException(
          "cannot be pushed: the authority is not that of the request, "
              + String.valueOf(request.authority()).toLowerCase(Locale.ROOT));
    }
  }
}
