package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A server and the connections to it, on the loopback interface, through the armour. */
final class Loopback implements AutoCloseable {
  static final Identity IDENTITY =
      TestAuthority.SHARED.identity("localhost", "ip:127.0.0.1", "ip:::1");

  private final QuicServer server;
  private final BlockingQueue<Connection> accepted = new ArrayBlockingQueue<>(1000);

  private Loopback(ServerTransportConfig config, Consumer<Connection> acceptor) throws IOException {
    server =
        QuicServer.bind(
            config,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            connection -> {
              accepted.add(connection);
              acceptor.accept(connection);
            });
  }

  static Loopback start() throws IOException {
    return new Loopback(serverConfig(), connection -> {});
  }

  static Loopback start(ServerTransportConfig config) throws IOException {
    return new Loopback(config, connection -> {});
  }

  /** A server that runs {@code handler} on a virtual thread for each stream of a client. */
  static Loopback serving(StreamHandler handler) throws IOException {
    return serving(serverConfig(), handler);
  }

  static Loopback serving(ServerTransportConfig config, StreamHandler handler) throws IOException {
    return new Loopback(config, connection -> handle(connection, handler));
  }

  /** What a test does with a stream. */
  interface StreamHandler {
    void handle(Stream stream) throws IOException;
  }

  static void handle(Connection connection, StreamHandler handler) {
    connection.acceptStreams(stream ->
        Thread.ofVirtual()
            .start(() -> {
              try {
                handler.handle(stream);
              } catch (IOException e) {
                stream.stopReading(1);
                stream.reset(1);
              }
            }));
  }

  static ServerTransportConfig serverConfig() {
    return ServerTransportConfig.of(IDENTITY);
  }

  static ClientTransportConfig clientConfig() {
    ClientTransportConfig d = ClientTransportConfig.DEFAULT;
    return new ClientTransportConfig(
        TestAuthority.SHARED.trust(),
        true,
        d.idleTimeout(),
        d.streamReceiveWindow(),
        d.connectionReceiveWindow(),
        d.peerBidirectionalStreams(),
        d.peerUnidirectionalStreams(),
        d.faults());
  }

  QuicServer server() {
    return server;
  }

  Connection connect() throws IOException {
    return connect(UnaryOperator.identity());
  }

  Connection connect(UnaryOperator<ClientTransportConfig> change) throws IOException {
    return QuicClient.connect(change.apply(clientConfig()), "localhost", server.address(), in(10));
  }

  /** The server's end of the connection made last. */
  Connection accepted() throws InterruptedException {
    Connection connection = accepted.poll(10, TimeUnit.SECONDS);
    if (connection == null) {
      throw new AssertionError("the server accepted no connection");
    }
    return connection;
  }

  static Deadline in(int seconds) {
    return Deadline.after(Duration.ofSeconds(seconds));
  }

  static byte[] readAll(Stream stream) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[16 * 1024];
    for (int n; (n = stream.read(buffer, 0, buffer.length, in(20))) >= 0; ) {
      all.write(buffer, 0, n);
    }
    return all.toByteArray();
  }

  static void write(Stream stream, byte[] octets) throws IOException {
    stream.write(octets, 0, octets.length, in(20));
  }

  @Override
  public void close() {
    server.close(0x100, in(10));
  }
}
