package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.qpack.FieldLine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server must answer to a client that breaks the rules. */
class ServerRulesTest {
  private static final Http3Server.Handler OK =
      exchange -> {
        byte[] buffer = new byte[100];
        while (exchange.read(buffer, 0, buffer.length) >= 0) {}
        exchange.send(
            new ResponseHead(200, List.of(new FieldLine("content-length", "2"))),
            ByteBuffer.wrap(new byte[] {'o', 'k'}),
            true);
      };

  private static RawPeer peer(Http3Limits limits, Http3Server.Handler handler) {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Limits plain = limits.but().grease(0).build();
    Http3Server.withoutPort(plain, Http3Events.NONE, handler).serve(pair.server());
    return new RawPeer(pair.client());
  }

  private static RawPeer peer() {
    return peer(Http3Limits.SERVER, OK);
  }

  /** Breaks one rule. */
  @FunctionalInterface
  interface Offence {
    void commit(RawPeer peer) throws Exception;
  }

  private static Arguments rule(String name, Http3Error error, Offence offence) {
    return Arguments.of(name, error, offence);
  }

  static java.util.stream.Stream<Arguments> connectionErrors() {
    var all = java.util.stream.Stream.<Arguments>builder();
    // RFC 9114 §4.1: "Receipt of an invalid sequence of frames MUST be treated as a connection
    // error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §4.1: DATA before HEADERS",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.data("x"))));
    // RFC 9114 §4.1: "Receipt of an invalid sequence of frames MUST be treated as a connection
    // error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §4.1: HEADERS after trailers",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.get(), Wire.headers("a", "b"), Wire.headers("a", "b"))));
    // RFC 9114 §4.1: "Receipt of an invalid sequence of frames MUST be treated as a connection
    // error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §4.1: DATA after trailers",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.get(), Wire.headers("a", "b"), Wire.data("x"))));
    // RFC 9114 §6.2.1: "If the first frame of the control stream is any other frame type, this MUST
    // be treated as a connection error of type H3_MISSING_SETTINGS."
    all.add(
        rule(
            "RFC 9114 §6.2.1: first control frame is not SETTINGS",
            Http3Error.H3_MISSING_SETTINGS,
            peer ->
                peer.unidirectional(new byte[] {0}, Wire.frame(FrameType.GOAWAY, Wire.varint(0)))));
    // RFC 9114 §6.2.1: "If the first frame of the control stream is any other frame type, this MUST
    // be treated as a connection error of type H3_MISSING_SETTINGS."
    // RFC 9114 §9: "where a known frame type is required to be in a specific location, such as the
    // SETTINGS frame as the first frame of the control stream (see Section 6.2.1), an unknown frame
    // type does not satisfy that requirement and SHOULD be treated as an error"
    all.add(
        rule(
            "RFC 9114 §6.2.1: a reserved frame before SETTINGS",
            Http3Error.H3_MISSING_SETTINGS,
            peer ->
                peer.unidirectional(
                    new byte[] {0}, Wire.frame(FrameType.reserved(1), new byte[3]))));
    // RFC 9114 §7.2.1: "If a DATA frame is received on a control stream, the recipient MUST respond
    // with a connection error of type H3_FRAME_UNEXPECTED."
    // RFC 9114 §7.2.1: "DATA frames MUST be associated with an HTTP request or response."
    all.add(
        rule(
            "RFC 9114 §7.2.1: DATA on a control stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.unidirectional(Wire.control(), Wire.data("x"))));
    // RFC 9114 §7.2.2: "If a HEADERS frame is received on a control stream, the recipient MUST
    // respond with a connection error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.2: HEADERS on a control stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.unidirectional(Wire.control(), Wire.get())));
    // RFC 9114 §7.2.4: "If an endpoint receives a second SETTINGS frame on the control stream, the
    // endpoint MUST respond with a connection error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.4: a second SETTINGS frame",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer ->
                peer.unidirectional(Wire.control(), Wire.frame(FrameType.SETTINGS, new byte[0]))));
    // RFC 9114 §7.2.4: "If an endpoint receives a SETTINGS frame on a different stream, the
    // endpoint MUST respond with a connection error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.4: SETTINGS on a request stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.frame(FrameType.SETTINGS, new byte[0]))));
    // RFC 9114 §7.2.4.1: "These reserved settings MUST NOT be sent, and their receipt MUST be
    // treated as a connection error of type H3_SETTINGS_ERROR."
    all.add(
        rule(
            "RFC 9114 §7.2.4.1: settings of HTTP/2",
            Http3Error.H3_SETTINGS_ERROR,
            peer -> peer.unidirectional(Wire.control(2, 1))));
    // RFC 9114 §7.2.4: "The same setting identifier MUST NOT occur more than once in the SETTINGS
    // frame."
    all.add(
        rule(
            "RFC 9114 §7.2.4: a setting twice",
            Http3Error.H3_SETTINGS_ERROR,
            peer -> peer.unidirectional(Wire.control(6, 1, 6, 1))));
    // RFC 9114 §7.2.3: "Receiving a CANCEL_PUSH frame on a stream other than the control stream
    // MUST be treated as a connection error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.3: CANCEL_PUSH on a request stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(0)))));
    // RFC 9114 §7.2.3: "If a server receives a CANCEL_PUSH frame for a push ID that has not yet
    // been mentioned by a PUSH_PROMISE frame, this MUST be treated as a connection error of type
    // H3_ID_ERROR."
    all.add(
        rule(
            "RFC 9114 §7.2.3: CANCEL_PUSH of what was never promised",
            Http3Error.H3_ID_ERROR,
            peer ->
                peer.unidirectional(
                    Wire.control(), Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(0)))));
    // RFC 9114 §7.2.5: "A server MUST treat the receipt of a PUSH_PROMISE frame as a connection
    // error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.5: PUSH_PROMISE from a client",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.get(), Wire.frame(FrameType.PUSH_PROMISE, new byte[3]))));
    // RFC 9114 §7.2.5: "A server MUST treat the receipt of a PUSH_PROMISE frame as a connection
    // error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.5: PUSH_PROMISE on a control stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer ->
                peer.unidirectional(
                    Wire.control(), Wire.frame(FrameType.PUSH_PROMISE, new byte[3]))));
    all.add(
        rule(
            "RFC 9114 §7.2.6: GOAWAY on a request stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.frame(FrameType.GOAWAY, Wire.varint(0)))));
    // RFC 9114 §5.2: "Receiving a GOAWAY containing a larger identifier than previously received
    // MUST be treated as a connection error of type H3_ID_ERROR."
    all.add(
        rule(
            "RFC 9114 §5.2: GOAWAY goes up",
            Http3Error.H3_ID_ERROR,
            peer ->
                peer.unidirectional(
                    Wire.control(),
                    Wire.frame(FrameType.GOAWAY, Wire.varint(1)),
                    Wire.frame(FrameType.GOAWAY, Wire.varint(2)))));
    // RFC 9114 §7.2.7: "A MAX_PUSH_ID frame cannot reduce the maximum push ID; receipt of a
    // MAX_PUSH_ID frame that contains a smaller value than previously received MUST be treated as a
    // connection error of type H3_ID_ERROR."
    all.add(
        rule(
            "RFC 9114 §7.2.7: MAX_PUSH_ID goes down",
            Http3Error.H3_ID_ERROR,
            peer ->
                peer.unidirectional(
                    Wire.control(),
                    Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(9)),
                    Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(8)))));
    // RFC 9114 §7.2.7: "Receipt of a MAX_PUSH_ID frame on any other stream MUST be treated as a
    // connection error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.7: MAX_PUSH_ID on a request stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.get(), Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(8)))));
    // RFC 9114 §7.2.8: "These frame types MUST NOT be sent, and their receipt MUST be treated as a
    // connection error of type H3_FRAME_UNEXPECTED."
    all.add(
        rule(
            "RFC 9114 §7.2.8: a frame type of HTTP/2",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.frame(0x08, new byte[4]))));
    // RFC 9114 §7.1: "When a stream terminates cleanly, if the last frame on the stream was
    // truncated, this MUST be treated as a connection error of type H3_FRAME_ERROR."
    all.add(
        rule(
            "RFC 9114 §7.1: a stream that ends within a frame",
            Http3Error.H3_FRAME_ERROR,
            peer -> peer.wholeRequest(Wire.hex("0120 0000"))));
    // RFC 9114 §6.2.1: "If either control stream is closed at any point, this MUST be treated as a
    // connection error of type H3_CLOSED_CRITICAL_STREAM."
    all.add(
        rule(
            "RFC 9114 §6.2.1: the control stream is closed",
            Http3Error.H3_CLOSED_CRITICAL_STREAM,
            peer -> peer.unidirectional(Wire.control()).finish()));
    // RFC 9204 §4.2: "Closure of either unidirectional stream type MUST be treated as a connection
    // error of type H3_CLOSED_CRITICAL_STREAM."
    all.add(
        rule(
            "RFC 9204 §4.2: the encoder stream is closed",
            Http3Error.H3_CLOSED_CRITICAL_STREAM,
            peer -> peer.unidirectional(new byte[] {2}).finish()));
    // RFC 9204 §4.2: "Closure of either unidirectional stream type MUST be treated as a connection
    // error of type H3_CLOSED_CRITICAL_STREAM."
    all.add(
        rule(
            "RFC 9204 §4.2: the decoder stream is closed",
            Http3Error.H3_CLOSED_CRITICAL_STREAM,
            peer -> peer.unidirectional(new byte[] {3}).finish()));
    // RFC 9114 §6.2.1: "Only one control stream per peer is permitted; receipt of a second stream
    // claiming to be a control stream MUST be treated as a connection error of type
    // H3_STREAM_CREATION_ERROR."
    all.add(
        rule(
            "RFC 9114 §6.2.1: a second control stream",
            Http3Error.H3_STREAM_CREATION_ERROR,
            peer -> {
              peer.unidirectional(Wire.control());
              peer.unidirectional(Wire.control());
            }));
    // RFC 9204 §4.2: "Receipt of a second instance of either stream type MUST be treated as a
    // connection error of type H3_STREAM_CREATION_ERROR."
    all.add(
        rule(
            "RFC 9204 §4.2: a second encoder stream",
            Http3Error.H3_STREAM_CREATION_ERROR,
            peer -> {
              peer.unidirectional(new byte[] {2});
              peer.unidirectional(new byte[] {2});
            }));
    // RFC 9114 §6.2.2: "Only servers can push; if a server receives a client-initiated push stream,
    // this MUST be treated as a connection error of type H3_STREAM_CREATION_ERROR."
    all.add(
        rule(
            "RFC 9114 §6.2.2: a push stream from a client",
            Http3Error.H3_STREAM_CREATION_ERROR,
            peer -> peer.unidirectional(new byte[] {1, 0})));
    // RFC 9204 §3.1: "When the decoder encounters an invalid static table index in a field line
    // representation, it MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED."
    all.add(
        rule(
            "RFC 9204 §3.1: a static index that does not exist",
            Http3Error.QPACK_DECOMPRESSION_FAILED,
            peer -> peer.request(Wire.frame(FrameType.HEADERS, Wire.hex("0000 ff24")))));
    // RFC 9204 §4.3.1: "The decoder MUST treat a new dynamic table capacity value that exceeds this
    // limit as a connection error of type QPACK_ENCODER_STREAM_ERROR."
    all.add(
        rule(
            "RFC 9204 §4.3.1: a capacity above the maximum",
            Http3Error.QPACK_ENCODER_STREAM_ERROR,
            peer -> peer.unidirectional(Wire.hex("02 3fe2ff03"))));
    // RFC 9204 §4.4.3: "An encoder that receives an Increment field equal to zero, or one that
    // increases the Known Received Count beyond what the encoder has sent, MUST treat this as a
    // connection error of type QPACK_DECODER_STREAM_ERROR."
    all.add(
        rule(
            "RFC 9204 §4.4.3: an increment of 0",
            Http3Error.QPACK_DECODER_STREAM_ERROR,
            peer -> peer.unidirectional(Wire.hex("03 00"))));
    // RFC 9114 §10.5: "Implementations SHOULD track the use of these features and set limits on
    // their use."
    all.add(
        rule(
            "RFC 9114 §10.5: a flood of unknown frames",
            Http3Error.H3_EXCESSIVE_LOAD,
            peer ->
                flood(
                    peer,
                    peer.unidirectional(Wire.control()),
                    Wire.frame(FrameType.reserved(2), new byte[0]))));
    // RFC 9114 §10.5: "Implementations SHOULD track the use of these features and set limits on
    // their use."
    all.add(
        rule(
            "RFC 9114 §10.5: a flood of empty DATA frames",
            Http3Error.H3_EXCESSIVE_LOAD,
            peer -> flood(peer, peer.request(Wire.get()), Wire.data(""))));
    all.add(
        rule(
            "RFC 9114 §10.5: a flood of resets",
            Http3Error.H3_EXCESSIVE_LOAD,
            ServerRulesTest::rapidReset));
    all.add(
        rule(
            "RFC 9114 §10.5: a control frame above the limit",
            Http3Error.H3_EXCESSIVE_LOAD,
            peer ->
                peer.unidirectional(
                    new byte[] {0}, Wire.frame(FrameType.SETTINGS, new byte[2000]))));
    return all.build();
  }

  private static void flood(RawPeer peer, Stream stream, byte[] frame) throws Exception {
    for (int i = 0; i < 100_000 && !peer.connection().closed().isDone(); i++) {
      RawPeer.write(stream, frame);
    }
  }

  private static void rapidReset(RawPeer peer) {
    assertThrows(
        java.io.IOException.class,
        () -> {
          for (int i = 0; i < 100_000; i++) {
            Stream stream = peer.request(Wire.get());
            stream.reset(Http3Error.H3_REQUEST_CANCELLED.code());
            stream.stopReading(Http3Error.H3_REQUEST_CANCELLED.code());
          }
        });
  }

  @ParameterizedTest(name = "{0} is {1}")
  @MethodSource("connectionErrors")
  void closesTheConnectionWith(String name, Http3Error error, Offence offence) throws Exception {
    RawPeer peer = peer();
    offence.commit(peer);
    assertEquals(error, Http3Error.of(peer.closeCode()).orElseThrow(), name);
  }

  // RFC 9114 §6.2.1: "If either control stream is closed at any point, this MUST be treated as a
  // connection error of type H3_CLOSED_CRITICAL_STREAM."
  @Test
  void rfc9114_6_2_1_aResetControlStreamClosesTheConnection() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    Http3Events events =
        new Http3Events() {
          @Override
          public void settings(ConnectionInfo connection, Map<Long, Long> settings) {
            read.countDown();
          }
        };
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(Http3Limits.SERVER, events, OK).serve(pair.server());
    RawPeer peer = new RawPeer(pair.client());
    Stream control = peer.unidirectional(Wire.control());
    assertTrue(read.await(20, TimeUnit.SECONDS));
    control.reset(Http3Error.H3_NO_ERROR.code());
    assertEquals(Http3Error.H3_CLOSED_CRITICAL_STREAM.code(), peer.closeCode());
  }

  static java.util.stream.Stream<Arguments> streamErrors() {
    var all = java.util.stream.Stream.<Arguments>builder();
    // RFC 9114 §4.3.1: "All HTTP/3 requests MUST include exactly one value for the :method,
    // :scheme, and :path pseudo-header fields, unless the request is a CONNECT request; see Section
    // 4.4."
    // RFC 9114 §4.1.2: "Malformed requests or responses that are detected MUST be treated as a
    // stream error of type H3_MESSAGE_ERROR."
    all.add(
        rule(
            "RFC 9114 §4.3.1: a pseudo-header field twice",
            Http3Error.H3_MESSAGE_ERROR,
            peer ->
                peer.request(
                    Wire.headers(
                        ":method",
                        "GET",
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "a",
                        ":path",
                        "/"))));
    // RFC 9114 §4.3.1: "All HTTP/3 requests MUST include exactly one value for the :method,
    // :scheme, and :path pseudo-header fields, unless the request is a CONNECT request; see Section
    // 4.4."
    all.add(
        rule(
            "RFC 9114 §4.3.1: a mandatory pseudo-header field is missing",
            Http3Error.H3_MESSAGE_ERROR,
            peer ->
                peer.request(
                    Wire.headers(":method", "GET", ":scheme", "https", ":authority", "a"))));
    // RFC 9114 §4.3: "Pseudo-header fields defined for requests MUST NOT appear in responses;
    // pseudo-header fields defined for responses MUST NOT appear in requests."
    all.add(
        rule(
            "RFC 9114 §4.3: a prohibited pseudo-header field",
            Http3Error.H3_MESSAGE_ERROR,
            peer ->
                peer.request(
                    Wire.headers(
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "a",
                        ":path",
                        "/",
                        ":status",
                        "200"))));
    // RFC 9114 §4.3: "Any request or response that contains a pseudo-header field that appears in a
    // header section after a regular header field MUST be treated as malformed."
    // RFC 9114 §4.3: "All pseudo-header fields MUST appear in the header section before regular
    // header fields."
    all.add(
        rule(
            "RFC 9114 §4.3: a pseudo-header field behind others",
            Http3Error.H3_MESSAGE_ERROR,
            peer ->
                peer.request(
                    Wire.headers(
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "a",
                        "x",
                        "y",
                        ":path",
                        "/"))));
    // RFC 9114 §4.1.2: "Malformed requests or responses that are detected MUST be treated as a
    // stream error of type H3_MESSAGE_ERROR."
    all.add(
        rule(
            "RFC 9114 §4.1.2: less content than content-length",
            Http3Error.H3_MESSAGE_ERROR,
            peer -> peer.wholeRequest(post("5"), Wire.data("four"))));
    // RFC 9114 §4.1.2: "Malformed requests or responses that are detected MUST be treated as a
    // stream error of type H3_MESSAGE_ERROR."
    all.add(
        rule(
            "RFC 9114 §4.1.2: more content than content-length",
            Http3Error.H3_MESSAGE_ERROR,
            peer -> peer.request(post("3"), Wire.data("four"))));
    // RFC 9114 §4.3: "Pseudo-header fields MUST NOT appear in trailer sections."
    all.add(
        rule(
            "RFC 9114 §4.3: trailers with a pseudo-header field",
            Http3Error.H3_MESSAGE_ERROR,
            peer -> peer.request(Wire.get(), Wire.headers(":path", "/"))));
    // RFC 9114 §4.1: "If a client-initiated stream terminates without enough of the HTTP message to
    // provide a complete response, the server SHOULD abort its response stream with the error code
    // H3_REQUEST_INCOMPLETE."
    all.add(
        rule(
            "RFC 9114 §4.1: no request at all",
            Http3Error.H3_REQUEST_INCOMPLETE,
            peer -> peer.wholeRequest(Wire.frame(FrameType.reserved(3), new byte[3]))));
    return all.build();
  }

  private static byte[] post(String contentLength) {
    return Wire.headers(
        ":method",
        "POST",
        ":scheme",
        "https",
        ":authority",
        "a",
        ":path",
        "/",
        "content-length",
        contentLength);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @MethodSource("streamErrors")
  void endsTheStreamAndNothingElse(String name, Http3Error error, Offence offence)
      throws Exception {
    RawPeer peer = peer();
    peer.unidirectional(Wire.control());
    AtomicReference<Stream> offending = new AtomicReference<>();
    offence.commit(new RawPeer(new Spy(peer.connection(), offending)));
    Stream stream = offending.get();
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream), name);
    assertEquals(error, Http3Error.of(reset.errorCode()).orElseThrow(), name);
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0, "other streams go on");
    assertFalse(peer.connection().closed().isDone(), "the connection goes on");
  }

  // RFC 9114 §9: "Implementations MUST ignore unknown or unsupported values in all extensible
  // protocol elements."
  // RFC 9114 §9: "Implementations MUST discard data or abort reading on unidirectional streams that
  // have unknown or unsupported types."
  // RFC 9114 §6.2: "Recipients of unknown stream types MUST either abort reading of the stream or
  // discard incoming data without further processing."
  // RFC 9114 §6.2: "If reading is aborted, the recipient SHOULD use the H3_STREAM_CREATION_ERROR
  // error code or a reserved error code (Section 8.1)."
  // RFC 9114 §6.2: "The recipient MUST NOT consider unknown stream types to be a connection error
  // of any kind."
  // RFC 9114 §6.2.3: "Endpoints MUST NOT consider these streams to have any meaning upon receipt."
  // RFC 9114 §7.2.4: "An implementation MUST ignore any parameter with an identifier it does not
  // understand."
  // RFC 9114 §7.2.4.1: "Endpoints MUST NOT consider such settings to have any meaning upon
  // receipt."
  // RFC 9114 §7.2.8: "Endpoints MUST NOT consider these frames to have any meaning upon receipt."
  @Test
  void rfc9114_9_unknownFramesStreamsAndSettingsAreIgnored() throws Exception {
    RawPeer peer = peer();
    peer.unidirectional(Wire.control(0x21, 7, 0x4242, 1), Wire.frame(0x4040, new byte[50]));
    Stream unknown = peer.unidirectional(Wire.varint(FrameType.reserved(9)), new byte[10]);
    byte[] answer =
        RawPeer.readAll(
            peer.wholeRequest(
                Wire.frame(FrameType.reserved(0), new byte[9000]),
                Wire.get(),
                Wire.frame(0x77, new byte[0]),
                Wire.data("content"),
                Wire.frame(FrameType.reserved(4), new byte[3]),
                Wire.headers("trailer", "x"),
                Wire.frame(FrameType.reserved(4), new byte[3])));
    assertTrue(answer.length > 4);
    assertFalse(peer.connection().closed().isDone());
    assertEquals(Http3Error.H3_STREAM_CREATION_ERROR.code(), stopCode(unknown));
  }

  private static long stopCode(Stream stream) throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    stream.onAbort(stopped::countDown);
    assertTrue(stopped.await(20, TimeUnit.SECONDS));
    return stream.peerStopCode().orElseThrow();
  }

  // RFC 9114 §6.2: "A receiver MUST tolerate unidirectional streams being closed or reset prior to
  // the reception of the unidirectional stream header."
  @Test
  void rfc9114_6_2_streamsWithoutATypeAreTolerated() throws Exception {
    RawPeer peer = peer();
    peer.unidirectional().finish();
    peer.unidirectional().reset(0);
    peer.unidirectional(Wire.hex("40")).finish();
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0);
  }

  @Test
  void rfc9114_4_2_2_aFieldSectionAboveTheLimitIsAnsweredWith431() throws Exception {
    RawPeer peer = peer();
    for (byte[] section :
        List.of(
            Wire.headers(
                ":method",
                "GET",
                ":scheme",
                "https",
                ":authority",
                "a",
                ":path",
                "/",
                "x",
                "y".repeat(17 << 10)),
            bomb())) {
      byte[] answer = RawPeer.readAll(peer.wholeRequest(section));
      List<FieldLine> head = decode(answer);
      assertEquals(new FieldLine(":status", "431"), head.getFirst());
    }
    assertFalse(peer.connection().closed().isDone());
  }

  /** Small on the wire, a thousand lines when decoded. */
  private static byte[] bomb() {
    byte[] section = new byte[1002];
    java.util.Arrays.fill(section, 2, 1002, (byte) 0xd1);
    return Wire.frame(FrameType.HEADERS, section);
  }

  private static List<FieldLine> decode(byte[] answer) throws Exception {
    assertEquals(FrameType.HEADERS, answer[0]);
    int size = VarInt.length(answer[1]);
    int length = (int) VarInt.read(answer, 1, size);
    dev.h3kit.qpack.QpackDecoder decoder =
        new dev.h3kit.qpack.QpackDecoder(dev.h3kit.qpack.DecoderLimits.DEFAULT);
    return ((dev.h3kit.qpack.Section.Decoded)
            decoder.decode(0, ByteBuffer.wrap(answer, 1 + size, length)))
        .fields();
  }

  @Test
  void aRequestThatNeverGetsItsHeadersEndsAtTheHeaderDeadline() throws Exception {
    Http3Limits limits = withHeaderDeadline(Duration.ofMillis(50));
    RawPeer peer = peer(limits, OK);
    Stream slow = peer.request(Wire.hex("0130"));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(slow));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0);
  }

  @Test
  void aRequestWhoseContentStallsEndsAtTheIdleLimit() throws Exception {
    Http3Limits limits = withIdle(Duration.ofMillis(50));
    RawPeer peer = peer(limits, OK);
    Stream slow = peer.request(post("10"), Wire.data("x"));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(slow));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
  }

  // RFC 9114 §4.1.1: "The server SHOULD abort its response stream with the error code
  // H3_REQUEST_REJECTED."
  @Test
  void requestsAboveTheLimitWaitTheirTurnAndFurtherOnesAreRejectedUnprocessed() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch inWork = new CountDownLatch(2);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    RawPeer peer =
        peer(
            withRequests(2),
            exchange -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              inWork.countDown();
              release.await();
              running.decrementAndGet();
              OK.handle(exchange);
            });
    List<Stream> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      taken.add(peer.wholeRequest(Wire.get()));
    }
    Stream fifth = peer.wholeRequest(Wire.get());
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(fifth));
    assertEquals(Http3Error.H3_REQUEST_REJECTED.code(), reset.errorCode());
    assertTrue(inWork.await(20, TimeUnit.SECONDS));
    release.countDown();
    for (Stream stream : taken) {
      assertTrue(RawPeer.readAll(stream).length > 0);
    }
    assertEquals(2, most.get());
  }

  @Test
  void rfc9114_4_1_aHandlerThatFailsResetsItsStreamOnly() throws Exception {
    RawPeer peer =
        peer(
            Http3Limits.SERVER,
            exchange -> {
              if (exchange.streamId() == 0) {
                throw new IllegalStateException("handler");
              }
              OK.handle(exchange);
            });
    Stream failing = peer.wholeRequest(Wire.get());
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(failing));
    assertEquals(Http3Error.H3_INTERNAL_ERROR.code(), reset.errorCode());
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0);
  }

  // RFC 9114 §4.1: "The error code H3_NO_ERROR SHOULD be used when requesting that the client stop
  // sending on the request stream."
  @Test
  void rfc9114_4_1_anAnswerBeforeTheWholeRequestStopsTheRestWithNoError() throws Exception {
    RawPeer peer =
        peer(
            Http3Limits.SERVER,
            exchange ->
                exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), true));
    Stream upload = peer.request(post("100000"), Wire.data("x"));
    assertTrue(RawPeer.readAll(upload).length > 0, "the whole answer comes");
    assertEquals(Http3Error.H3_NO_ERROR.code(), stopCode(upload));
  }

  static Http3Limits withHeaderDeadline(Duration deadline) {
    return Http3Limits.SERVER.but().headerDeadline(deadline).build();
  }

  static Http3Limits withIdle(Duration idle) {
    return Http3Limits.SERVER.but().idle(idle).build();
  }

  static Http3Limits withRequests(int requests) {
    return Http3Limits.SERVER.but().concurrentRequests(requests).build();
  }
}
