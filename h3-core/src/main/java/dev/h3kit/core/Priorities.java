package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The priorities of the requests of one connection, as a server keeps them (RFC 9218 §7.2): those
 * that are open, and the last update of those that are not open yet. Thread-safe.
 */
final class Priorities {
  private final int streamLimit;
  private final WriteScheduler scheduler = new WriteScheduler(System::nanoTime);
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Turn> open = new HashMap<>();

  /** RFC 9218 §7: "storing only the most recently received frame limits resource commitment." */
  private final Map<Long, Priority> early =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Priority> eldest) {
          return size() > streamLimit;
        }
      };

  private long opened;

  /**
   * @param streamLimit how many request streams the client may have open, and so how many updates
   *     are kept for streams that are not
   */
  Priorities(int streamLimit) {
    this.streamLimit = streamLimit;
  }

  WriteScheduler scheduler() {
    return scheduler;
  }

  /** The client has opened a stream; it need not be served. */
  void seen(long streamId) {
    lock.lock();
    try {
      opened = Math.max(opened, (streamId >> 2) + 1);
    } finally {
      lock.unlock();
    }
  }

  /** A request is going to be served; an update that came before its stream counts now. */
  Turn opened(Stream stream) {
    Turn turn = scheduler.turn(stream);
    Priority update;
    lock.lock();
    try {
      open.put(stream.id(), turn);
      update = early.remove(stream.id());
    } finally {
      lock.unlock();
    }
    if (update != null) {
      turn.updated(update);
    }
    return turn;
  }

  /** A request is over. */
  void over(long streamId) {
    lock.lock();
    try {
      open.remove(streamId);
    } finally {
      lock.unlock();
    }
  }

  /** A PRIORITY_UPDATE frame for a request came. */
  void update(Frame.PriorityUpdate update) throws Http3Exception.OfConnection {
    long id = update.id();
    // RFC 9218 §7.2: "If a server receives a PRIORITY_UPDATE (type=0xF0700) for a stream ID that is
    // not a request stream, this MUST be treated as a connection error of type H3_ID_ERROR."
    if ((id & 0x3) != 0) {
      throw error(
          Http3Error.H3_ID_ERROR, "PRIORITY_UPDATE names " + id + ", which is no request stream");
    }
    Priority priority = Priority.parse(update.value());
    Turn turn;
    lock.lock();
    try {
      // RFC 9218 §7.2: "If a server receives a PRIORITY_UPDATE (type=0xF0700) with a stream ID that
      // is beyond the stream limits, this SHOULD be treated as a connection error of type
      // H3_ID_ERROR." The limit counts from the streams that are closed, which are at most those
      // that were opened.
      if ((id >> 2) >= opened + streamLimit) {
        throw error(
            Http3Error.H3_ID_ERROR,
            "PRIORITY_UPDATE names " + id + ", which is beyond the limit of streams");
      }
      turn = open.get(id);
      if (turn == null) {
        early.remove(id);
        early.put(id, priority);
      }
    } finally {
      lock.unlock();
    }
    if (turn != null) {
      turn.updated(priority);
    }
  }

  /** How many updates are kept for streams that are not open. */
  int early() {
    lock.lock();
    try {
      return early.size();
    } finally {
      lock.unlock();
    }
  }

  static Http3Exception.OfConnection error(Http3Error error, String message) {
    return new Http3Exception.OfConnection(
        error.code(), false, message + " (RFC 9218 §7.2, " + error + ")", null);
  }
}
