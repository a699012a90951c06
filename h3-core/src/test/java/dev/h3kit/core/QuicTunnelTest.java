package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.QuicTestConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tunnels, HTTP datagrams and streams of extensions over QUIC on the loopback interface. */
class QuicTunnelTest {
  private static final ResponseHead OK = new ResponseHead(200, List.of());
  private static final long STREAM_TYPE = 0x54;
  private static final long SIGNAL = 0x41;

  private final BlockingQueue<Long> ended = new LinkedBlockingQueue<>();
  private Http3Server server;
  private Http3Client client;
  private final BlockingQueue<ExtensionPoint> atClient = new LinkedBlockingQueue<>();

  @BeforeEach
  void connect() throws IOException {
    server =
        Http3Server.bind(
            QuicTestConfig.server().withDatagrams(),
            Http3Limits.SERVER,
            Http3Events.NONE,
            List.of(this::begin),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            exchange -> exchange.send(OK, ByteBuffer.allocate(0), true));
    client =
        Http3Client.connect(
            QuicTestConfig.client().withDatagrams().withPeerBidirectionalStreams(10),
            Http3Limits.CLIENT,
            Http3Events.NONE,
            List.of(point -> {
              point.bidirectional(SIGNAL, QuicTunnelTest::echo);
              atClient.add(point);
            }),
            "localhost",
            server.address(),
            RawPeer.soon());
  }

  @AfterEach
  void close() {
    client.close(Deadline.after(Duration.ZERO));
    server.close(Deadline.after(Duration.ofSeconds(5)));
  }

  private void begin(ExtensionPoint point) {
    point.protocol("echo", exchange -> echo(exchange.tunnel(OK)));
    point.datagramProtocol(
        "datagrams",
        exchange -> {
          Tunnel tunnel = exchange.tunnel(OK);
          ExchangeDatagrams datagrams = tunnel.datagrams();
          assertTrue(datagrams.negotiated(RawPeer.soon()));
          for (byte[] got; (got = datagrams.receive(RawPeer.soon())) != null; ) {
            datagrams.send(ByteBuffer.wrap(got));
          }
          tunnel.finish();
        });
    point.protocol(
        "wait",
        exchange -> {
          Tunnel tunnel = exchange.tunnel(OK);
          assertTrue(tunnel.awaitEnd(RawPeer.soon()));
          ended.add(tunnel.id());
        });
    point.protocol(
        "back",
        exchange -> {
          // The server opens a stream to the client, and answers with what comes back on it.
          Tunnel tunnel = exchange.tunnel(OK);
          OctetStream back = point.openBidirectional(SIGNAL, RawPeer.soon());
          back.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
          back.finish();
          tunnel.write(ByteBuffer.wrap(all(back)));
          tunnel.finish();
        });
    point.bidirectional(SIGNAL, QuicTunnelTest::echo);
    point.unidirectional(STREAM_TYPE, stream -> ended.add((long) all(stream).length));
  }

  private static void echo(OctetStream stream) throws IOException {
    byte[] buffer = new byte[10_000];
    for (int got; (got = stream.read(buffer, 0, buffer.length, RawPeer.soon())) >= 0; ) {
      stream.write(ByteBuffer.wrap(buffer, 0, got));
    }
    stream.finish();
  }

