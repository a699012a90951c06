package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client makes of the pushes of a server that writes any octets. */
class ClientPushRulesTest {
  private static final int LIMIT = 4;

  private final BlockingQueue<PushedExchange> pushes = new LinkedBlockingQueue<>();
  private final BlockingQueue<PushedExchange> again = new LinkedBlockingQueue<>();
  private final CountDownLatch testOver = new CountDownLatch(1);
  private final RawPeer server;
  private final Http3Client client;
  private final Stream control;

  ClientPushRulesTest() throws IOException {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    server = new RawPeer(pair.server());
    Http3Limits limits = Http3Limits.CLIENT.but().pushes(LIMIT).grease(0).build();
    client = Http3Client.on(pair.client(), limits, Http3Events.NONE);
    control = server.unidirectional(Wire.control());
  }

  @AfterEach
  void close() {
    testOver.countDown();
    client.close(Deadline.after(Duration.ZERO));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  /** Reads nothing by itself: tests do. */
  private final PushHandler handler =
      new PushHandler() {
        @Override
        public void promised(PushedExchange push) throws InterruptedException {
          pushes.add(push);
          testOver.await();
        }

        @Override
        public void promisedAgain(PushedExchange push) {
          again.add(push);
        }
      };

  private ClientExchange get() throws IOException {
    RequestHead head = RequestHead.of("GET", "a", "/", List.of());
    return client.send(head, ByteBuffer.allocate(0), true, soon(), handler);
  }

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

  private PushedExchange taken() throws InterruptedException {
    PushedExchange push = pushes.poll(20, TimeUnit.SECONDS);
    assertTrue(push != null, "the handler gets the promise");
    return push;
  }

  static byte[] promise(long pushId, String... namesAndValues) {
    return Wire.frame(
        FrameType.PUSH_PROMISE, Wire.join(Wire.varint(pushId), Wire.section(namesAndValues)));
  }

  static byte[] promise(long pushId) {
    return promise(pushId, ":method", "GET", ":scheme", "https", ":authority", "a", ":path", "/p");
  }

  static byte[] pushHeader(long pushId) {
    return Wire.join(Wire.varint(UnidirectionalStreams.PUSH), Wire.varint(pushId));
  }

  private static byte[] ok() {
    return Wire.headers(":status", "200");
  }

  static String body(ClientExchange exchange) throws IOException {
    byte[] buffer = new byte[100];
    StringBuilder all = new StringBuilder();
    for (int got = exchange.read(buffer, 0, 100); got >= 0; got = exchange.read(buffer, 0, 100)) {
      all.append(new String(buffer, 0, got, StandardCharsets.ISO_8859_1));
    }
    return all.toString();
  }

  /** The frames behind SETTINGS on the client's control stream. */
  private FrameReader controlFrames() throws IOException {
    Stream first = firstUnidirectional();
    FrameReader frames = new FrameReader(first, 0, 1024, ClientPushRulesTest::soon);
    assertEquals(ControlStream.TYPE, frames.streamType());
    Frame settings = frames.next();
    assertTrue(settings instanceof Frame.Settings);
    return frames;
  }

  private Stream firstUnidirectional() {
    while (true) {
      for (Stream stream : server.accepted()) {
        if (stream.id() == 2) {
          return stream;
        }
      }
      Thread.onSpinWait();
    }
  }

  // RFC 9114 §7.2.7: "The maximum push ID is unset when an HTTP/3 connection is created, meaning
  // that a server cannot push until it receives a MAX_PUSH_ID frame."
  @Test
  void maxPushIdIsSentWithTheFirstRequestThatTakesPushes() throws Exception {
    FrameReader frames = controlFrames();
    client
        .send(RequestHead.of("GET", "a", "/", List.of()), ByteBuffer.allocate(0), true, soon())
        .abort(Http3Error.H3_REQUEST_CANCELLED);
    get();
    get();
    client.close(Deadline.after(Duration.ZERO));
    assertEquals(new Frame.MaxPushId(LIMIT - 1), frames.next());
    assertEquals(new Frame.GoAway(0), frames.next(), "once only");
  }

  // RFC 9114 §4.6: "The push stream identifies the push ID of the promise that it fulfills, then
  // contains a response to the promised request as described in Section 4.1."
  @Test
  void aPromisedResponseIsReadFromItsPushStream() throws Exception {
    ClientExchange exchange = get();
    RawPeer.write(lastRequest(), promise(0), ok(), Wire.data("page")).finish();
    assertEquals(200, exchange.response(_ -> {}, soon()).status());
    PushedExchange push = taken();
    assertEquals("/p", push.request().path());
    assertEquals(-1, push.streamId());
    server
        .unidirectional(
            pushHeader(0),
            Wire.headers(":status", "103"),
            ok(),
            Wire.frame(FrameType.reserved(2), Wire.hex("00")),
            Wire.data("pushed"),
            Wire.headers("t", "v"))
        .finish();
    assertEquals(200, push.response(_ -> {}, soon()).status());
    assertEquals("pushed", body(push));
    assertEquals("v", push.trailers().getFirst().value());
    assertEquals("page", body(exchange));
    assertThrows(IllegalStateException.class, () -> push.write(ByteBuffer.allocate(1), true));
  }

  // RFC 9114 §4.1: "A server MAY send one or more PUSH_PROMISE frames before, after, or interleaved
  // with the frames of a response message."
  @Test
  void promisesMayStandAnywhereInAResponse() throws Exception {
    ClientExchange exchange = get();
    RawPeer.write(
            lastRequest(),
            promise(0),
            Wire.headers(":status", "103"),
            promise(1),
            ok(),
            Wire.data("one"),
            promise(2),
            Wire.data("two"),
            Wire.headers("t", "v"),
            promise(3))
        .finish();
    exchange.response(_ -> {}, soon());
    assertEquals("onetwo", body(exchange));
    assertEquals("v", exchange.trailers().getFirst().value());
    for (int i = 0; i < 4; i++) {
      taken();
    }
  }

  // RFC 9114 §4.6: "Due to reordering, push stream data can arrive before the corresponding
  // PUSH_PROMISE frame. [...] The client can buffer the stream data in expectation of the matching
  // PUSH_PROMISE."
  // RFC 9114 §6.2.2: "A client SHOULD NOT abort reading on a push stream prior to reading the push
  // stream header, as this could lead to disagreement between client and server on which push IDs
  // have already been consumed."
  @Test
  void aPushStreamMayComeBeforeItsPromise() throws Exception {
    ClientExchange exchange = get();
    server.unidirectional(pushHeader(1), ok(), Wire.data("early")).finish();
    RawPeer.write(lastRequest(), promise(1), ok()).finish();
    exchange.response(_ -> {}, soon());
    PushedExchange push = taken();
    assertEquals(200, push.response(_ -> {}, soon()).status());
    assertEquals("early", body(push));
  }

  // RFC 9114 §4.6: "Clients SHOULD abort reading and discard data already read from push streams if
  // no corresponding PUSH_PROMISE frame is processed in a reasonable amount of time."
  @Test
  void aPushStreamWithoutAPromiseIsNotHeldForEver() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    RawPeer peer = new RawPeer(pair.server());
    Http3Limits hasty =
        Http3Limits.CLIENT.but().pushes(LIMIT).headerDeadline(Duration.ofMillis(200)).build();
    Http3Client waiting = Http3Client.on(pair.client(), hasty, Http3Events.NONE);
    RequestHead head = RequestHead.of("GET", "a", "/", List.of());
    waiting.send(head, ByteBuffer.allocate(0), true, soon(), handler);
    Stream held = peer.unidirectional(pushHeader(0), ok());
    awaitStop(held, Http3Error.H3_REQUEST_CANCELLED);
    assertTrue(waiting.open());
    waiting.close(Deadline.after(Duration.ZERO));
  }

