package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP datagrams: RFC 9297 §2. */
class HttpDatagramTest {
  private static final ResponseHead OK = new ResponseHead(200, List.of());
  private static final int SIZE = 1200;
  private static final RequestHead CONNECT =
      new RequestHead("CONNECT", "https", "a.test", "/", "echo", List.of());

  private final MemoryTransport.Pair pair = MemoryTransport.pairWithDatagrams(SIZE, () -> false);
  private final CountDownLatch release = new CountDownLatch(1);

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte @Nullable [] octets) {
    return octets == null ? "(end)" : new String(octets, StandardCharsets.ISO_8859_1);
  }

  /** Answers each datagram with it doubled, until the client's half is over. */
  private void echo(ServerExchange exchange) throws Exception {
    Tunnel tunnel = exchange.tunnel(OK);
    ExchangeDatagrams datagrams = tunnel.datagrams();
    assertTrue(datagrams.negotiated(RawPeer.soon()));
    Thread reader =
        Thread.ofVirtual()
            .start(() -> {
              try {
                tunnel.read(new byte[1], 0, 1, RawPeer.soon());
              } catch (java.io.IOException e) {
                throw new AssertionError(e);
              }
            });
    for (byte[] got; (got = datagrams.receive(RawPeer.soon())) != null; ) {
      assertTrue(datagrams.send(ByteBuffer.wrap(Wire.join(got, got))));
    }
    reader.join();
    tunnel.finish();
  }

  private Http3Extension echoing() {
    return point -> point.datagramProtocol("echo", this::echo);
  }

  private void serve(Http3Extension... extensions) {
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            List.of(extensions),
            exchange -> {
              release.await(10, TimeUnit.SECONDS);
              exchange.send(OK, ByteBuffer.allocate(0), true);
            })
        .serve(pair.server());
  }

  private Http3Client client() throws Exception {
    return Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
  }

  @Test
  void datagramsGoBothWaysBesideTheTunnel() throws Exception {
    serve(echoing());
    ClientExchange exchange = client().send(CONNECT, ByteBuffer.allocate(0), false, RawPeer.soon());
    exchange.response(_ -> {}, RawPeer.soon());
    ExchangeDatagrams datagrams = exchange.datagrams();
    assertTrue(datagrams.negotiated(RawPeer.soon()));
    assertEquals(SIZE - 1, datagrams.maxSize(), "an octet names the stream");
    assertTrue(datagrams.send(ByteBuffer.wrap(text("ab"))));
    assertEquals("abab", text(datagrams.receive(RawPeer.soon())));
    assertTrue(datagrams.send(ByteBuffer.allocate(0)));
    assertEquals("", text(datagrams.receive(RawPeer.soon())), "a payload can be empty");
    assertThrows(IllegalArgumentException.class, () -> datagrams.send(ByteBuffer.allocate(SIZE)));
    assertThrows(
        DeadlineExceededException.class,
        () -> datagrams.receive(Deadline.after(Duration.ofMillis(10))));
    exchange.tunnel().finish();
    assertEquals(-1, exchange.tunnel().read(new byte[1], 0, 1, RawPeer.soon()));
    assertNull(datagrams.receive(RawPeer.soon()), "none will come");
    // RFC 9297 §2.1: "HTTP/3 Datagrams MUST NOT be sent unless the corresponding stream's send side
    // is open."
    assertThrows(IllegalStateException.class, () -> datagrams.send(ByteBuffer.allocate(0)));
    assertEquals(-1, datagrams.maxSize());
  }

  @Test
  void lossIsNoError() throws Exception {
    MemoryTransport.Pair lossy = MemoryTransport.pairWithDatagrams(SIZE, () -> true);
    Http3Server.withoutPort(
            Http3Limits.SERVER, Http3Events.NONE, List.of(echoing()), exchange -> {})
        .serve(lossy.server());
    ClientExchange exchange =
        Http3Client.on(lossy.client(), Http3Limits.CLIENT, Http3Events.NONE)
            .send(CONNECT, ByteBuffer.allocate(0), false, RawPeer.soon());
    exchange.response(_ -> {}, RawPeer.soon());
    assertTrue(exchange.datagrams().negotiated(RawPeer.soon()));
    assertTrue(exchange.datagrams().send(ByteBuffer.allocate(1)));
    assertThrows(
        DeadlineExceededException.class,
        () -> exchange.datagrams().receive(Deadline.after(Duration.ofMillis(10))));
  }

  // RFC 9297 §2.1.1: "An endpoint can indicate to its peer that it is willing to receive HTTP/3
  // Datagrams by sending the SETTINGS_H3_DATAGRAM (0x33) setting with a value of 1."
  // RFC 9297 §2.1.1: "It is RECOMMENDED that implementations that support receiving HTTP/3
  // Datagrams
  // always send the SETTINGS_H3_DATAGRAM setting with a value of 1, even if the application does
  // not
  // intend to use HTTP/3 Datagrams."
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rfc9297_2_1_1_theSettingIsSentWhereTheTransportTakesDatagrams(boolean taken)
      throws Exception {
    MemoryTransport.Pair used = taken ? pair : MemoryTransport.pair();
    RawPeer peer = new RawPeer(used.client());
    Http3Server.withoutPort(Http3Limits.SERVER, Http3Events.NONE, exchange -> {})
        .serve(used.server());
    while (peer.accepted().isEmpty()) {
      Thread.onSpinWait();
    }
    FrameReader frames = new FrameReader(peer.accepted().getFirst(), 0, 1024, RawPeer::soon);
    frames.streamType();
    Frame.Settings settings =
        org.junit.jupiter.api.Assertions.assertInstanceOf(Frame.Settings.class, frames.next());
    assertEquals(taken, settings.settings().datagrams());
  }

  // RFC 9297 §2.1.1: "QUIC DATAGRAM frames MUST NOT be sent until the SETTINGS_H3_DATAGRAM setting
  // has been both sent and received with a value of 1."
  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1})
  void rfc9297_2_1_1_nothingIsSentBeforeTheSettingCame(long value) throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    server.unidirectional(
        value < 0 ? Wire.control(8, 1) : Wire.control(8, 1, PeerSettings.H3_DATAGRAM, value));
    ClientExchange exchange = client.send(CONNECT, ByteBuffer.allocate(0), false, RawPeer.soon());
    ExchangeDatagrams datagrams = exchange.datagrams();
    BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
    pair.server().datagrams().receive(came::add);
    if (value == 1) {
      assertTrue(datagrams.send(ByteBuffer.wrap(text("x"))));
      assertArrayEquals(new byte[] {0, 'x'}, came.take());
    } else {
      assertFalse(datagrams.negotiated(RawPeer.soon()));
      assertEquals(-1, datagrams.maxSize());
      assertThrows(IllegalStateException.class, () -> datagrams.send(ByteBuffer.allocate(0)));
      assertTrue(came.isEmpty());
    }
  }

  // RFC 9297 §2.1: "Receipt of a QUIC DATAGRAM frame whose payload is too short to allow parsing
  // the
  // Quarter Stream ID field MUST be treated as an HTTP/3 connection error of type H3_DATAGRAM_ERROR
  // (0x33)."
  @ParameterizedTest
  @ValueSource(strings = {"", "40", "80 00 00", "c0 00 00 00 00 00 00"})
  void rfc9297_2_1_aDatagramTooShortForItsStreamIsAnErrorOfTheConnection(String hex)
      throws Exception {
    serve();
    RawPeer peer = new RawPeer(pair.client());
    pair.client().datagrams().send(Wire.hex(hex));
    assertEquals(0x33, peer.closeCode());
  }

  // RFC 9297 §2.1: "the largest legal value of the Quarter Stream ID field is 2^60-1. Receipt of an
  // HTTP/3 Datagram that includes a larger value MUST be treated as an HTTP/3 connection error of
  // type H3_DATAGRAM_ERROR (0x33)."
  @ParameterizedTest
  @ValueSource(longs = {1L << 60, (1L << 62) - 1})
  void rfc9297_2_1_aStreamAboveTheLargestIsAnErrorOfTheConnection(long quarter) throws Exception {
    serve();
    RawPeer peer = new RawPeer(pair.client());
    pair.client().datagrams().send(Wire.varint((1L << 60) - 1));
    assertFalse(peer.connection().closed().isDone(), "2^60-1 is legal");
    pair.client().datagrams().send(Wire.varint(quarter));
    assertEquals(0x33, peer.closeCode());
  }

  // RFC 9297 §2: "If an HTTP Datagram is received and it is associated with a request that has no
  // known semantics for HTTP Datagrams, the receiver MUST terminate the request. If HTTP/3 is in
  // use, the request stream MUST be aborted with H3_DATAGRAM_ERROR (0x33)."
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rfc9297_2_aDatagramOfARequestWithoutThemAbortsTheRequest(boolean beforeTheRequest)
      throws Exception {
    serve();
    RawPeer peer = new RawPeer(pair.client());
    Stream stream;
    if (beforeTheRequest) {
      pair.client().datagrams().send(new byte[] {0, 'x'});
      stream = peer.request(Wire.get());
    } else {
      stream = peer.request(Wire.get());
      sendUntilAborted(stream);
    }
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    assertEquals(0x33, reset.errorCode());
    assertFalse(peer.connection().closed().isDone(), "the connection goes on");
    release.countDown();
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0, "others go on");
  }

  /** The server may not have read the request yet when the first ones come. */
  private void sendUntilAborted(Stream stream) throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    stream.onAbort(aborted::countDown);
    do {
      pair.client().datagrams().send(new byte[] {0, 'x'});
    } while (!aborted.await(1, TimeUnit.MILLISECONDS));
  }

  // RFC 9297 §2: "HTTP Datagrams MUST only be sent with an association to an HTTP request that
  // explicitly supports them."
  @Test
  void aProtocolWithoutDatagramsHasNone() throws Exception {
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    serve(point ->
        point.protocol(
            "echo",
            exchange -> {
              Tunnel tunnel = exchange.tunnel(OK);
              thrown.add(assertThrows(IllegalStateException.class, tunnel::datagrams));
              tunnel.finish();
            }));
    Http3Client client = client();
    ClientExchange exchange = client.send(CONNECT, ByteBuffer.allocate(0), false, RawPeer.soon());
    exchange.response(_ -> {}, RawPeer.soon());
    assertEquals(IllegalStateException.class, thrown.take().getClass());
    ClientExchange get =
        client.send(
            RequestHead.of("GET", "a", "/", List.of()),
            ByteBuffer.allocate(0),
            true,
            RawPeer.soon());
    assertThrows(IllegalStateException.class, get::datagrams);
    release.countDown();
  }

  // RFC 9297 §2.1: for "a stream that has not yet been created, the receiver SHALL either drop that
  // datagram silently or buffer it temporarily [...] while awaiting the creation of the
  // corresponding stream."
  @Test
  void rfc9297_2_1_aDatagramBeforeItsStreamIsKeptForIt() throws Exception {
    serve(echoing());
    RawPeer peer = new RawPeer(pair.client());
    BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
    pair.client().datagrams().receive(came::add);
    peer.unidirectional(Wire.control(PeerSettings.H3_DATAGRAM, 1));
    for (int i = 0; i < HttpDatagrams.MAX_EARLY + 3; i++) {
      pair.client().datagrams().send(new byte[] {0, (byte) i});
    }
    peer.request(TunnelRulesTest.connect("echo"));
    for (int i = 3; i < HttpDatagrams.MAX_EARLY + 3; i++) {
      byte[] got = came.poll(10, TimeUnit.SECONDS);
      assertArrayEquals(new byte[] {0, (byte) i, (byte) i}, got, "the oldest were driven out");
    }
  }

  // RFC 9297 §2.1: "If a datagram is received after the corresponding stream's receive side is
  // closed, the received datagrams MUST be silently dropped."
  @Test
  void rfc9297_2_1_aDatagramAfterTheEndOfItsStreamIsDropped() throws Exception {
    serve(echoing());
    RawPeer peer = new RawPeer(pair.client());
    peer.unidirectional(Wire.control(PeerSettings.H3_DATAGRAM, 1));
    Stream stream = peer.wholeRequest(TunnelRulesTest.connect("echo"));
    RawPeer.readAll(stream);
    BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
    pair.client().datagrams().receive(came::add);
    pair.client().datagrams().send(new byte[] {0, 'x'});
    Stream next = peer.wholeRequest(TunnelRulesTest.connect("echo"));
    RawPeer.readAll(next);
    assertTrue(came.isEmpty());
    assertFalse(peer.connection().closed().isDone(), "the connection goes on");
  }

  @Test
  void whatNobodyReceivesIsDroppedAboveTheLimitAndCounted() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    server.unidirectional(Wire.control(8, 1, PeerSettings.H3_DATAGRAM, 1));
    ClientExchange exchange = client.send(CONNECT, ByteBuffer.allocate(0), false, RawPeer.soon());
    for (int i = 0; i < ExchangeDatagrams.MAX_QUEUED + 5; i++) {
      pair.server().datagrams().send(new byte[] {0, (byte) i});
      pair.server().datagrams().send(new byte[] {1, (byte) i});
    }
    assertEquals(5, exchange.datagrams().dropped());
    for (int i = 0; i < ExchangeDatagrams.MAX_QUEUED; i++) {
      assertArrayEquals(new byte[] {(byte) i}, exchange.datagrams().receive(RawPeer.soon()));
    }
    server.connection().close(Http3Error.H3_NO_ERROR.code(), "");
    assertNull(exchange.datagrams().receive(RawPeer.soon()), "the connection has ended");
  }
}
