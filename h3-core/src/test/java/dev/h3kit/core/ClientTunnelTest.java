package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT and extended CONNECT on a client: RFC 9114 §4.4, RFC 9220, RFC 8441. */
class ClientTunnelTest {
  private static final RequestHead EXTENDED =
      new RequestHead("CONNECT", "https", "a.test", "/chat", "echo", List.of());
  private static final RequestHead PLAIN =
      new RequestHead("CONNECT", null, "a.test:443", null, null, List.of());

  private final RawPeer server;
  private final Http3Client client;

  ClientTunnelTest() throws IOException {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    server = new RawPeer(pair.server());
    client = Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
  }

  private ClientExchange connect(RequestHead head) throws IOException {
    return client.send(head, ByteBuffer.allocate(0), false, RawPeer.soon());
  }

  private Stream request() {
    while (true) {
      for (Stream stream : server.accepted()) {
        if (stream.bidirectional()) {
          return stream;
        }
      }
      Thread.onSpinWait();
    }
  }

  // RFC 8441 §3: "Upon receipt of SETTINGS_ENABLE_CONNECT_PROTOCOL with a value of 1, a client MAY
  // use the Extended CONNECT as defined in this document when creating new streams."
  // RFC 9114 §9: "Extensions that could change the semantics of existing protocol components MUST
  // be negotiated before being used."
  @ParameterizedTest
  @ValueSource(longs = {-1, 0})
  void rfc8441_3_withoutTheSettingNoExtendedConnectIsSent(long value) throws Exception {
    server.unidirectional(value < 0 ? Wire.control() : Wire.control(0x08, value));
    Http3Exception.OfStream error =
        assertThrows(Http3Exception.OfStream.class, () -> connect(EXTENDED));
    assertEquals(Http3Error.H3_VERSION_FALLBACK.code(), error.code());
    assertFalse(error.remote());
    assertFalse(server.accepted().stream().anyMatch(Stream::bidirectional), "nothing was sent");
    assertEquals(0, client.activeExchanges());
  }