  private static void awaitStop(Stream stream, Http3Error error) {
    Deadline deadline = soon();
    while (stream.peerStopCode().isEmpty() && !deadline.passed()) {
      Thread.onSpinWait();
    }
    assertEquals(error.code(), stream.peerStopCode().orElse(-1));
  }

  // RFC 9114 §7.2.5: "If the decompressed field sections match exactly, the client SHOULD associate
  // the pushed content with each stream on which a PUSH_PROMISE frame was received."
  @Test
  void aPushMayBePromisedOnSeveralStreams() throws Exception {
    ClientExchange one = get();
    RawPeer.write(lastRequest(), promise(0), ok()).finish();
    one.response(_ -> {}, soon());
    PushedExchange push = taken();
    Stream before = lastRequest();
    ClientExchange other = get();
    while (lastRequest().id() == before.id()) {
      Thread.onSpinWait();
    }
    RawPeer.write(lastRequest(), promise(0), ok()).finish();
    other.response(_ -> {}, soon());
    assertEquals(push, again.poll(20, TimeUnit.SECONDS));
    server.unidirectional(pushHeader(0), ok(), Wire.data("once")).finish();
    push.response(_ -> {}, soon());
    assertEquals("once", body(push));
    assertTrue(pushes.isEmpty());
  }

