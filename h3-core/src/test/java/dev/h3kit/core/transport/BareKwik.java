package dev.h3kit.core.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.UnaryOperator;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.Logger;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

/** kwik as it comes, to show what the armour is for. */
final class BareKwik implements AutoCloseable {
  static final String ALPN = "bare";

  private final DatagramSocket socket;
  private final ServerConnector connector;
  private final BlockingQueue<QuicConnection> accepted = new ArrayBlockingQueue<>(100);

  /** What a test does with a stream. */
  interface StreamHandler {
    void handle(QuicStream stream) throws IOException;
  }

  private BareKwik(
      ServerConnectionConfig config,
      Identity identity,
      DatagramSocket socket,
      Logger logger,
      StreamHandler handler)
      throws Exception {
    System.setProperty("tech.kwik.core.no-security-warnings", "true");
    this.socket = socket;
    char[] password = "test".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, password);
    store.setKeyEntry(
        "key", identity.key(), password, identity.chain().toArray(X509Certificate[]::new));
    connector =
        ServerConnector.builder()
            .withSocket(socket)
            .withKeyStore(store, "key", password)
            .withConfiguration(config)
            .withLogger(logger)
            .build();
    connector.registerApplicationProtocol(
        ALPN,
        new ApplicationProtocolConnectionFactory() {
          @Override
          public ApplicationProtocolConnection createConnection(
              String protocol, QuicConnection connection) {
            accepted.add(connection);
            return new ApplicationProtocolConnection() {
              @Override
              public void acceptPeerInitiatedStream(QuicStream stream) {
                Thread.ofVirtual()
                    .start(() -> {
                      try {
                        handler.handle(stream);
                      } catch (IOException e) {
                        stream.resetStream(1);
                      }
                    });
              }
            };
          }
        });
    connector.start();
  }

  private static DatagramSocket socket() throws IOException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** A server whose socket fails to receive. */
  static BareKwik failing() throws Exception {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)) {
          @Override
          public void receive(DatagramPacket packet) throws IOException {
            throw new IOException("no memory");
          }
        };
    return new BareKwik(
        config(1, 1 << 20, 1 << 20), Loopback.IDENTITY, socket, new NullLogger(), stream -> {});
  }

  static BareKwik serving(
      ServerConnectionConfig config, DatagramSocket socket, Logger logger, StreamHandler handler)
      throws Exception {
    return new BareKwik(config, Loopback.IDENTITY, socket, logger, handler);
  }

  static BareKwik serving(StreamHandler handler) throws Exception {
    return new BareKwik(
        config(100, 1 << 20, 10 << 20), Loopback.IDENTITY, socket(), new NullLogger(), handler);
  }

  static BareKwik serving(ServerConnectionConfig config, StreamHandler handler) throws Exception {
    return new BareKwik(config, Loopback.IDENTITY, socket(), new NullLogger(), handler);
  }

  static BareKwik serving(Identity identity, StreamHandler handler) throws Exception {
    return new BareKwik(
        config(100, 1 << 20, 10 << 20), identity, socket(), new NullLogger(), handler);
  }

  static ServerConnectionConfig config(int streams, long streamWindow, long connectionWindow) {
    return ServerConnectionConfig.builder()
        .maxIdleTimeoutInSeconds(20)
        .maxUnidirectionalStreamBufferSize(streamWindow)
        .maxBidirectionalStreamBufferSize(streamWindow)
        .maxConnectionBufferSize(connectionWindow)
        .maxOpenPeerInitiatedUnidirectionalStreams(10)
        .maxOpenPeerInitiatedBidirectionalStreams(streams)
        .retryRequired(false)
        .connectionIdLength(8)
        .build();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  BlockingQueue<QuicConnection> accepted() {
    return accepted;
  }

  QuicClientConnection connect() throws Exception {
    return connect(UnaryOperator.identity());
  }

  QuicClientConnection connect(UnaryOperator<QuicClientConnection.Builder> change)
      throws Exception {
    return connect(address(), ALPN, new NullLogger(), change);
  }

  static QuicClientConnection connect(
      InetSocketAddress address,
      String alpn,
      Logger logger,
      UnaryOperator<QuicClientConnection.Builder> change)
      throws Exception {
    System.setProperty("tech.kwik.core.no-security-warnings", "true");
    QuicClientConnection connection =
        change
            .apply(
                QuicClientConnection.newBuilder()
                    .host("localhost")
                    .port(address.getPort())
                    .preferIPv4()
                    .applicationProtocol(alpn)
                    .connectTimeout(Duration.ofSeconds(5))
                    .maxIdleTimeout(Duration.ofSeconds(20))
                    .noServerCertificateCheck()
                    .logger(logger))
            .build();
    connection.connect();
    return connection;
  }

  @Override
  public void close() {
    Thread.ofVirtual().start(connector::close);
  }
}
