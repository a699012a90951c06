package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How exchanges begin, end and are cancelled, with which codes, and when settings bind. */
@Timeout(60)
class ExchangeRulesTest {
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
  private static final long UNKNOWN_CODE = 0x4242;

  private final MemoryTransport.Pair pair = MemoryTransport.pair();
  private final CountDownLatch settingsCame = new CountDownLatch(1);

  private final Http3Events events =
      new Http3Events() {
        @Override
        public void settings(ConnectionInfo connection, java.util.Map<Long, Long> settings) {
          settingsCame.countDown();
        }
      };

  private Http3Client client() throws IOException {
    return Http3Client.on(pair.client(), Http3Limits.CLIENT, events);
  }

  private RawPeer peerOfServer(Http3Server.Handler handler) {
    Http3Server.withoutPort(Http3Limits.SERVER, events, handler).serve(pair.server());
    return new RawPeer(pair.client());
  }

  private static ClientExchange send(Http3Client client, String method, boolean last)
      throws IOException {
    return client.send(RequestHead.of(method, "a", "/", List.of()), EMPTY, last, RawPeer.soon());
  }

  private static ClientExchange get(Http3Client client) throws IOException {
    return send(client, "GET", true);
  }

  /** The stream of a client's request, where the server has it. */
  private static Stream stream(RawPeer server, ClientExchange exchange) {
    while (true) {
      for (Stream stream : server.accepted()) {
        if (stream.id() == exchange.streamId()) {
          return stream;
        }
      }
      Thread.onSpinWait();
    }
  }

