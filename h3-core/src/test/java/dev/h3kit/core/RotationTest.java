package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionStats;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Connections that have carried enough are exchanged for new ones, and lose nothing by it. */
class RotationTest {
  private static final Http3Server.Handler OK =
      exchange -> exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), true);

  private static Http3Client client(Http3Limits limits, MemoryTransport.Pair pair)
      throws IOException {
    return Http3Client.on(pair.client(), limits.but().grease(0).build(), Http3Events.NONE);
  }

  private static void serve(Http3Limits limits, MemoryTransport.Pair pair, Http3Server.Handler h) {
    Http3Limits plain = limits.but().grease(0).build();
    Http3Server.withoutPort(plain, Http3Events.NONE, h).serve(pair.server());
  }

  private static ClientExchange get(Http3Client client) throws IOException {
    RequestHead head = RequestHead.of("GET", "a", "/", List.of());
    return client.send(head, ByteBuffer.allocate(0), true, RawPeer.soon());
  }

  private static int whole(ClientExchange exchange) throws IOException {
    int status = exchange.response(_ -> {}, RawPeer.soon()).status();
    assertEquals(-1, exchange.read(new byte[1], 0, 1));
    return status;
  }

  private static Termination end(Http3Client client) throws Exception {
    return client.closed().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aClientLeavesAConnectionThatHasCarriedItsRequests() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    serve(Http3Limits.SERVER, pair, OK);
    Http3Client client = client(Http3Limits.CLIENT.but().connectionRequests(3).build(), pair);
    assertEquals(200, whole(get(client)));
    ClientExchange second = get(client);
    assertTrue(client.open());
    ClientExchange third = get(client);
    assertFalse(client.open(), "three requests are enough");
    Http3Exception.OfConnection refused =
        assertThrows(Http3Exception.OfConnection.class, () -> get(client));
    assertEquals(null, refused.getCause(), "nothing was sent: it may go elsewhere");
    assertEquals(200, whole(second));
    assertEquals(200, whole(third));
    assertEquals(Http3Error.H3_NO_ERROR.code(), end(client).errorCode());
  }

  @Test
  void aClientLeavesAConnectionWithManyCancelledStreams() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    CountDownLatch release = new CountDownLatch(1);
    serve(
        Http3Limits.SERVER,
        pair,
        exchange -> {
          assertTrue(release.await(20, TimeUnit.SECONDS));
          OK.handle(exchange);
        });
    Http3Client client = client(Http3Limits.CLIENT.but().connectionResets(3).build(), pair);
    ClientExchange kept = get(client);
    for (int i = 0; i < 3; i++) {
      assertTrue(client.open());
      get(client).abort(Http3Error.H3_REQUEST_CANCELLED);
    }
    assertFalse(client.open());
    release.countDown();
    assertEquals(200, whole(kept));
    assertEquals(Termination.By.LOCAL, end(client).by());
  }

  // RFC 9114 §5.2: "Endpoints initiate the graceful shutdown of an HTTP/3 connection by sending a
  // GOAWAY frame."
  @Test
  void aServerDrainsAConnectionThatHasCarriedItsRequests() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    CountDownLatch release = new CountDownLatch(1);
    serve(
        Http3Limits.SERVER.but().connectionRequests(3).build(),
        pair,
        exchange -> {
          assertTrue(release.await(20, TimeUnit.SECONDS));
          OK.handle(exchange);
        });
    Http3Client client = client(Http3Limits.CLIENT, pair);
    List<ClientExchange> running = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      running.add(get(client));
    }
    Deadline deadline = RawPeer.soon();
    while (client.open() && !deadline.passed()) {
      Thread.onSpinWait();
    }
    assertFalse(client.open(), "GOAWAY has come");
    release.countDown();
    for (ClientExchange exchange : running) {
      assertEquals(200, whole(exchange), "what was in work is answered");
    }
    assertEquals(Http3Error.H3_NO_ERROR.code(), end(client).errorCode());
  }

  @Test
  void aServerDrainsAConnectionWithManyCancelledStreams() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    serve(Http3Limits.SERVER.but().connectionResets(20).build(), pair, OK);
    RawPeer peer = new RawPeer(pair.client());
    peer.unidirectional(Wire.control());
    for (int i = 0; i < 20; i++) {
      peer.request(Wire.hex("01")).reset(Http3Error.H3_REQUEST_CANCELLED.code());
    }
    assertEquals(Http3Error.H3_NO_ERROR.code(), peer.closeCode());
  }

  /** RFC 9001 §6.6 bounds the packets that one key protects. */
  @Test
  void aConnectionIsLeftBeforeItsKeyIsWornOut() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    serve(Http3Limits.SERVER, pair, OK);
    Http3Client client =
        Http3Client.on(new Busy(pair.client()), Http3Limits.CLIENT, Http3Events.NONE);
    int carried = 0;
    while (client.open()) {
      assertEquals(200, whole(get(client)));
      carried++;
    }
    assertEquals(16, carried, "packets are looked at now and then");
  }

  /** A connection that has sent very many packets. */
  private record Busy(Connection connection) implements Connection {
    @Override
    public ConnectionStats stats() {
      return new ConnectionStats(Mileage.PACKETS, 0, 0, 0, 0, Duration.ZERO);
    }

    @Override
    public Stream openBidirectional(Deadline deadline) throws IOException {
      return connection.openBidirectional(deadline);
    }

    @Override
    public Stream openUnidirectional(Deadline deadline) throws IOException {
      return connection.openUnidirectional(deadline);
    }

    @Override
    public void acceptStreams(Consumer<Stream> acceptor) {
      connection.acceptStreams(acceptor);
    }

    @Override
    public int peerBidirectionalStreams() {
      return connection.peerBidirectionalStreams();
    }

    @Override
    public void close(long errorCode, String reason) {
      connection.close(errorCode, reason);
    }

    @Override
    public CompletableFuture<Termination> closed() {
      return connection.closed();
    }

    @Override
    public InetSocketAddress localAddress() {
      return connection.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
      return connection.remoteAddress();
    }

    @Override
    public List<X509Certificate> peerCertificates() {
      return connection.peerCertificates();
    }
  }
}
