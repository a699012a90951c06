package dev.h3kit.core;

import dev.h3kit.core.transport.Termination;
import dev.h3kit.qpack.TableStats;
import java.util.List;
import java.util.Map;

/**
 * Moments in the life of connections and streams, for timings, verbose output, logs and tests.
 * Called on the thread that makes the moment; must be quick and must not throw. Implementations are
 * thread-safe.
 */
public interface Http3Events {
  /** Listens to nothing. */
  Http3Events NONE = new Http3Events() {};

  /** The QUIC handshake is done. */
  default void connected(ConnectionInfo connection) {}

  /** The peer's SETTINGS came. */
  default void settings(ConnectionInfo connection, Map<Long, Long> settings) {}

  /** A header, interim or trailer section was sent; sizes in octets. */
  default void sectionSent(long streamId, int lines, int plainOctets, int codedOctets) {}

  /** A header, interim or trailer section was received; sizes in octets. */
  default void sectionReceived(long streamId, int lines, int plainOctets, int codedOctets) {}

  /** A field section waits for the peer's encoder stream. */
  default void sectionBlocked(long streamId, long requiredInsertCount) {}

  /** A field section that waited was decoded. */
  default void sectionUnblocked(long streamId) {}

  /** A GOAWAY frame came or went. */
  default void goaway(boolean received, long id) {}

  /** A promise of a push came or went (RFC 9114 §4.6). */
  default void promised(
      ConnectionInfo connection, boolean received, long pushId, RequestHead request) {}

  /**
   * A server's request or push ended without a whole response: its handler failed, or the peer or
   * the network did. On a client: the handler of a push failed.
   */
  default void requestFailed(ConnectionInfo connection, long streamId, Exception cause) {}

  /**
   * Something legal that is not understood was skipped: an unknown frame, stream type or setting.
   */
  default void ignored(String what, long type) {}

  /**
   * The connection ended; the statistics are those of our encoder and our decoder, in this order.
   */
  default void closed(
      ConnectionInfo connection, Termination termination, List<TableStats> tables) {}
}
