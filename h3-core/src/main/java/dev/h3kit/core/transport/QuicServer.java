package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectorImpl;

/**
 * A UDP port on which QUIC connections that speak HTTP/3 (ALPN {@code h3}) are accepted.
 * Thread-safe.
 */
public final class QuicServer {
  private static final String ALPN = "h3";

  /** HTTP/3's own unidirectional streams carry little. */
  private static final long UNIDIRECTIONAL_WINDOW = 64 << 10;

  private final ServerTransportConfig config;
  private final Consumer<Connection> acceptor;
  private final ListeningSocket socket;
  private final InetSocketAddress address;
  private final ServerConnectorImpl connector;
  private final ServerPacketLog log;
  private final Set<KwikConnection> connections = ConcurrentHashMap.newKeySet();

  private QuicServer(
      ServerTransportConfig config,
      Consumer<Connection> acceptor,
      ListeningSocket socket,
      ServerConnectorImpl connector,
      ServerPacketLog log) {
    this.config = config;
    this.acceptor = acceptor;
    this.socket = socket;
    // A socket that is closed no longer knows it, and a connection may begin just then.
    this.address = (InetSocketAddress) socket.getLocalSocketAddress();
    this.connector = connector;
    this.log = log;
  }

  /**
   * Binds and starts to accept.
   *
   * @param address where to listen; port 0 for a free one
   * @param acceptor gets each connection whose handshake is done, on a virtual thread of its own
   * @throws java.net.BindException if the port is taken
   * @throws IOException if the certificate cannot be used, saying why
   */
  public static QuicServer bind(
      ServerTransportConfig config, InetSocketAddress address, Consumer<Connection> acceptor)
      throws IOException {
    ListeningSocket socket = new ListeningSocket(address, config);
    try {
      ServerPacketLog log = new ServerPacketLog();
      QuicServer server =
          new QuicServer(config, acceptor, socket, connector(config, socket, log), log);
      server.start();
      return server;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static ServerConnectorImpl connector(
      ServerTransportConfig config, ListeningSocket socket, ServerPacketLog log)
      throws IOException {
    char[] password = "in memory only".toCharArray();
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, password);
      store.setKeyEntry(
          ALPN,
          config.identity().key(),
          password,
          config.identity().chain().toArray(X509Certificate[]::new));
      return (ServerConnectorImpl)
          ServerConnector.builder()
              .withSocket(socket)
              .withKeyStore(store, ALPN, password)
              .withSupportedVersion(QuicConnection.QuicVersion.V2)
              .withConfiguration(configuration(config))
              .withLogger(log)
              .build();
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IOException("the server's certificate cannot be used: " + e.getMessage(), e);
    }
  }

  /** Everything is set: kwik's defaults for windows and streams are zero. */
  private static ServerConnectionConfig configuration(ServerTransportConfig config) {
    return ServerConnectionConfig.builder()
        .maxIdleTimeout((int) Math.min(Integer.MAX_VALUE, config.idleTimeout().toMillis()))
        .maxConnectionBufferSize(config.connectionReceiveWindow())
        .maxBidirectionalStreamBufferSize(config.streamReceiveWindow())
        .maxUnidirectionalStreamBufferSize(
            Math.min(UNIDIRECTIONAL_WINDOW, config.connectionReceiveWindow()))
        .maxOpenPeerInitiatedBidirectionalStreams(config.peerBidirectionalStreams())
        .maxOpenPeerInitiatedUnidirectionalStreams(config.peerUnidirectionalStreams())
        .maxTotalPeerInitiatedBidirectionalStreams(Long.MAX_VALUE)
        .maxTotalPeerInitiatedUnidirectionalStreams(Long.MAX_VALUE)
        .retryRequired(false)
        .connectionIdLength(Routes.CONNECTION_ID_LENGTH)
        .build();
  }

  private void start() {
    connector.registerApplicationProtocol(ALPN, new Protocol());
    connector.start();
  }

  /** kwik calls this on the receiver thread of a connection, which must not wait. */
  private final class Protocol implements ApplicationProtocolConnectionFactory {
    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
      return config.peerBidirectionalStreams();
    }

    @Override
    public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
      return config.peerUnidirectionalStreams();
    }

    @Override
    public boolean enableDatagramExtension() {
      return config.datagrams();
    }

    @Override
    public ApplicationProtocolConnection createConnection(String protocol, QuicConnection quic) {
      KwikConnection connection = begin((ServerConnectionImpl) quic);
      return new ApplicationProtocolConnection() {
        @Override
        public void acceptPeerInitiatedStream(QuicStream stream) {
          connection.accepted(stream);
        }
      };
    }
  }

  private KwikConnection begin(ServerConnectionImpl quic) {
    InetSocketAddress remote = quic.getInitialRemoteAddress();
    Routes.Route route = socket.routes().begin(remote);
    KwikConnection connection =
        new KwikConnection(
            false,
            config.peerBidirectionalStreams(),
            config.peerUnidirectionalStreams(),
            connectionId -> socket.routes().add(connectionId, route));
    quic.getActiveConnectionIds().forEach(connection::connectionIdIssued);
    ByteBuffer original = ByteBuffer.wrap(quic.getOriginalDestinationConnectionId());
    socket.admission().established(original, remote.getAddress());
    connections.add(connection);
    connection.atEnd(() -> {
      connections.remove(connection);
      socket.admission().ended(original);
      socket.routes().remove(route);
    });
    Runnable accept =
        () ->
            Thread.ofVirtual()
                .name("h3kit-connection")
                .start(() -> {
                  connection.established(0, 0, List.of());
                  acceptor.accept(connection);
                });
    boolean early = log.begins(connection);
    // Early data waits for the end of the handshake, before which it might be a replay.
    connection.attach(quic, address(), route::now, early ? accept : () -> {});
    if (!early) {
      accept.run();
    }
    return connection;
  }

  /** Where the server listens. */
  public InetSocketAddress address() {
    return address;
  }

  /**
   * What the kernel granted of the 4 MiB asked for.
   *
   * @throws IOException if the server is closed
   */
  public SocketBuffers buffers() throws IOException {
    return socket.buffers();
  }

  /** How many first packets of clients were dropped or refused. */
  long turnedAway() {
    return socket.turnedAway();
  }

  /** Accepts no new connections from now on, but refuses them; those that are go on. */
  public void stopAccepting() {
    socket.refuseNew();
  }

  /** Closes the socket under everything, as when the process dies; for tests. */
  void vanish() {
    socket.close();
  }

  /**
   * Ends all connections with {@code errorCode} and frees the port; waits for both at most until
   * the deadline.
   */
  public void close(long errorCode, Deadline deadline) {
    stopAccepting();
    List<KwikConnection> open = List.copyOf(connections);
    CountDownLatch closing = new CountDownLatch(open.size());
    for (KwikConnection connection : open) {
      Thread.ofVirtual()
          .start(() -> {
            connection.close(errorCode, "");
            closing.countDown();
          });
    }
    Thread stop =
        Thread.ofVirtual()
            .name("h3kit-stop")
            .start(() -> {
              try {
                closing.await();
              } catch (InterruptedException e) {
                return;
              }
              connector.close();
            });
    try {
      if (!stop.join(deadline.remaining())) {
        socket.close();
      }
    } catch (InterruptedException e) {
      socket.close();
      Thread.currentThread().interrupt();
    }
  }
}