  // RFC 9114 §7.2.7: "A client that wishes to manage the number of promised server pushes can
  // increase the maximum push ID by sending MAX_PUSH_ID frames as the server fulfills or cancels
  // server pushes."
  // RFC 9114 §10.5: "A client that accepts server push SHOULD limit the number of push IDs it
  // issues at a time."
  @Test
  void maxPushIdIsRaisedAsPushesAreUsedUp() throws Exception {
    FrameReader frames = controlFrames();
    ClientExchange exchange = get();
    RawPeer.write(lastRequest(), promise(0), promise(1), ok()).finish();
    exchange.response(_ -> {}, soon());
    assertEquals(new Frame.MaxPushId(LIMIT - 1), frames.next());
    for (int id = 0; id < 2; id++) {
      PushedExchange push = taken();
      server.unidirectional(pushHeader(push.pushId()), ok(), Wire.data("x")).finish();
      push.response(_ -> {}, soon());
      assertEquals("x", body(push));
    }
    assertEquals(new Frame.MaxPushId(LIMIT + 1), frames.next());
  }

  // RFC 9218 §7.2: "The push-stream variant of PRIORITY_UPDATE (type=0xF0701) MUST reference a
  // promised push stream."
  @Test
  void thePriorityOfAPromisedPushIsUpdated() throws Exception {
    FrameReader frames = controlFrames();
    ClientExchange exchange = get();
    RawPeer.write(lastRequest(), promise(1), ok()).finish();
    exchange.response(_ -> {}, soon());
    assertEquals(new Frame.MaxPushId(LIMIT - 1), frames.next());
    taken().updatePriority(new Priority(1, true));
    assertEquals(new Frame.PriorityUpdate(true, 1, "u=1, i"), frames.next());
  }

  // RFC 9114 §4.6: "Clients use this frame to indicate they do not wish to receive a promised
  // resource."
  @Test
  void aDeclinedPushIsCancelledAndItsStreamStopped() throws Exception {
    FrameReader frames = controlFrames();
    ClientExchange exchange = get();
    assertEquals(new Frame.MaxPushId(LIMIT - 1), frames.next());
    RawPeer.write(lastRequest(), promise(0), ok()).finish();
    exchange.response(_ -> {}, soon());
    PushedExchange push = taken();
    push.abort(Http3Error.H3_REQUEST_CANCELLED);
    assertEquals(new Frame.CancelPush(0), frames.next());
    // RFC 9114 §7.2.3: "A push stream could arrive after a client has sent a CANCEL_PUSH frame,
    // because a server might not have processed the CANCEL_PUSH. The client SHOULD abort reading
    // the stream with an error code of H3_REQUEST_CANCELLED."
    Stream late = server.unidirectional(pushHeader(0), ok());
    awaitStop(late, Http3Error.H3_REQUEST_CANCELLED);
    assertTrue(client.open());
  }

  // RFC 9114 §7.2.3: "A client SHOULD NOT send a CANCEL_PUSH frame when it has already received a
  // corresponding push stream."
  @Test
  void aPushWhoseStreamCameIsDeclinedByStoppingIt() throws Exception {
    FrameReader frames = controlFrames();
    ClientExchange exchange = get();
    Stream pushed = server.unidirectional(pushHeader(0), ok());
    RawPeer.write(lastRequest(), promise(0), ok()).finish();
    exchange.response(_ -> {}, soon());
    PushedExchange push = taken();
    push.response(_ -> {}, soon());
    push.abort(Http3Error.H3_REQUEST_CANCELLED);
    awaitStop(pushed, Http3Error.H3_REQUEST_CANCELLED);
    client.close(Deadline.after(Duration.ZERO));
    assertEquals(new Frame.MaxPushId(LIMIT - 1), frames.next());
    assertEquals(new Frame.GoAway(1), frames.next(), "no CANCEL_PUSH before it");
  }

