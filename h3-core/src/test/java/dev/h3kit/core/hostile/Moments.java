package dev.h3kit.core.hostile;

import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Http3Events;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** What happened on our side, to be waited for. */
final class Moments implements Http3Events {
  private final Semaphore settings = new Semaphore(0);
  private final Semaphore blocked = new Semaphore(0);

  private final Semaphore failed = new Semaphore(0);
  private volatile long last;

  @Override
  public void settings(ConnectionInfo connection, Map<Long, Long> all) {
    settings.release();
  }

  @Override
  public void sectionBlocked(long streamId, long requiredInsertCount) {
    blocked.release();
  }

  @Override
  public void connected(ConnectionInfo connection) {
    last = connection.id();
  }

  @Override
  public void requestFailed(ConnectionInfo connection, long streamId, Exception cause) {
    failed.release();
  }

  /** How the threads of the connection that was made last are named. */
  String threadPrefix() {
    return "h3-" + last + "-";
  }

  /** Forgets what happened so far. */
  void forget() {
    settings.drainPermits();
    blocked.drainPermits();
    failed.drainPermits();
  }

  Semaphore settings() {
    return settings;
  }

  Semaphore blocked() {
    return blocked;
  }

  Semaphore failed() {
    return failed;
  }
}
