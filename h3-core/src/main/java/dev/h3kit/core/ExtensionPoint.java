package dev.h3kit.core;

import java.io.IOException;
import java.util.Map;

/** Where an extension takes hold of one connection (RFC 9114 §9). Thread-safe. */
public sealed interface ExtensionPoint permits Extensions {

  /** Whether this side is the server. */
  boolean server();

  /** The connection as it is now. */
  ConnectionInfo info();

  /**
   * Adds a setting to those this side sends.
   *
   * @param id 0 to 2^62-1; none of those that this library sends itself or that RFC 9114 §7.2.4.1
   *     reserves
   * @param value 0 to 2^62-1
   * @throws IllegalArgumentException if the setting is not an extension's to send, or was added
   *     with another value
   * @throws IllegalStateException after {@link Http3Extension#begin}: SETTINGS were sent
   */
  void setting(long id, long value);

  /**
   * Waits for the peer's settings (RFC 9114 §7.2.4), by identifier, unknown ones too.
   *
   * @throws dev.h3kit.core.transport.DeadlineExceededException if none came in time
   * @throws Http3Exception.OfConnection if the connection ended before
   */
  Map<Long, Long> peerSettings(Deadline deadline) throws IOException;

  /**
   * Takes extended CONNECT requests of a server (RFC 9220) whose {@code :protocol} is {@code
   * token}; their requests have no HTTP datagrams.
   *
   * @param token an HTTP upgrade token
   * @param handler answers a request, usually by {@link ServerExchange#tunnel}
   * @throws IllegalStateException on a client, or after {@link Http3Extension#begin}
   * @throws IllegalArgumentException if the token is taken
   */
  void protocol(String token, Http3Server.Handler handler);

  /** As {@link #protocol}; requests of this protocol may have HTTP datagrams (RFC 9297 §2). */
  void datagramProtocol(String token, Http3Server.Handler handler);

  /**
   * Takes CONNECT requests without {@code :protocol} (RFC 9114 §4.4). Whoever does so runs a proxy:
   * "proxies that support CONNECT SHOULD restrict its use to a set of known ports or a list of safe
   * request targets".
   *
   * @throws IllegalStateException on a client, or after {@link Http3Extension#begin}
   */
  void proxy(Http3Server.Handler handler);

  /** Takes a stream of an extension. */
  @FunctionalInterface
  interface StreamHandler {
    /**
     * Takes the stream, whose type was read already. Called on a virtual thread of the stream's
     * own; may block and may leave the stream open for others. If it throws, the stream is ended
     * with H3_INTERNAL_ERROR.
     */
    void handle(OctetStream stream) throws IOException;
  }

  /**
   * Takes the peer's unidirectional streams of a type (RFC 9114 §6.2).
   *
   * @param type 0 to 2^62-1, neither one of RFC 9114 and RFC 9204 nor a reserved one
   * @throws IllegalArgumentException if the type is not an extension's
   */
  void unidirectional(long type, StreamHandler handler);

  /**
   * Takes the peer's bidirectional streams that begin with {@code signal}, a frame type of its own
   * that makes the rest of the stream the extension's, such as WEBTRANSPORT_STREAM. On a client
   * such streams exist only where the transport lets the server open some.
   *
   * @param signal 0 to 2^62-1, neither a frame type of RFC 9114 nor a reserved one
   * @throws IllegalArgumentException if the signal is not an extension's
   */
  void bidirectional(long signal, StreamHandler handler);

  /**
   * Opens a unidirectional stream and writes its type.
   *
   * @param deadline how long to wait for the peer's stream limit
   * @throws dev.h3kit.core.transport.DeadlineExceededException if the limit allowed none in time
   * @throws Http3Exception.OfConnection if the connection has ended
   */
  OctetStream openUnidirectional(long type, Deadline deadline) throws IOException;

  /**
   * Opens a bidirectional stream and writes the signal it begins with; see {@link
   * #openUnidirectional}.
   */
  OctetStream openBidirectional(long signal, Deadline deadline) throws IOException;

  /**
   * Opens a bidirectional stream for one who writes the signal itself; see {@link
   * #openUnidirectional}.
   */
  OctetStream openBidirectional(Deadline deadline) throws IOException;

  /**
   * Closes the connection.
   *
   * @param errorCode 0 to 2^62-1
   * @param reason a short phrase for the peer's log, may be empty
   */
  void close(long errorCode, String reason);

  /** Runs once when the connection has ended, at once if it has; must not block. */
  void onEnd(Runnable action);
}
