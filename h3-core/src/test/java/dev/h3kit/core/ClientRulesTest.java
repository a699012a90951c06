package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client must answer to a server that breaks the rules. */
class ClientRulesTest {
  private final RawPeer server;
  private final Http3Client client;

  ClientRulesTest() throws IOException {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    server = new RawPeer(pair.server());
    Http3Limits plain = Http3Limits.CLIENT.but().grease(0).build();
    client = Http3Client.on(pair.client(), plain, Http3Events.NONE);
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private ClientExchange get() throws IOException {
    return client.send(
        RequestHead.of("GET", "a", "/", List.of()), ByteBuffer.allocate(0), true, soon());
  }

  /** The request stream that the client opened last. */
  private Stream lastRequest() {
    while (true) {
      for (Stream stream : server.accepted().reversed()) {
        if (stream.bidirectional()) {
          return stream;
        }
      }
      Thread.onSpinWait();
    }
  }

  /** Breaks one rule on the answer to a request. */
  @FunctionalInterface
  interface Offence {
    void commit(RawPeer server, Stream request) throws Exception;
  }

  private static Arguments rule(String name, Http3Error error, Offence offence) {
    return Arguments.of(name, error, offence);
  }

  private static byte[] ok() {
    return Wire.headers(":status", "200");
  }

  static java.util.stream.Stream<Arguments> connectionErrors() {
    return java.util.stream.Stream.of(
        // RFC 9114 §4.1: "Receipt of an invalid sequence of frames MUST be treated as a connection
        // error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §4.1: DATA before HEADERS",
            Http3Error.H3_FRAME_UNEXPECTED,
            (_, request) -> RawPeer.write(request, Wire.data("x"))),
        // RFC 9114 §4.1: "Receipt of an invalid sequence of frames MUST be treated as a connection
        // error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §4.1: HEADERS after trailers",
            Http3Error.H3_FRAME_UNEXPECTED,
            (_, request) ->
                RawPeer.write(request, ok(), Wire.headers("a", "b"), Wire.headers("a", "b"))),
        // RFC 9114 §7.2.5: "A client MUST treat receipt of a PUSH_PROMISE frame that contains a
        // larger push ID than the client has advertised as a connection error of H3_ID_ERROR."
        rule(
            "RFC 9114 §7.2.5: a promise that was not allowed",
            Http3Error.H3_ID_ERROR,
            (_, request) ->
                RawPeer.write(request, Wire.frame(FrameType.PUSH_PROMISE, Wire.hex("000000")))),
        // RFC 9114 §4.6: "A client MUST treat receipt of a push stream as a connection error of
        // type H3_ID_ERROR when no MAX_PUSH_ID frame has been sent or when the stream references a
        // push ID that is greater than the maximum push ID."
        rule(
            "RFC 9114 §4.6: a push stream that was not allowed",
            Http3Error.H3_ID_ERROR,
            (server, _) -> server.unidirectional(Wire.hex("0100"))),
        // RFC 9114 §7.2.3: "If a CANCEL_PUSH frame is received that references a push ID greater
        // than currently allowed on the connection, this MUST be treated as a connection error of
        // type H3_ID_ERROR."
        rule(
            "RFC 9114 §7.2.3: CANCEL_PUSH beyond what was allowed",
            Http3Error.H3_ID_ERROR,
            (server, _) ->
                server.unidirectional(
                    Wire.control(), Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(1)))),
        // RFC 9114 §7.2.7: "A client MUST treat the receipt of a MAX_PUSH_ID frame as a connection
        // error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §7.2.7: MAX_PUSH_ID from a server",
            Http3Error.H3_FRAME_UNEXPECTED,
            (server, _) ->
                server.unidirectional(
                    Wire.control(), Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(1)))),
        // RFC 9114 §7.2.6: "A client MUST treat receipt of a GOAWAY frame containing a stream ID of
        // any other type as a connection error of type H3_ID_ERROR."
        rule(
            "RFC 9114 §7.2.6: GOAWAY with an id that is no request",
            Http3Error.H3_ID_ERROR,
            (server, _) ->
                server.unidirectional(
                    Wire.control(), Wire.frame(FrameType.GOAWAY, Wire.varint(3)))),
        // RFC 9114 §5.2: "Receiving a GOAWAY containing a larger identifier than previously
        // received MUST be treated as a connection error of type H3_ID_ERROR."
        rule(
            "RFC 9114 §5.2: GOAWAY goes up",
            Http3Error.H3_ID_ERROR,
            (server, _) ->
                server.unidirectional(
                    Wire.control(),
                    Wire.frame(FrameType.GOAWAY, Wire.varint(4)),
                    Wire.frame(FrameType.GOAWAY, Wire.varint(8)))),
        // RFC 9114 §6.1: "Clients MUST treat receipt of a server-initiated bidirectional stream as
        // a connection error of type H3_STREAM_CREATION_ERROR unless such an extension has been
        // negotiated."
        rule(
            "RFC 9114 §6.1: a bidirectional stream from a server",
            Http3Error.H3_STREAM_CREATION_ERROR,
            (server, _) -> server.request(Wire.get())),
        // RFC 9114 §6.2.1: "If the first frame of the control stream is any other frame type, this
        // MUST be treated as a connection error of type H3_MISSING_SETTINGS."
        rule(
            "RFC 9114 §6.2.1: no SETTINGS first",
            Http3Error.H3_MISSING_SETTINGS,
            (server, _) ->
                server.unidirectional(
                    new byte[] {0}, Wire.frame(FrameType.GOAWAY, Wire.varint(0)))),
        // RFC 9114 §7.2.4.1: "These reserved settings MUST NOT be sent, and their receipt MUST be
        // treated as a connection error of type H3_SETTINGS_ERROR."
        rule(
            "RFC 9114 §7.2.4.1: settings of HTTP/2",
            Http3Error.H3_SETTINGS_ERROR,
            (server, _) -> server.unidirectional(Wire.control(4, 1))),
        // RFC 9114 §7.1: "When a stream terminates cleanly, if the last frame on the stream was
        // truncated, this MUST be treated as a connection error of type H3_FRAME_ERROR."
        rule(
            "RFC 9114 §7.1: the answer ends within a frame",
            Http3Error.H3_FRAME_ERROR,
            (_, request) -> RawPeer.write(request, Wire.hex("0130 00")).finish()));
  }

  @ParameterizedTest(name = "{0} is {1}")
  @MethodSource("connectionErrors")
  void closesTheConnectionWith(String name, Http3Error error, Offence offence) throws Exception {
    ClientExchange exchange = get();
    offence.commit(server, lastRequest());
    assertThrows(
        Http3Exception.class,
        () -> {
          exchange.response(_ -> {}, soon());
          while (exchange.read(new byte[100], 0, 100) >= 0) {}
        },
        name);
    assertEquals(error, Http3Error.of(server.closeCode()).orElseThrow(), name);
    assertFalse(client.open());
  }

  static java.util.stream.Stream<Arguments> streamErrors() {
    return java.util.stream.Stream.of(
        // RFC 9114 §4.3.2: "This pseudo-header field MUST be included in all responses; otherwise,
        // the response is malformed (see Section 4.1.2)."
        // RFC 9114 §4.1.2: "Clients MUST NOT accept a malformed response."
        rule(
            "RFC 9114 §4.3.2: no :status",
            Http3Error.H3_MESSAGE_ERROR,
            (_, request) -> RawPeer.write(request, Wire.headers("a", "b"))),
        rule(
            "RFC 9114 §4.5: 101",
            Http3Error.H3_MESSAGE_ERROR,
            (_, request) -> RawPeer.write(request, Wire.headers(":status", "101"))),
        // RFC 9114 §4.2: "A request or response containing uppercase characters in field names MUST
        // be treated as malformed."
        rule(
            "RFC 9114 §4.2: upper case",
            Http3Error.H3_MESSAGE_ERROR,
            (_, request) -> RawPeer.write(request, Wire.headers(":status", "200", "Server", "x"))),
        rule(
            "RFC 9114 §4.1: nothing at all",
            Http3Error.H3_MESSAGE_ERROR,
            (_, request) -> request.finish()),
        rule(
            "RFC 9114 §4.1: interim responses only",
            Http3Error.H3_MESSAGE_ERROR,
            (_, request) -> RawPeer.write(request, Wire.headers(":status", "103")).finish()),
        // RFC 9114 §4.1.2: "Malformed requests or responses that are detected MUST be treated as a
        // stream error of type H3_MESSAGE_ERROR."
        rule(
            "RFC 9114 §4.1.2: more content than content-length",
            Http3Error.H3_MESSAGE_ERROR,
            (_, request) ->
                RawPeer.write(
                    request,
                    Wire.headers(":status", "200", "content-length", "1"),
                    Wire.data("two"))),
        rule(
            "RFC 9114 §10.5.1: a header section above the limit",
            Http3Error.H3_EXCESSIVE_LOAD,
            (_, request) -> RawPeer.write(request, Wire.hex("01 80050000"))));
  }

  @ParameterizedTest(name = "{0} is {1}")
  @MethodSource("streamErrors")
  void endsTheStreamAndNothingElse(String name, Http3Error error, Offence offence)
      throws Exception {
    ClientExchange exchange = get();
    offence.commit(server, lastRequest());
    Http3Exception.OfStream told =
        assertThrows(
            Http3Exception.OfStream.class,
            () -> {
              exchange.response(_ -> {}, soon());
              while (exchange.read(new byte[100], 0, 100) >= 0) {}
            },
            name);
    assertEquals(error.code(), told.code(), name);
    assertFalse(told.remote());
    assertTrue(client.open(), "the connection goes on");
    assertEquals(0, client.activeExchanges());
  }

  @Test
  void rfc9114_5_2_requestsAboveTheGoawayMayBeSentAgain() throws Exception {
    ClientExchange first = get();
    Stream firstStream = lastRequest();
    ClientExchange second = get();
    server.unidirectional(
        Wire.control(), Wire.frame(FrameType.GOAWAY, Wire.varint(second.streamId())));
    Http3Exception.OfStream rejected =
        assertThrows(Http3Exception.OfStream.class, () -> second.response(_ -> {}, soon()));
    assertEquals(Http3Error.H3_REQUEST_REJECTED.code(), rejected.code());
    RawPeer.write(firstStream, ok()).finish();
    assertEquals(200, first.response(_ -> {}, soon()).status(), "the first is answered");
    assertFalse(client.open());
    assertEquals(-1, first.read(new byte[1], 0, 1));
    assertEquals(Http3Error.H3_NO_ERROR.code(), server.closeCode(), "then nothing is left to do");
  }

  // RFC 9114 §4.1: "Clients MUST NOT discard complete responses as a result of having their request
  // terminated abruptly, though clients can always discard responses at their discretion for other
  // reasons."
  @Test
  void rfc9114_4_1_aResponseBeforeTheWholeRequestIsKept() throws Exception {
    ClientExchange upload =
        client.send(
            RequestHead.of("POST", "a", "/", List.of()), ByteBuffer.allocate(0), false, soon());
    Stream stream = lastRequest();
    RawPeer.write(stream, Wire.headers(":status", "413"), Wire.data("no")).finish();
    stream.stopReading(Http3Error.H3_NO_ERROR.code());
    assertEquals(413, upload.response(_ -> {}, soon()).status());
    Http3Exception.OfStream stopped =
        assertThrows(
            Http3Exception.OfStream.class,
            () -> upload.write(ByteBuffer.wrap(new byte[] {1}), false));
    assertEquals(Http3Error.H3_NO_ERROR.code(), stopped.code());
    byte[] content = new byte[10];
    assertEquals(2, upload.read(content, 0, 10));
  }

  @Test
  void aConnectionThatEndsEndsItsExchanges() throws Exception {
    ClientExchange exchange = get();
    server.connection().close(Http3Error.H3_INTERNAL_ERROR.code(), "bye");
    Http3Exception.OfConnection lost =
        assertThrows(Http3Exception.OfConnection.class, () -> exchange.response(_ -> {}, soon()));
    assertTrue(lost.remote());
    assertEquals(Http3Error.H3_INTERNAL_ERROR.code(), lost.code());
    assertThrows(Http3Exception.OfConnection.class, this::get);
    assertEquals(0, client.activeExchanges());
  }
}
