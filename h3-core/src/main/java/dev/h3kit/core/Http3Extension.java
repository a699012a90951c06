package dev.h3kit.core;

/**
 * Something that is built on HTTP/3 (RFC 9114 §9): WebSocket, WebTransport, a protocol of one's
 * own. It is given to a client or server and begun on each of its connections. Thread-safe.
 */
@FunctionalInterface
public interface Http3Extension {
  /**
   * Begins on one connection, before SETTINGS are sent and before any stream of the peer is taken:
   * the only time for settings and protocols; stream handlers may be registered later too. Must not
   * block.
   */
  void begin(ExtensionPoint connection);
}
