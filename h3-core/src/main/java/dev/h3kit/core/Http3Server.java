package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.QuicServer;
import dev.h3kit.core.transport.ServerTransportConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** An HTTP/3 server on one UDP port. Thread-safe. */
public final class Http3Server {
  private final Http3Limits limits;
  private final Http3Events events;
  private final List<Http3Extension> extensions;
  private final Handler handler;
  private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
  private @Nullable QuicServer port;

  private Http3Server(
      Http3Limits limits, Http3Events events, List<Http3Extension> extensions, Handler handler) {
    this.limits = limits;
    this.events = events;
    this.extensions = List.copyOf(extensions);
    this.handler = handler;
  }

  /**
   * Answers requests, CONNECT excepted: those are for who has registered with {@link
   * ExtensionPoint}, and get 501 otherwise. Called on a virtual thread of the request's own.
   */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers one request. The exchange should be over when it returns: a response that is not
     * complete then, or an exception, aborts it with H3_INTERNAL_ERROR; what is left of a request
     * whose response is complete is not read.
     */
    void handle(ServerExchange exchange) throws Exception;
  }

  /**
   * Binds the port and starts to answer.
   *
   * @throws java.net.BindException if the port is taken
   * @throws IOException if the identity cannot be used
   */
  public static Http3Server bind(
      ServerTransportConfig transport,
      Http3Limits limits,
      Http3Events events,
      InetSocketAddress address,
      Handler handler)
      throws IOException {
    return bind(transport, limits, events, List.of(), address, handler);
  }

  /** As {@link #bind}, with extensions. */
  public static Http3Server bind(
      ServerTransportConfig transport,
      Http3Limits limits,
      Http3Events events,
      List<Http3Extension> extensions,
      InetSocketAddress address,
      Handler handler)
      throws IOException {
    Http3Server server = new Http3Server(limits, events, extensions, handler);
    server.port = QuicServer.bind(transport, address, server::serve);
    return server;
  }

  /** A server without a port, for connections that come from elsewhere. */
  static Http3Server withoutPort(Http3Limits limits, Http3Events events, Handler handler) {
    return withoutPort(limits, events, List.of(), handler);
  }

  /** As {@link #withoutPort(Http3Limits, Http3Events, Handler)}, with extensions. */
  static Http3Server withoutPort(
      Http3Limits limits, Http3Events events, List<Http3Extension> extensions, Handler handler) {
    return new Http3Server(limits, events, extensions, handler);
  }

  /**
   * Serves a connection whose handshake is done; blocks briefly while its control stream is opened.
   */
  void serve(Connection transport) {
    ServerConnection connection =
        new ServerConnection(transport, limits, events, extensions, handler);
    connections.add(connection);
    var _ = transport.closed().thenRun(() -> connections.remove(connection));
    try {
      connection.start();
    } catch (IOException _) {
      connections.remove(connection);
    }
  }

  /** Where the server listens. */
  public InetSocketAddress address() {
    QuicServer bound = port;
    if (bound == null) {
      throw new IllegalStateException("this server has no port of its own");
    }
    return bound.address();
  }

  /** Connections that are open. */
  public int connections() {
    return connections.size();
  }

  /**
   * Shuts down in order (RFC 9114 §5.2): GOAWAY on all connections, requests in work end until the
   * deadline, later ones are rejected, then all is closed and the port freed.
   */
  public void close(Deadline deadline) {
    QuicServer bound = port;
    if (bound != null) {
      bound.stopAccepting();
    }
    ActiveCount draining = new ActiveCount();
    for (ServerConnection connection : connections) {
      draining.increment();
      Thread.ofVirtual()
          .name("h3-drain")
          .start(() -> {
            try {
              connection.drain(deadline);
            } finally {
              draining.decrement();
            }
          });
    }
    draining.awaitZero(deadline);
    if (bound != null) {
      bound.close(Http3Error.H3_NO_ERROR.code(), deadline);
    }
  }
}