  private static byte[] all(OctetStream stream) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[10_000];
    for (int got; (got = stream.read(buffer, 0, buffer.length, RawPeer.soon())) >= 0; ) {
      all.write(buffer, 0, got);
    }
    return all.toByteArray();
  }

  private Tunnel tunnel(String protocol) throws IOException {
    ClientExchange exchange =
        client.send(
            new RequestHead("CONNECT", "https", "localhost", "/", protocol, List.of()),
            ByteBuffer.allocate(0),
            false,
            RawPeer.soon());
    assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
    return exchange.tunnel();
  }

  private static void echoed(OctetStream stream) throws Exception {
    byte[] content = new byte[1 << 20];
    new Random(9).nextBytes(content);
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                stream.write(ByteBuffer.wrap(content));
                stream.finish();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertArrayEquals(content, all(stream));
    writer.join();
  }

  @Test
  void aTunnelCarriesAMebibyteBothWays() throws Exception {
    Tunnel tunnel = tunnel("echo");
    echoed(tunnel);
    assertTrue(tunnel.awaitEnd(RawPeer.soon()));
    assertEquals(0, client.activeExchanges());
  }

  @Test
  void aStreamThatBeginsWithTheSignalIsTheExtensions() throws Exception {
    echoed(atClient.take().openBidirectional(SIGNAL, RawPeer.soon()));
    assertEquals(200, get(), "requests go on");
  }

  @Test
  void aUnidirectionalStreamOfItsTypeIsTheExtensions() throws Exception {
    OctetStream stream = atClient.take().openUnidirectional(STREAM_TYPE, RawPeer.soon());
    stream.write(ByteBuffer.wrap(new byte[70_000]));
    stream.finish();
    assertEquals(70_000, ended.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void aServerOpensAStreamToAClientThatHasAskedForIt() throws Exception {
    assertArrayEquals(new byte[] {1, 2, 3}, all(tunnel("back")));
  }

  private int get() throws IOException {
    return client
        .send(
            RequestHead.of("GET", "localhost", "/", List.of()),
            ByteBuffer.allocate(0),
            true,
            RawPeer.soon())
        .response(_ -> {}, RawPeer.soon())
        .status();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsGivenUpInOneDirectionIsOverInBothForBothSides(boolean reset) throws Exception {
    Tunnel tunnel = tunnel("wait");
    if (reset) {
      tunnel.reset(Http3Error.H3_REQUEST_CANCELLED.code());
    } else {
      tunnel.stopReading(Http3Error.H3_REQUEST_CANCELLED.code());
    }
    assertEquals(tunnel.id(), ended.poll(10, TimeUnit.SECONDS));
    assertTrue(tunnel.awaitEnd(RawPeer.soon()));
    assertEquals(200, get(), "the connection goes on");
  }

  @Test
  void aTunnelIsOverWhenTheConnectionIs() throws Exception {
    Tunnel tunnel = tunnel("wait");
    client.close(Deadline.after(Duration.ZERO));
    assertEquals(tunnel.id(), ended.poll(10, TimeUnit.SECONDS));
    assertThrows(
        Http3Exception.OfConnection.class, () -> tunnel.read(new byte[1], 0, 1, RawPeer.soon()));
  }

  @Test
  void datagramsOfAnySizeGoBesideTheTunnel() throws Exception {
    Tunnel tunnel = tunnel("datagrams");
    ExchangeDatagrams datagrams = tunnel.datagrams();
    assertTrue(datagrams.negotiated(RawPeer.soon()));
    int most = datagrams.maxSize();
    assertTrue(most > 1000, "most of a packet: " + most);
    for (int size : new int[] {1, 100, most}) {
      byte[] payload = new byte[size];
      new Random(size).nextBytes(payload);
      assertArrayEquals(payload, exchange(datagrams, payload));
    }
    assertArrayEquals(new byte[0], exchange(datagrams, new byte[0]));
    tunnel.abort(Http3Error.H3_REQUEST_CANCELLED);
    assertNull(datagrams.receive(RawPeer.soon()), "the tunnel is over");
  }

  /** Loopback loses little, but may lose. */
  private static byte[] exchange(ExchangeDatagrams datagrams, byte[] payload) throws IOException {
    int lost = 0;
    while (lost < 100) {
      datagrams.send(ByteBuffer.wrap(payload));
      try {
        byte[] got = datagrams.receive(Deadline.after(Duration.ofMillis(500)));
        return Objects.requireNonNull(got, "the tunnel is over");
      } catch (DeadlineExceededException _) {
        lost++;
      }
    }
    throw new AssertionError(lost + " datagrams were lost");
  }
}
