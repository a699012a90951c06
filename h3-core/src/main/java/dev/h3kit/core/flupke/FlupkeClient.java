package dev.h3kit.core.flupke;

import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.ClientTransportConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import tech.kwik.flupke.Http3ClientConnection;
import tech.kwik.flupke.Http3SingleConnectionClient;

/**
 * A client as flupke knows it whose {@linkplain #createConnection connections} are ours, for what
 * is built on them, such as flupke's WebTransport client. Its other methods are flupke's own and
 * are not to be used. Thread-safe.
 *
 * <pre>{@code
 * ClientSessionFactory sessions =
 *     ClientSessionFactory.newBuilder().serverUri(uri).httpClient(client).build();
 * }</pre>
 */
@SuppressWarnings("exports") // who uses it requires flupke anyway
public final class FlupkeClient extends Http3SingleConnectionClient implements AutoCloseable {
  private final ClientTransportConfig transport;
  private final Http3Limits limits;
  private final Http3Events events;
  private final Duration patience;
  private final Queue<FlupkeClientConnection> connections = new ConcurrentLinkedQueue<>();

  /**
   * @param transport lets the server open as many streams as the extension needs
   * @param patience how long a handshake, and a response to a CONNECT, may take
   */
  public FlupkeClient(
      ClientTransportConfig transport, Http3Limits limits, Http3Events events, Duration patience) {
    super(null, patience, null);
    this.transport = transport;
    this.limits = limits;
    this.events = events;
    this.patience = patience;
  }

  /** A connection to the request's host; not yet connected, so that settings can be added. */
  @Override
  public Http3ClientConnection createConnection(HttpRequest request) {
    URI uri = request.uri();
    InetSocketAddress address =
        new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 443 : uri.getPort());
    FlupkeClientConnection created =
        new FlupkeClientConnection(
            (begun, deadline) ->
                Http3Client.connect(
                    transport,
                    limits,
                    events,
                    List.of(begun::accept),
                    uri.getHost(),
                    address,
                    deadline),
            patience);
    connections.removeIf(FlupkeClientConnection::ended);
    connections.add(created);
    return created;
  }

  /** Closes all connections. */
  @Override
  public void close() {
    for (FlupkeClientConnection open; (open = connections.poll()) != null; ) {
      open.close();
    }
  }
}
