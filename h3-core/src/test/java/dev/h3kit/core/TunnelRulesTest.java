package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT and extended CONNECT on a server: RFC 9114 §4.4, RFC 9220, RFC 8441. */
class TunnelRulesTest {
  private static final ResponseHead OK = new ResponseHead(200, List.of());
  private static final Http3Extension ECHO =
      connection -> connection.protocol("echo", TunnelRulesTest::echo);

  private final AtomicInteger plainRequests = new AtomicInteger();

  private static void echo(ServerExchange exchange) throws IOException {
    Tunnel tunnel = exchange.tunnel(OK);
    byte[] buffer = new byte[1000];
    for (int got; (got = tunnel.read(buffer, 0, buffer.length, RawPeer.soon())) >= 0; ) {
      tunnel.write(ByteBuffer.wrap(buffer, 0, got));
    }
    tunnel.finish();
  }

  private RawPeer peer(Http3Extension... extensions) {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            List.of(extensions),
            exchange -> {
              plainRequests.incrementAndGet();
              exchange.send(OK, ByteBuffer.allocate(0), true);
            })
        .serve(pair.server());
    return new RawPeer(pair.client());
  }

  static byte[] connect(String protocol) {
    return Wire.headers(
        ":method",
        "CONNECT",
        ":protocol",
        protocol,
        ":scheme",
        "https",
        ":authority",
        "a",
        ":path",
        "/");
  }

  private static byte[] plainConnect() {
    return Wire.headers(":method", "CONNECT", ":authority", "a.test:443");
  }

  /** Reads the frames of a stream until it ends; HEADERS as the status, DATA as text. */
  private static String answer(Stream stream) throws Exception {
    FrameReader frames = new FrameReader(stream, 1 << 14, 0, RawPeer::soon);
    StringBuilder text = new StringBuilder();
    for (Frame frame; (frame = frames.next()) != null; ) {
      text.append(step(frame, frames));
    }
    return text.toString();
  }

  private static String step(Frame frame, FrameReader frames) throws Exception {
    if (frame instanceof Frame.Headers headers) {
      FieldSections sections = new FieldSections(Http3Limits.CLIENT, Http3Events.NONE);
      List<FieldLine> lines = sections.decode(0, headers.section(), () -> false, RawPeer.soon());
      return "[" + lines.getFirst().value() + "]";
    }
    byte[] content = new byte[(int) frames.content()];
    for (int at = 0; at < content.length; ) {
      at += frames.read(content, at, content.length - at);
    }
    return new String(content, StandardCharsets.ISO_8859_1);
  }

  private static long setting(RawPeer peer, long id) throws Exception {
    while (peer.accepted().isEmpty()) {
      Thread.onSpinWait();
    }
    Stream control = peer.accepted().getFirst();
    FrameReader frames = new FrameReader(control, 0, 1024, RawPeer::soon);
    assertEquals(ControlStream.TYPE, frames.streamType());
    Frame.Settings settings = assertInstanceOf(Frame.Settings.class, frames.next());
    return settings.settings().all().getOrDefault(id, -1L);
  }

  // RFC 9114 §4.4: "proxies that support CONNECT SHOULD restrict its use to a set of known ports or
  // a list of safe request targets": without a handler there is none.
  @Test
  void rfc9114_4_4_aServerIsNoOpenProxy() throws Exception {
    RawPeer peer = peer(ECHO);
    assertEquals("[501]", answer(peer.request(plainConnect(), Wire.data("GET / HTTP/1.1"))));
    assertEquals(0, plainRequests.get(), "CONNECT is not for the handler of requests");
  }

  // RFC 9220 §3: "If a server advertises support for Extended CONNECT but receives an Extended
  // CONNECT request with a ":protocol" value that is unknown or is not supported, the server SHOULD
  // respond to the request with a 501 (Not Implemented) status code".
  // RFC 8441 §4: "In particular, the server MUST NOT create a tunnel to the host indicated by the
  // :authority as it would with a CONNECT method request that was not modified by this extension."
  @Test
  void rfc9220_3_anUnknownProtocolIsAnsweredWith501() throws Exception {
    assertEquals("[501]", answer(peer(ECHO).request(connect("websocket"))));
    assertEquals("[501]", answer(peer().request(connect("echo"))));
    assertEquals(0, plainRequests.get(), "CONNECT is not for the handler of requests");
  }

  // RFC 9220 §3: "The SETTINGS_ENABLE_CONNECT_PROTOCOL value is 0x08 (decimal 8), as in HTTP/2."
  @Test
  void rfc9220_3_theSettingIsSentWhenThereIsAUseForIt() throws Exception {
    assertEquals(1, setting(peer(ECHO), PeerSettings.ENABLE_CONNECT_PROTOCOL));
    assertEquals(-1, setting(peer(), PeerSettings.ENABLE_CONNECT_PROTOCOL));
    assertEquals(
        -1,
        setting(peer(point -> point.proxy(TunnelRulesTest::echo)), 0x08),
        "a plain CONNECT needs no setting");
  }

  // RFC 9114 §4.4: "All DATA frames on the stream correspond to data sent or received on the TCP
  // connection." and, of the client's end, "the proxy will set the FIN bit on its connection".
  @Test
  void rfc9114_4_4_dataFramesCarryTheOctetsBothWaysUntilTheEndsOfBothDirections() throws Exception {
    Stream stream = peer(ECHO).request(connect("echo"));
    RawPeer.write(stream, Wire.data("one "), Wire.data(""), Wire.data("two"));
    stream.finish();
    assertEquals("[200]one two", answer(stream));
  }

  @Test
  void rfc9114_4_4_aDirectionThatEndedLeavesTheOtherOpen() throws Exception {
    CountDownLatch clientEnded = new CountDownLatch(1);
    RawPeer peer =
        peer(point ->
            point.proxy(exchange -> {
              Tunnel tunnel = exchange.tunnel(OK);
              assertEquals(-1, tunnel.read(new byte[1], 0, 1, RawPeer.soon()));
              clientEnded.countDown();
              for (int i = 0; i < 3; i++) {
                tunnel.write(ByteBuffer.wrap(new byte[] {'x'}));
              }
              tunnel.finish();
            }));
    Stream stream = peer.wholeRequest(plainConnect());
    assertEquals("[200]xxx", answer(stream));
    assertTrue(clientEnded.await(10, TimeUnit.SECONDS));
  }

  // RFC 9114 §4.4: "Once the CONNECT method has completed, only DATA frames are permitted to be
  // sent on the stream. [...] Receipt of any other known frame type MUST be treated as a connection
  // error of type H3_FRAME_UNEXPECTED."
  @ParameterizedTest
  @ValueSource(longs = {0x01, 0x03, 0x04, 0x05, 0x07, 0x0d, 0x02, 0x08})
  void rfc9114_4_4_onlyDataFramesAreAllowedInATunnel(long type) throws Exception {
    RawPeer peer = peer(ECHO);
    byte[] payload =
        type == 0x01 ? Wire.section("a", "b") : new byte[type == FrameType.SETTINGS ? 0 : 1];
    Stream stream = peer.request(connect("echo"), Wire.data("x"));
    assertEquals(
        0x01, stream.read(new byte[1], 0, 1, RawPeer.soon()), "the response is on its way");
    RawPeer.write(stream, Wire.frame(type, payload));
    assertEquals(Http3Error.H3_FRAME_UNEXPECTED.code(), peer.closeCode());
  }

  // RFC 9114 §9: "Implementations MUST discard data or abort reading on unidirectional streams that
  // have unknown or unsupported types" and ignore unknown frames: in a tunnel too.
  @Test
  void rfc9114_9_unknownFramesInATunnelAreIgnored() throws Exception {
    Stream stream =
        peer(ECHO)
            .wholeRequest(
                connect("echo"), Wire.frame(FrameType.reserved(4), new byte[9]), Wire.data("y"));
    assertEquals("[200]y", answer(stream));
  }

  // RFC 9114 §4.4: "If the stream is reset or reading is aborted by the client, a proxy SHOULD
  // perform the same operation on the other direction in order to ensure that both directions of
  // the stream are cancelled."
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rfc9114_4_4_whatTheClientGivesUpInOneDirectionIsCancelledInBoth(boolean reset)
      throws Exception {
    LinkedBlockingQueue<Exception> told = new LinkedBlockingQueue<>();
    RawPeer peer =
        peer(point ->
            point.proxy(exchange -> {
              Tunnel tunnel = exchange.tunnel(OK);
              try {
                tunnel.read(new byte[1], 0, 1, RawPeer.soon());
              } catch (Http3Exception e) {
                told.add(e);
              }
              assertTrue(tunnel.awaitEnd(RawPeer.soon()), "both directions are over");
              told.add(new Exception("ended"));
            }));
    Stream stream = peer.request(plainConnect());
    assertEquals(
        0x01, stream.read(new byte[1], 0, 1, RawPeer.soon()), "the response is on its way");
    if (reset) {
      stream.reset(Http3Error.H3_CONNECT_ERROR.code());
      assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    } else {
      stream.stopReading(Http3Error.H3_CONNECT_ERROR.code());
      CountDownLatch stopped = new CountDownLatch(1);
      stream.onAbort(stopped::countDown);
      assertTrue(stopped.await(10, TimeUnit.SECONDS), "reading was stopped too");
      assertThrows(StopSendingException.class, () -> stream.write(new byte[1], 0, 1, soon()));
    }
    Http3Exception error = (Http3Exception) told.poll(10, TimeUnit.SECONDS);
    assertEquals(Http3Error.H3_CONNECT_ERROR.code(), error.code());
    assertTrue(error.remote());
    assertEquals("ended", told.poll(10, TimeUnit.SECONDS).getMessage());
  }

  private static Deadline soon() {
    return RawPeer.soon();
  }

  // RFC 9114 §4.4: "A proxy treats any error in the TCP connection, which includes receiving a TCP
  // segment with the RST bit set, as a stream error of type H3_CONNECT_ERROR."
  @Test
  void rfc9114_4_4_aFailureOfTheConnectionBehindIsAConnectError() throws Exception {
    RawPeer peer =
        peer(point ->
            point.proxy(exchange -> {
              exchange.tunnel(OK);
              throw new IOException("connection reset");
            }));
    Stream stream = peer.request(plainConnect());
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    assertEquals(Http3Error.H3_CONNECT_ERROR.code(), reset.errorCode());
    assertFalse(peer.connection().closed().isDone(), "the connection goes on");
  }

  // RFC 9220 §3: "RST exceptions are represented with a stream error (Section 8 of [HTTP/3]) of
  // type
  // H3_REQUEST_CANCELLED".
  @Test
  void rfc9220_3_anAbruptEndOfAnExtendedConnectIsACancelledRequest() throws Exception {
    RawPeer peer =
        peer(point ->
            point.protocol(
                "echo", exchange -> exchange.tunnel(OK).abort(Http3Error.H3_REQUEST_CANCELLED)));
    Stream stream = peer.request(connect("echo"));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
  }

  // RFC 9110 §9.3.6: "A server MUST NOT send any Transfer-Encoding or Content-Length header fields
  // in a 2xx (Successful) response to CONNECT."
  @Test
  void rfc9110_9_3_6_aTunnelHasNoContentLengthAndNoTrailers() throws Exception {
    LinkedBlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    RawPeer peer =
        peer(point ->
            point.protocol(
                "echo",
                exchange -> {
                  ResponseHead length =
                      new ResponseHead(200, List.of(new FieldLine("content-length", "0")));
                  thrown.add(
                      assertThrows(
                          IllegalArgumentException.class,
                          () -> exchange.send(length, ByteBuffer.allocate(0), true)));
                  thrown.add(
                      assertThrows(
                          IllegalArgumentException.class,
                          () -> exchange.tunnel(new ResponseHead(404, List.of()))));
                  exchange.send(OK, ByteBuffer.wrap(new byte[] {'z'}), false);
                  thrown.add(
                      assertThrows(
                          IllegalStateException.class, () -> exchange.writeTrailers(List.of())));
                  exchange.write(ByteBuffer.allocate(0), true);
                }));
    byte[] withLength =
        Wire.headers(
            ":method",
            "CONNECT",
            ":protocol",
            "echo",
            ":scheme",
            "https",
            ":authority",
            "a",
            ":path",
            "/",
            "content-length",
            "5");
    assertEquals("[200]z", answer(peer.request(withLength, Wire.data("more than five octets"))));
    assertEquals(3, thrown.size());
  }

  @Test
  void aRefusedConnectIsAnOrdinaryExchangeThatEnds() throws Exception {
    RawPeer peer =
        peer(point ->
            point.protocol(
                "echo",
                exchange ->
                    exchange.send(
                        new ResponseHead(403, List.of()),
                        ByteBuffer.wrap("no".getBytes(StandardCharsets.ISO_8859_1)),
                        true)));
    assertEquals("[403]no", answer(peer.wholeRequest(connect("echo"))));
  }
}