  @Test
  void rfc8441_3_theSettingsAreWaitedForUntilTheDeadline() throws Exception {
    assertThrows(
        DeadlineExceededException.class,
        () ->
            client.send(
                EXTENDED, ByteBuffer.allocate(0), false, Deadline.after(Duration.ofMillis(50))));
    assertTrue(client.open(), "the connection stays usable");
    Thread.ofVirtual()
        .start(() -> {
          try {
            server.unidirectional(Wire.control(0x08, 1));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    assertEquals(0, connect(EXTENDED).streamId());
  }

  @Test
  void rfc8441_3_aConnectionThatEndsBeforeItsSettingsSaysSo() {
    server.connection().close(Http3Error.H3_INTERNAL_ERROR.code(), "");
    Http3Exception error = assertThrows(Http3Exception.OfConnection.class, () -> connect(EXTENDED));
    assertEquals(Http3Error.H3_INTERNAL_ERROR.code(), error.code());
  }

  // RFC 9114 §4.4: "The :scheme and :path pseudo-header fields are omitted", RFC 8441 §4: "On
  // requests that contain the :protocol pseudo-header field, the :scheme and :path pseudo-header
  // fields of the target URI (see Section 5) MUST also be included."
  @Test
  void rfc9114_4_4_theRequestsAreThoseOfTheRfc() throws Exception {
    connect(PLAIN);
    FrameReader frames = new FrameReader(request(), 1 << 14, 0, RawPeer::soon);
    Frame.Headers headers = assertInstanceOf(Frame.Headers.class, frames.next());
    FieldSections sections = new FieldSections(Http3Limits.SERVER, Http3Events.NONE);
    assertEquals(
        Wire.lines(":method", "CONNECT", ":authority", "a.test:443"),
        sections.decode(0, headers.section(), () -> false, RawPeer.soon()));
    assertEquals(
        Wire.lines(
            ":method",
            "CONNECT",
            ":scheme",
            "https",
            ":authority",
            "a.test",
            ":path",
            "/chat",
            ":protocol",
            "echo"),
        EXTENDED.toFieldLines());
  }

  // RFC 9110 §9.3.6: "A client MUST ignore any Content-Length or Transfer-Encoding header fields
  // received in a successful response to CONNECT."
  @Test
  void rfc9110_9_3_6_aContentLengthOfA2xxResponseIsIgnored() throws Exception {
    ClientExchange exchange = connect(PLAIN);
    Stream stream = request();
    RawPeer.write(stream, Wire.headers(":status", "200", "content-length", "1"), Wire.data("abc"));
    assertThrows(IllegalStateException.class, exchange::tunnel, "not before the response");
    assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
    Tunnel tunnel = exchange.tunnel();
    byte[] got = new byte[10];
    assertEquals(3, tunnel.read(got, 0, 10, RawPeer.soon()));
    tunnel.write(ByteBuffer.wrap("back".getBytes(StandardCharsets.ISO_8859_1)));
    stream.finish();
    assertEquals(-1, tunnel.read(got, 0, 10, RawPeer.soon()));
    tunnel.finish();
    assertTrue(tunnel.awaitEnd(RawPeer.soon()));
    assertEquals(0, client.activeExchanges());
    byte[] sent = RawPeer.readAll(stream);
    assertEquals(
        "back", new String(sent, sent.length - 4, 4, StandardCharsets.ISO_8859_1), "a DATA frame");
    assertEquals(4, sent[sent.length - 5]);
  }

  @Test
  void aRefusalIsAnOrdinaryResponseWithContentAndTrailers() throws Exception {
    ClientExchange exchange = connect(PLAIN);
    RawPeer.write(
            request(),
            Wire.headers(":status", "407", "content-length", "2"),
            Wire.data("no"),
            Wire.headers("x", "y"))
        .finish();
    assertEquals(407, exchange.response(_ -> {}, RawPeer.soon()).status());
    assertThrows(IllegalStateException.class, exchange::tunnel);
    assertEquals(2, exchange.read(new byte[9], 0, 9));
    assertEquals(-1, exchange.read(new byte[9], 0, 9));
    assertEquals(Wire.lines("x", "y"), exchange.trailers());
  }

  // RFC 9114 §4.4: "Receipt of any other known frame type MUST be treated as a connection error of
  // type H3_FRAME_UNEXPECTED."
  @ParameterizedTest
  @ValueSource(longs = {0x01, 0x03, 0x04, 0x05, 0x07, 0x0d})
  void rfc9114_4_4_onlyDataFramesAreAllowedInATunnel(long type) throws Exception {
    ClientExchange exchange = connect(PLAIN);
    byte[] payload =
        type == 0x01 ? Wire.section("a", "b") : new byte[type == FrameType.SETTINGS ? 0 : 1];
    RawPeer.write(request(), Wire.headers(":status", "200"), Wire.frame(type, payload));
    exchange.response(_ -> {}, RawPeer.soon());
    assertThrows(
        Http3Exception.OfConnection.class,
        () -> exchange.tunnel().read(new byte[1], 0, 1, RawPeer.soon()));
    assertEquals(Http3Error.H3_FRAME_UNEXPECTED.code(), server.closeCode());
  }

  @Test
  void aReadWithoutAnythingToReadEndsAtItsDeadline() throws Exception {
    ClientExchange exchange = connect(PLAIN);
    RawPeer.write(request(), Wire.headers(":status", "200"));
    exchange.response(_ -> {}, RawPeer.soon());
    Http3Exception error =
        assertThrows(
            Http3Exception.OfStream.class,
            () -> exchange.tunnel().read(new byte[1], 0, 1, Deadline.after(Duration.ofMillis(20))));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), error.code());
    assertTrue(exchange.tunnel().awaitEnd(RawPeer.soon()));
  }

  // RFC 9297 §3.2: "The Capsule Protocol MUST NOT be used with messages that contain
  // Content-Length,
  // Content-Type, or Transfer-Encoding header fields. [...] A receiver that observes a violation of
  // these requirements MUST treat the HTTP message as malformed."
  @Test
  void rfc9297_3_2_aResponseWithCapsulesAndAFieldOfContentIsMalformed() throws Exception {
    ClientExchange exchange = connect(PLAIN);
    RawPeer.write(
        request(),
        Wire.headers(":status", "200", "capsule-protocol", "?1", "content-type", "text/plain"));
    Http3Exception error =
        assertThrows(
            Http3Exception.OfStream.class, () -> exchange.response(_ -> {}, RawPeer.soon()));
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), error.code());
  }
}