  // RFC 9114 §4.1: "After sending a request, a client MUST close the stream for sending. Unless
  // using
  // the CONNECT method (see Section 4.4), clients MUST NOT make stream closure dependent on
  // receiving a response to their request."
  @Test
  void rfc9114_4_1_aClientEndsItsRequestBeforeThereIsAResponse() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    ClientExchange whole = get(client);
    assertTrue(RawPeer.readAll(stream(server, whole)).length > 0, "read to its end");
    ClientExchange inParts = send(client, "POST", false);
    inParts.write(ByteBuffer.wrap(new byte[] {1}), false);
    inParts.write(EMPTY, true);
    assertTrue(RawPeer.readAll(stream(server, inParts)).length > 0, "read to its end");
    assertEquals(2, client.activeExchanges());
    whole.abort(Http3Error.H3_REQUEST_CANCELLED);
    inParts.abort(Http3Error.H3_REQUEST_CANCELLED);
  }

  // RFC 9114 §4.1: "After sending a final response, the server MUST close the stream for sending."
  @Test
  void rfc9114_4_1_aServerEndsItsResponseThoughTheRequestGoesOn() throws Exception {
    RawPeer client =
        peerOfServer(exchange -> exchange.send(new ResponseHead(200, List.of()), EMPTY, true));
    Stream request = client.request(Wire.get(), Wire.data("and more to come"));
    assertTrue(RawPeer.readAll(request).length > 0);
  }

  // RFC 9114 §4.1: "If the server sends a partial or complete response but does not abort reading
  // the
  // request, clients SHOULD continue sending the content of the request and close the stream
  // normally."
  @Test
  void rfc9114_4_1_aClientGoesOnSendingBehindAnEarlyResponse() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    ClientExchange upload = send(client(), "POST", false);
    Stream request = stream(server, upload);
    RawPeer.write(request, Wire.headers(":status", "200")).finish();
    assertEquals(200, upload.response(_ -> {}, RawPeer.soon()).status());
    assertEquals(-1, upload.read(new byte[1], 0, 1));
    upload.write(ByteBuffer.wrap(new byte[] {'e', 'n', 'd'}), true);
    byte[] all = RawPeer.readAll(request);
    assertArrayEquals(
        Wire.data("end"), java.util.Arrays.copyOfRange(all, all.length - 5, all.length));
  }

  // RFC 9114 §4.1.1: "Implementations SHOULD cancel requests by abruptly terminating any directions
  // of a stream that are still open." "Client SHOULD use the error code H3_REQUEST_CANCELLED to
  // cancel requests."
  @Test
  void rfc9114_4_1_1_aClientThatGivesUpCancelsBothDirections() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    ClientExchange upload = send(client(), "POST", false);
    Stream request = stream(server, upload);
    Deadline over = Deadline.after(java.time.Duration.ofMillis(1));
    assertThrows(Http3Exception.OfStream.class, () -> upload.response(_ -> {}, over));
    assertCancelled(request);
  }

  // RFC 9114 §4.1.1: "Clients MUST NOT use the H3_REQUEST_REJECTED error code, except when a server
  // has requested closure of the request stream with this error code."
  @Test
  void rfc9114_4_1_1_aClientCancelsWhatAGoawayRejects() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    ClientExchange upload = send(client(), "POST", false);
    Stream request = stream(server, upload);
    server.unidirectional(Wire.control(), Wire.frame(FrameType.GOAWAY, Wire.varint(0)));
    assertThrows(Http3Exception.OfStream.class, () -> upload.response(_ -> {}, RawPeer.soon()));
    assertCancelled(request);
  }

  private static void assertCancelled(Stream request) throws Exception {
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(request));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
    CountDownLatch stopped = new CountDownLatch(1);
    request.onAbort(stopped::countDown);
    assertTrue(stopped.await(20, TimeUnit.SECONDS));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), request.peerStopCode().orElseThrow());
  }

  // RFC 9114 §4.1.1: "Servers MUST NOT use the H3_REQUEST_REJECTED error code for requests that
  // were
  // partially or fully processed."
  @ParameterizedTest(name = "after the response has begun: {0}")
  @ValueSource(booleans = {false, true})
  void rfc9114_4_1_1_aRequestThatAHandlerHasSeenIsNotRejected(boolean begun) throws Exception {
    RawPeer client =
        peerOfServer(exchange -> {
          if (begun) {
            exchange.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(new byte[1]), false);
          }
          throw new IllegalStateException("handler");
        });
    Stream request = client.wholeRequest(Wire.get());
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(request));
    assertEquals(Http3Error.H3_INTERNAL_ERROR.code(), reset.errorCode());
  }

  // RFC 9114 §4.1.1: "However, if a stream is cancelled after receiving a partial response, the
  // response SHOULD NOT be used."
  // RFC 9114 §8: "use of an error code in an unexpected context or receipt of an unknown error code
  // MUST be treated as equivalent to H3_NO_ERROR"
  @ParameterizedTest(name = "with code {0}")
  @ValueSource(longs = {UNKNOWN_CODE, 0x21, 0x0104, 0x0200})
  void rfc9114_8_aResponseThatIsResetWithAnyCodeEndsItsStreamOnly(long code) throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    ClientExchange exchange = get(client);
    Stream request = stream(server, exchange);
    RawPeer.write(request, Wire.headers(":status", "200"), Wire.data("part"));
    assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
    request.reset(code);
    Http3Exception.OfStream told =
        assertThrows(
            Http3Exception.OfStream.class,
            () -> {
              while (exchange.read(new byte[100], 0, 100) >= 0) {}
            });
    assertTrue(told.remote());
    assertEquals(code, told.code());
    assertTrue(client.open());
  }

  // RFC 9114 §8: "use of an error code in an unexpected context or receipt of an unknown error code
  // MUST be treated as equivalent to H3_NO_ERROR"
  @ParameterizedTest(name = "with code {0}")
  @ValueSource(longs = {UNKNOWN_CODE, 0x21, 0x0104, 0x0200})
  void rfc9114_8_aRequestThatIsResetWithAnyCodeEndsItsStreamOnly(long code) throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    RawPeer client =
        peerOfServer(exchange -> {
          if (exchange.streamId() == 0) {
            exchange.onAbort(aborted::countDown);
            started.countDown();
            assertTrue(aborted.await(20, TimeUnit.SECONDS));
          }
          exchange.send(new ResponseHead(200, List.of()), EMPTY, true);
        });
    Stream first = client.request(Wire.get());
    assertTrue(started.await(20, TimeUnit.SECONDS));
    first.reset(code);
    first.stopReading(code);
    assertTrue(aborted.await(20, TimeUnit.SECONDS));
    assertTrue(RawPeer.readAll(client.wholeRequest(Wire.get())).length > 0);
    assertFalse(client.connection().closed().isDone());
  }

  // RFC 9114 §8: "use of an error code in an unexpected context or receipt of an unknown error code
  // MUST be treated as equivalent to H3_NO_ERROR"
  @Test
  void rfc9114_8_aConnectionMayBeClosedWithAnUnknownCode() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    ClientExchange exchange = get(client);
    server.connection().close(UNKNOWN_CODE, "");
    Http3Exception.OfConnection told =
        assertThrows(
            Http3Exception.OfConnection.class, () -> exchange.response(_ -> {}, RawPeer.soon()));
    assertEquals(UNKNOWN_CODE, told.code());
    assertFalse(client.open());
  }

  // RFC 9114 §7.2.4.2: "Each endpoint SHOULD use these initial values to send messages before the
  // peer's SETTINGS frame has arrived, as packets carrying the settings can be lost or delayed."
  // "Clients SHOULD NOT wait indefinitely for SETTINGS to arrive before sending requests"
  @Test
  void rfc9114_7_2_4_2_aRequestIsSentBeforeThereAreSettings() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    for (int i = 0; i < 5; i++) {
      ClientExchange exchange = get(client);
      byte[] request = RawPeer.readAll(stream(server, exchange));
      assertEquals(FrameType.HEADERS, request[0]);
      assertEquals(0, request[2], "the Required Insert Count: without a table");
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
    }
  }

  // RFC 9114 §7.2.4.2: "Once a server has provided new settings, clients MUST comply with those
  // values." "An HTTP implementation MUST NOT send frames or requests that would be invalid based
  // on
  // its current understanding of the peer's settings."
  // RFC 9114 §4.2.2: "An implementation that has received this parameter SHOULD NOT send an HTTP
  // message header that exceeds the indicated size"
  @Test
  void rfc9114_7_2_4_2_settingsBindFromTheirArrival() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    get(client);
    server.unidirectional(Wire.control(PeerSettings.MAX_FIELD_SECTION_SIZE, 100));
    assertTrue(settingsCame.await(20, TimeUnit.SECONDS));
    Http3Exception.OfStream refused =
        assertThrows(Http3Exception.OfStream.class, () -> get(client));
    assertTrue(String.valueOf(refused.getMessage()).contains("4.2.2"), refused.getMessage());
    assertFalse(refused.remote());
    assertTrue(client.open());
  }

  // RFC 9114 §4.2.2: "An implementation that has received this parameter SHOULD NOT send an HTTP
  // message header that exceeds the indicated size"
  @Test
  void rfc9114_4_2_2_aServerSendsNoSectionAboveThePeersLimit() throws Exception {
    RawPeer client =
        peerOfServer(exchange -> {
          assertThrows(
              Http3Exception.OfStream.class,
              () ->
                  exchange.send(
                      new ResponseHead(200, Wire.lines("x", "y".repeat(100))), EMPTY, true));
        });
    client.unidirectional(Wire.control(PeerSettings.MAX_FIELD_SECTION_SIZE, 100));
    assertTrue(settingsCame.await(20, TimeUnit.SECONDS));
    Stream request = client.wholeRequest(Wire.get());
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(request));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
  }

  // RFC 9114 §7.2.6: "A client MUST treat a GOAWAY frame on a stream other than the control stream
  // as
  // a connection error of type H3_FRAME_UNEXPECTED."
  @Test
  void rfc9114_7_2_6_aGoawayOnARequestStreamIsUnexpected() throws Exception {
    assertUnexpected(Wire.frame(FrameType.GOAWAY, Wire.varint(0)));
  }

  // RFC 9114 §7.2.4: "If an endpoint receives a SETTINGS frame on a different stream, the endpoint
  // MUST respond with a connection error of type H3_FRAME_UNEXPECTED."
  @Test
  void rfc9114_7_2_4_settingsOnARequestStreamAreUnexpected() throws Exception {
    assertUnexpected(Wire.frame(FrameType.SETTINGS, new byte[0]));
  }

  private void assertUnexpected(byte[] frame) throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    ClientExchange exchange = get(client);
    RawPeer.write(stream(server, exchange), frame);
    assertThrows(
        Http3Exception.OfConnection.class, () -> exchange.response(_ -> {}, RawPeer.soon()));
    assertEquals(Http3Error.H3_FRAME_UNEXPECTED.code(), server.closeCode());
  }

  // RFC 9114 §7.2.5: "If a PUSH_PROMISE frame is received on the control stream, the client MUST
  // respond with a connection error of type H3_FRAME_UNEXPECTED."
  @Test
  void rfc9114_7_2_5_aPromiseOnTheControlStreamIsUnexpected() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    client();
    server.unidirectional(Wire.control(), Wire.frame(FrameType.PUSH_PROMISE, new byte[3]));
    assertEquals(Http3Error.H3_FRAME_UNEXPECTED.code(), server.closeCode());
  }

  // RFC 9114 §5.2: "Endpoints MUST NOT initiate new requests or promise new pushes on the
  // connection
  // after receipt of a GOAWAY frame from the peer."
  @Test
  void rfc9114_5_2_behindAGoawayNoRequestIsSent() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    ClientExchange first = get(client);
    server.unidirectional(Wire.control(), Wire.frame(FrameType.GOAWAY, Wire.varint(400)));
    while (client.open()) {
      Thread.onSpinWait();
    }
    assertThrows(Http3Exception.OfConnection.class, () -> get(client));
    assertEquals(0, stream(server, first).id());
    assertEquals(1, server.accepted().stream().filter(Stream::bidirectional).count());
  }
}
