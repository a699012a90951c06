package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;

/** A server of connections that come from a test. */
public final class InMemory {
  private final Http3Server server;

  /** A server without a port. */
  public InMemory(Http3Limits limits, Http3Events events, Http3Server.Handler handler) {
    server = Http3Server.withoutPort(limits, events, handler);
  }

  /** Serves a connection whose other end the test holds. */
  public void serve(Connection connection) {
    server.serve(connection);
  }

  /** The server itself. */
  public Http3Server server() {
    return server;
  }
}