  static java.util.stream.Stream<Arguments> unusablePromises() {
    return java.util.stream.Stream.of(
        Arguments.of(
            "not safe",
            promise(0, ":method", "POST", ":scheme", "https", ":authority", "a", ":path", "/")),
        Arguments.of(
            "with content",
            promise(
                0,
                ":method",
                "GET",
                ":scheme",
                "https",
                ":authority",
                "a",
                ":path",
                "/",
                "content-length",
                "1")),
        Arguments.of(
            "of another authority",
            promise(0, ":method", "GET", ":scheme", "https", ":authority", "b", ":path", "/")),
        Arguments.of(
            "of another scheme",
            promise(0, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")),
        Arguments.of("malformed", promise(0, ":method", "GET", ":scheme", "https")),
        Arguments.of(
            "malformed by an upper-case name",
            promise(
                0,
                ":method",
                "GET",
                ":scheme",
                "https",
                ":authority",
                "a",
                ":path",
                "/",
                "A",
                "b")));
  }

  // RFC 9114 §4.6: "Clients SHOULD send a CANCEL_PUSH frame upon receipt of a PUSH_PROMISE frame
  // carrying a request that is not cacheable, is not known to be safe, that indicates the presence
  // of request content, or for which it does not consider the server authoritative."
  // RFC 9114 §4.6: "it MUST perform the same verification process it would do before sending a
  // request"
  // RFC 9114 §4.6: "If this verification fails, the client MUST NOT consider the server
  // authoritative for that origin."
  // RFC 9114 §4.6: "Any corresponding responses MUST NOT be used or cached."
  @ParameterizedTest(name = "a promise {0} is cancelled and its request goes on")
  @MethodSource("unusablePromises")
  void anUnusablePromiseIsCancelled(String name, byte[] promise) throws Exception {
    FrameReader frames = controlFrames();
    ClientExchange exchange = get();
    assertEquals(new Frame.MaxPushId(LIMIT - 1), frames.next());
    RawPeer.write(lastRequest(), promise, ok(), Wire.data("page")).finish();
    assertEquals(200, exchange.response(_ -> {}, soon()).status());
    assertEquals("page", body(exchange));
    assertEquals(new Frame.CancelPush(0), frames.next());
    assertTrue(pushes.isEmpty());
  }

  // RFC 9114 §7.2.3: "The client cannot expect the corresponding promise to be fulfilled, unless it
  // has already received and processed the promised response."
  @Test
  void aPushThatTheServerCancelsFails() throws Exception {
    ClientExchange exchange = get();
    RawPeer.write(lastRequest(), promise(0), ok()).finish();
    exchange.response(_ -> {}, soon());
    PushedExchange push = taken();
    RawPeer.write(control, Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(0)));
    Http3Exception.OfStream failure =
        assertThrows(Http3Exception.OfStream.class, () -> push.response(_ -> {}, soon()));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), failure.code());
    assertTrue(failure.remote());
  }

  // RFC 9114 §7.2.3: "If the client receives a CANCEL_PUSH frame, that frame might identify a push
  // ID that has not yet been mentioned by a PUSH_PROMISE frame due to reordering."
  @Test
  void aPushMayBeCancelledBeforeItIsPromised() throws Exception {
    FrameReader frames = controlFrames();
    ClientExchange exchange = get();
    RawPeer.write(
        control,
        Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(0)),
        Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(1)));
    assertEquals(new Frame.MaxPushId(LIMIT - 1), frames.next());
    assertEquals(new Frame.MaxPushId(LIMIT + 1), frames.next(), "both ids are used up");
    RawPeer.write(lastRequest(), promise(1), promise(2), ok()).finish();
    exchange.response(_ -> {}, soon());
    assertEquals(2, taken().pushId());
    assertTrue(pushes.isEmpty());
  }

  // RFC 9114 §5.1: "HTTP clients are expected to request that the transport keep connections open
  // while there are responses outstanding for requests or server pushes".
  @Test
  void aPushInWorkKeepsAConnectionThatGoesAway() throws Exception {
    ClientExchange exchange = get();
    RawPeer.write(lastRequest(), promise(0), ok()).finish();
    exchange.response(_ -> {}, soon());
    assertEquals("", body(exchange));
    PushedExchange push = taken();
    RawPeer.write(control, Wire.frame(FrameType.GOAWAY, Wire.varint(4)));
    server.unidirectional(pushHeader(0), ok(), Wire.data("still")).finish();
    push.response(_ -> {}, soon());
    assertEquals("still", body(push));
    assertEquals(Http3Error.H3_NO_ERROR.code(), server.closeCode());
  }

  /** Breaks one rule. */
  @FunctionalInterface
  interface Offence {
    void commit(RawPeer server, Stream request, Stream control) throws Exception;
  }

  private static Arguments rule(String name, Http3Error error, Offence offence) {
    return Arguments.of(name, error, offence);
  }

  static java.util.stream.Stream<Arguments> connectionErrors() {
    return java.util.stream.Stream.of(
        // RFC 9114 §7.2.5: "A client MUST treat receipt of a PUSH_PROMISE frame that contains a
        // larger push ID than the client has advertised as a connection error of H3_ID_ERROR."
        rule(
            "RFC 9114 §7.2.5: a promise with an id above the limit",
            Http3Error.H3_ID_ERROR,
            (_, request, _) -> RawPeer.write(request, promise(LIMIT))),
        // RFC 9114 §4.6: "A client MUST treat receipt of a push stream as a connection error of
        // type H3_ID_ERROR when no MAX_PUSH_ID frame has been sent or when the stream references a
        // push ID that is greater than the maximum push ID."
        rule(
            "RFC 9114 §4.6: a push stream with an id above the limit",
            Http3Error.H3_ID_ERROR,
            (server, _, _) -> server.unidirectional(pushHeader(LIMIT))),
        // RFC 9114 §7.2.3: "If a CANCEL_PUSH frame is received that references a push ID greater
        // than currently allowed on the connection, this MUST be treated as a connection error of
        // type H3_ID_ERROR."
        rule(
            "RFC 9114 §7.2.3: CANCEL_PUSH with an id above the limit",
            Http3Error.H3_ID_ERROR,
            (_, _, control) ->
                RawPeer.write(control, Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(LIMIT)))),
        // RFC 9114 §6.2.2: "If a client detects that a push stream header includes a push ID that
        // was used in another push stream header, the client MUST treat this as a connection error
        // of type H3_ID_ERROR."
        // RFC 9114 §6.2.2: "Each push ID MUST only be used once in a push stream header."
        rule(
            "RFC 9114 §6.2.2: two push streams with one id",
            Http3Error.H3_ID_ERROR,
            (server, _, _) -> {
              server.unidirectional(pushHeader(0));
              server.unidirectional(pushHeader(0));
            }),
        rule(
            "RFC 9114 §6.2.2: a push stream that ends before its id",
            Http3Error.H3_GENERAL_PROTOCOL_ERROR,
            (server, _, _) -> server.unidirectional(Wire.hex("0140")).finish()),
        // RFC 9114 §7.2.5: "If a client receives a push ID that has already been promised and
        // detects a mismatch, it MUST respond with a connection error of type
        // H3_GENERAL_PROTOCOL_ERROR."
        // RFC 9114 §7.2.5: "Clients SHOULD compare the request header sections for resources
        // promised multiple times."
        // RFC 9114 §7.2.5: "If so, the decompressed request header sets MUST contain the same
        // fields in the same order, and both the name and the value in each field MUST be exact
        // matches."
        rule(
            "RFC 9114 §7.2.5: one id promised with different fields",
            Http3Error.H3_GENERAL_PROTOCOL_ERROR,
            (_, request, _) ->
                RawPeer.write(
                    request,
                    promise(0),
                    promise(
                        0,
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":authority",
                        "a",
                        ":path",
                        "/q"))),
        // RFC 9114 §4.6: "When the same push ID is promised on multiple request streams, the
        // decompressed request field sections MUST contain the same fields in the same order, and
        // both the name and the value in each field MUST be identical."
        rule(
            "RFC 9114 §4.6: one id promised with the same fields in another order",
            Http3Error.H3_GENERAL_PROTOCOL_ERROR,
            (_, request, _) ->
                RawPeer.write(
                    request,
                    promise(0),
                    promise(
                        0,
                        ":method",
                        "GET",
                        ":scheme",
                        "https",
                        ":path",
                        "/p",
                        ":authority",
                        "a"))),
        // RFC 9114 §4.1: "PUSH_PROMISE frames are not permitted on push streams; a pushed response
        // that includes PUSH_PROMISE frames MUST be treated as a connection error of type
        // H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §4.1: a promise on a push stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            (server, request, _) -> {
              RawPeer.write(request, promise(0));
              server.unidirectional(pushHeader(0), promise(1));
            }),
        // RFC 9114 §7.2.3: "Receiving a CANCEL_PUSH frame on a stream other than the control stream
        // MUST be treated as a connection error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §7.2.3: CANCEL_PUSH on a push stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            (server, request, _) -> {
              RawPeer.write(request, promise(0));
              server.unidirectional(
                  pushHeader(0), Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(0)));
            }),
        // RFC 9114 §7.2.6: "A client MUST treat a GOAWAY frame on a stream other than the control
        // stream as a connection error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §7.2.6: GOAWAY on a push stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            (server, request, _) -> {
              RawPeer.write(request, promise(0));
              server.unidirectional(pushHeader(0), Wire.frame(FrameType.GOAWAY, Wire.varint(0)));
            }),
        // RFC 9114 §7.2.8: "These frame types MUST NOT be sent, and their receipt MUST be treated
        // as a connection error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §7.2.8: a frame of HTTP/2 on a push stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            (server, request, _) -> {
              RawPeer.write(request, promise(0));
              server.unidirectional(pushHeader(0), Wire.frame(0x06, Wire.hex("00")));
            }),
        // RFC 9114 §4.1: "Receipt of an invalid sequence of frames MUST be treated as a connection
        // error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §4.1: DATA before HEADERS on a push stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            (server, request, _) -> {
              RawPeer.write(request, promise(0));
              server.unidirectional(pushHeader(0), Wire.data("x"));
            }),
        // RFC 9114 §7.2.5: "If a PUSH_PROMISE frame is received on the control stream, the client
        // MUST respond with a connection error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9114 §7.2.5: a promise on the control stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            (_, _, control) -> RawPeer.write(control, promise(0))),
        // RFC 9114 §7.1: "A frame payload that contains additional bytes after the identified
        // fields or a frame payload that terminates before the end of the identified fields MUST be
        // treated as a connection error of type H3_FRAME_ERROR."
        rule(
            "RFC 9114 §7.1: a promise that ends within its push id",
            Http3Error.H3_FRAME_ERROR,
            (_, request, _) ->
                RawPeer.write(request, Wire.frame(FrameType.PUSH_PROMISE, Wire.hex("40")))));
  }

  @ParameterizedTest(name = "{0} is {1}")
  @MethodSource("connectionErrors")
  void closesTheConnectionWith(String name, Http3Error error, Offence offence) throws Exception {
    ClientExchange exchange = get();
    Thread.ofVirtual()
        .start(() -> {
          try {
            pushes.take().response(_ -> {}, soon());
          } catch (IOException | InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
    offence.commit(server, lastRequest(), control);
    assertThrows(Http3Exception.class, () -> exchange.response(_ -> {}, soon()));
    assertEquals(error.code(), server.closeCode());
    assertFalse(client.open());
  }

  // RFC 9114 §6.2: "A receiver MUST tolerate unidirectional streams being closed or reset prior to
  // the reception of the unidirectional stream header."
  @Test
  void aPushStreamResetBeforeItsIdIsTolerated() throws Exception {
    ClientExchange exchange = get();
    server.unidirectional(Wire.hex("01")).reset(Http3Error.H3_REQUEST_CANCELLED.code());
    RawPeer.write(lastRequest(), ok()).finish();
    assertEquals(200, exchange.response(_ -> {}, soon()).status());
  }

  // RFC 9114 §4.2.2, §10.5.1: a promise's field section is bounded like any other.
  @Test
  void aPromiseThatPassesTheLimitEndsItsRequest() throws Exception {
    ClientExchange exchange = get();
    String large = "x".repeat(Http3Limits.CLIENT.fieldSectionSize());
    RawPeer.write(
        lastRequest(),
        promise(
            0, ":method", "GET", ":scheme", "https", ":authority", "a", ":path", "/", "x", large));
    Http3Exception.OfStream failure =
        assertThrows(Http3Exception.OfStream.class, () -> exchange.response(_ -> {}, soon()));
    assertEquals(Http3Error.H3_EXCESSIVE_LOAD.code(), failure.code());
    assertTrue(client.open());
  }
}
