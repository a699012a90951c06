package dev.h3kit.bench.sidebyside;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyStore;
import java.time.Duration;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;

/**
 * Bare streams: a request is a long, how many octets shall come back; a negative one says that
 * octets follow, which are counted. Writes are of 1 KB since larger ones can stall for ever in this
 * version of kwik.
 */
final class KwikLoad {
  private static final String PROTOCOL = "h3kit-bench";
  private static final int WRITE = 1024;

  private KwikLoad() {}

  /** The settings all servers of the comparison use where they can be set. */
  static ServerConnectionConfig serverConfig() {
    return ServerConnectionConfig.builder()
        .maxIdleTimeoutInSeconds(60)
        .maxConnectionBufferSize(1L << 30)
        .maxBidirectionalStreamBufferSize(256L << 10)
        .maxUnidirectionalStreamBufferSize(256L << 10)
        .maxOpenPeerInitiatedBidirectionalStreams(100)
        .maxOpenPeerInitiatedUnidirectionalStreams(16)
        .retryRequired(false)
        .connectionIdLength(8)
        .build();
  }

  /** A kwik server of the loopback address that is not started yet. */
  static ServerConnector connector(KeyStore keys, DatagramSocket socket) throws Exception {
    return ServerConnector.builder()
        .withSocket(socket)
        .withKeyStore(keys, Keys.ALIAS, Keys.PASSWORD.toCharArray())
        .withConfiguration(serverConfig())
        .withLogger(new NullLogger())
        .build();
  }

  /** A socket of the loopback address on a free port. */
  static DatagramSocket socket() throws IOException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** A started connector as a server. */
  record Running(ServerConnector connector, int port) implements LoadServer {
    @Override
    public void close() {
      connector.close();
    }
  }

  static LoadServer serve(KeyStore keys) throws Exception {
    DatagramSocket socket = socket();
    ServerConnector connector = connector(keys, socket);
    connector.registerApplicationProtocol(PROTOCOL, new Factory());
    connector.start();
    return new Running(connector, socket.getLocalPort());
  }

  static LoadClient connect(int port) throws Exception {
    QuicClientConnection connection =
        QuicClientConnection.newBuilder()
            .uri(URI.create("https://127.0.0.1:" + port))
            .applicationProtocol(PROTOCOL)
            .noServerCertificateCheck()
            .connectTimeout(Duration.ofSeconds(10))
            .maxIdleTimeout(Duration.ofSeconds(60))
            .defaultStreamReceiveBufferSize(8L << 20)
            .logger(new NullLogger())
            .build();
    connection.connect();
    return new Client(connection);
  }

  private record Client(QuicClientConnection connection) implements LoadClient {
    @Override
    public long download(long size) throws IOException {
      QuicStream stream = connection.createStream(true);
      new DataOutputStream(stream.getOutputStream()).writeLong(size);
      stream.getOutputStream().close();
      return drain(stream.getInputStream());
    }

    @Override
    public long upload(long size) throws IOException {
      QuicStream stream = connection.createStream(true);
      new DataOutputStream(stream.getOutputStream()).writeLong(-1);
      send(stream.getOutputStream(), size);
      DataInputStream in = new DataInputStream(stream.getInputStream());
      long counted = in.readLong();
      drain(in);
      return counted;
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  /** Reads to the end; answers how much there was. */
  static long drain(InputStream in) throws IOException {
    byte[] buffer = new byte[LoadClient.BUFFER];
    long count = 0;
    for (int n; (n = in.read(buffer)) >= 0; ) {
      count += n;
    }
    return count;
  }

  private static void send(OutputStream out, long size) throws IOException {
    byte[] buffer = new byte[WRITE];
    for (long left = size; left > 0; left -= WRITE) {
      out.write(buffer, 0, (int) Math.min(left, WRITE));
    }
    out.close();
  }

  private static final class Factory implements ApplicationProtocolConnectionFactory {
    @Override
    public ApplicationProtocolConnection createConnection(
        String protocol, QuicConnection connection) {
      return new ApplicationProtocolConnection() {
        @Override
        public void acceptPeerInitiatedStream(QuicStream stream) {
          Thread.ofVirtual().start(() -> answer(stream));
        }
      };
    }

    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
      return 100;
    }

    private static void answer(QuicStream stream) {
      try {
        DataInputStream in = new DataInputStream(stream.getInputStream());
        long size = in.readLong();
        long received = drain(in);
        if (size >= 0) {
          send(stream.getOutputStream(), size);
        } else {
          DataOutputStream out = new DataOutputStream(stream.getOutputStream());
          out.writeLong(received);
          out.close();
        }
      } catch (IOException e) {
        stream.resetStream(1);
      }
    }
  }
}
