package dev.h3kit.bench.sidebyside;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.Identity;
import dev.h3kit.core.transport.QuicClient;
import dev.h3kit.core.transport.QuicServer;
import dev.h3kit.core.transport.ServerTransportConfig;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The streams of h3-core's transport, spoken to as {@link KwikLoad} speaks to kwik's. */
final class TransportLoad {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private TransportLoad() {}

  private static Deadline deadline() {
    return Deadline.after(PATIENCE);
  }

  static LoadServer serve(KeyStore keys) throws Exception {
    PrivateKey key = (PrivateKey) keys.getKey(Keys.ALIAS, Keys.PASSWORD.toCharArray());
    Certificate[] chain = keys.getCertificateChain(Keys.ALIAS);
    List<X509Certificate> certificates =
        Arrays.stream(chain).map(X509Certificate.class::cast).toList();
    QuicServer server =
        QuicServer.bind(
            ServerTransportConfig.of(new Identity(key, certificates)),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            connection ->
                connection.acceptStreams(stream -> Thread.ofVirtual().start(() -> answer(stream))));
    return new Running(server);
  }

  private record Running(QuicServer server) implements LoadServer {
    @Override
    public int port() {
      return server.address().getPort();
    }

    @Override
    public void close() {
      server.close(0x100, Deadline.after(Duration.ofSeconds(5)));
    }
  }

  static LoadClient connect(int port) throws IOException {
    ClientTransportConfig d = ClientTransportConfig.DEFAULT;
    ClientTransportConfig config =
        new ClientTransportConfig(
            null,
            false,
            d.idleTimeout(),
            d.streamReceiveWindow(),
            d.connectionReceiveWindow(),
            d.peerBidirectionalStreams(),
            d.peerUnidirectionalStreams(),
            d.faults());
    return new Client(
        QuicClient.connect(
            config,
            "localhost",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            deadline()));
  }

  private record Client(Connection connection) implements LoadClient {
    @Override
    public long download(long size) throws IOException {
      Stream stream = connection.openBidirectional(deadline());
      writeLong(stream, size);
      stream.finish();
      return drain(stream);
    }

    @Override
    public long upload(long size) throws IOException {
      Stream stream = connection.openBidirectional(deadline());
      writeLong(stream, -1);
      send(stream, size);
      long counted = readLong(stream);
      drain(stream);
      return counted;
    }

    @Override
    public void close() {
      connection.close(0x100, "");
    }
  }

  private static void writeLong(Stream stream, long value) throws IOException {
    stream.write(
        ByteBuffer.allocate(Long.BYTES).putLong(0, value).array(), 0, Long.BYTES, deadline());
  }

  private static long readLong(Stream stream) throws IOException {
    byte[] octets = new byte[Long.BYTES];
    for (int at = 0; at < octets.length; ) {
      int n = stream.read(octets, at, octets.length - at, deadline());
      if (n < 0) {
        throw new IOException("the stream ended early");
      }
      at += n;
    }
    return ByteBuffer.wrap(octets).getLong();
  }

  private static long drain(Stream stream) throws IOException {
    byte[] buffer = new byte[LoadClient.BUFFER];
    long count = 0;
    for (int n; (n = stream.read(buffer, 0, buffer.length, deadline())) >= 0; ) {
      count += n;
    }
    return count;
  }

  private static void send(Stream stream, long size) throws IOException {
    byte[] buffer = new byte[LoadClient.BUFFER];
    for (long left = size; left > 0; left -= buffer.length) {
      stream.write(buffer, 0, (int) Math.min(left, buffer.length), deadline());
    }
    stream.finish();
  }

  private static void answer(Stream stream) {
    try {
      long size = readLong(stream);
      long received = drain(stream);
      if (size >= 0) {
        send(stream, size);
      } else {
        writeLong(stream, received);
        stream.finish();
      }
    } catch (IOException e) {
      stream.stopReading(1);
      stream.reset(1);
    }
  }
}
