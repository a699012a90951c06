package dev.h3kit.bench.sidebyside;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Exchange;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.Identity;
import dev.h3kit.core.transport.ServerTransportConfig;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** h3-core's server and client, with their defaults. */
final class H3kitLoad {
  private static final Duration END = Duration.ofSeconds(5);
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private H3kitLoad() {}

  static LoadServer serve(KeyStore keys) throws Exception {
    Identity identity = identity(keys);
    return new Running(
        Http3Server.bind(
            ServerTransportConfig.of(identity),
            Http3Limits.SERVER,
            Http3Events.NONE,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            H3kitLoad::answer));
  }

  /** The key and certificate of a store of {@link Keys}. */
  static Identity identity(KeyStore keys) throws GeneralSecurityException {
    return new Identity(
        (PrivateKey) keys.getKey(Keys.ALIAS, Keys.PASSWORD.toCharArray()),
        List.of((X509Certificate) keys.getCertificate(Keys.ALIAS)));
  }

  private record Running(Http3Server server) implements LoadServer {
    @Override
    public int port() {
      return server.address().getPort();
    }

    @Override
    public void close() {
      server.close(Deadline.after(END));
    }
  }

  private static void answer(ServerExchange exchange) throws IOException {
    RequestHead request = exchange.request();
    if (request.method().equals("GET")) {
      long size = Long.parseLong(Objects.requireNonNull(request.path()).substring(1));
      drain(exchange);
      List<FieldLine> fields = List.of(new FieldLine("content-length", Long.toString(size)));
      byte[] buffer = new byte[LoadClient.BUFFER];
      int first = (int) Math.min(size, buffer.length);
      exchange.send(
          new ResponseHead(200, fields), ByteBuffer.wrap(buffer, 0, first), first == size);
      write(exchange, buffer, size - first);
    } else {
      byte[] count = Long.toString(drain(exchange)).getBytes(StandardCharsets.US_ASCII);
      exchange.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(count), true);
    }
  }

  static LoadClient connect(int port) throws IOException {
    ClientTransportConfig usual = ClientTransportConfig.DEFAULT;
    ClientTransportConfig unchecked =
        new ClientTransportConfig(
            null,
            false,
            usual.idleTimeout(),
            usual.streamReceiveWindow(),
            usual.connectionReceiveWindow(),
            usual.peerBidirectionalStreams(),
            usual.peerUnidirectionalStreams(),
            usual.faults());
    return new Client(
        Http3Client.connect(
            unchecked,
            Http3Limits.CLIENT,
            Http3Events.NONE,
            "127.0.0.1",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            Deadline.after(Duration.ofSeconds(10))),
        "127.0.0.1:" + port);
  }

  private record Client(Http3Client client, String authority) implements LoadClient {
    private static final Duration WAIT = Duration.ofSeconds(60);

    @Override
    public long download(long size) throws IOException {
      ClientExchange exchange =
          client.send(
              RequestHead.of("GET", authority, "/" + size, List.of()),
              NOTHING,
              true,
              Deadline.after(WAIT));
      expectOk(exchange);
      return drain(exchange);
    }

    @Override
    public long upload(long size) throws IOException {
      List<FieldLine> fields = List.of(new FieldLine("content-length", Long.toString(size)));
      ClientExchange exchange =
          client.send(
              RequestHead.of("POST", authority, "/", fields),
              NOTHING,
              size == 0,
              Deadline.after(WAIT));
      write(exchange, new byte[BUFFER], size);
      expectOk(exchange);
      byte[] answer = new byte[32];
      int length = 0;
      for (int n; (n = exchange.read(answer, length, answer.length - length)) >= 0; ) {
        length += n;
      }
      return Long.parseLong(new String(answer, 0, length, StandardCharsets.US_ASCII));
    }

    private static void expectOk(ClientExchange exchange) throws IOException {
      ResponseHead head = exchange.response(interim -> {}, Deadline.after(WAIT));
      if (head.status() != 200) {
        exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
        throw new IOException("status " + head.status());
      }
    }

    @Override
    public void close() {
      client.close(Deadline.after(END));
    }
  }

  private static long drain(Exchange exchange) throws IOException {
    byte[] buffer = new byte[LoadClient.BUFFER];
    long count = 0;
    for (int n; (n = exchange.read(buffer, 0, buffer.length)) >= 0; ) {
      count += n;
    }
    return count;
  }

  private static void write(Exchange exchange, byte[] buffer, long size) throws IOException {
    for (long left = size; left > 0; left -= buffer.length) {
      exchange.write(
          ByteBuffer.wrap(buffer, 0, (int) Math.min(left, buffer.length)), left <= buffer.length);
    }
  }
}
