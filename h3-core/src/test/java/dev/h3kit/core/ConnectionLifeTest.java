package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections and requests end in order, without losing anything (RFC 9114 §4.1.1, §5.2). */
class ConnectionLifeTest {
  private static final Http3Server.Handler OK =
      exchange -> exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), true);

  private final MemoryTransport.Pair pair = MemoryTransport.pair();

  private Http3Server serve(Http3Server.Handler handler) {
    Http3Limits plain = Http3Limits.SERVER.but().grease(0).build();
    Http3Server server = Http3Server.withoutPort(plain, Http3Events.NONE, handler);
    server.serve(pair.server());
    return server;
  }

  private Http3Client client() throws IOException {
    Http3Limits plain = Http3Limits.CLIENT.but().grease(0).build();
    return Http3Client.on(pair.client(), plain, Http3Events.NONE);
  }

  private static ClientExchange send(Http3Client client, boolean last) throws IOException {
    RequestHead head = RequestHead.of("POST", "a", "/", List.of());
    return client.send(head, ByteBuffer.allocate(0), last, RawPeer.soon());
  }

  private static FrameReader controlOf(RawPeer peer, long streamId) throws IOException {
    FrameReader frames = new FrameReader(awaited(peer, streamId), 0, 1024, RawPeer::soon);
    assertEquals(ControlStream.TYPE, frames.streamType());
    assertTrue(frames.next() instanceof Frame.Settings);
    return frames;
  }

  private static Stream awaited(RawPeer peer, long streamId) {
    Deadline deadline = RawPeer.soon();
    while (!deadline.passed()) {
      for (Stream stream : peer.accepted()) {
        if (stream.id() == streamId) {
          return stream;
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("stream " + streamId + " did not come");
  }

  private static void awaitStop(Stream stream, Http3Error error) {
    Deadline deadline = RawPeer.soon();
    while (stream.peerStopCode().isEmpty() && !deadline.passed()) {
      Thread.onSpinWait();
    }
    assertEquals(error.code(), stream.peerStopCode().orElse(-1));
  }

  private static void awaitReset(Stream stream, Http3Error error) {
    Deadline deadline = RawPeer.soon();
    while (stream.peerResetCode().isEmpty() && !deadline.passed()) {
      Thread.onSpinWait();
    }
    assertEquals(error.code(), stream.peerResetCode().orElse(-1));
  }

  // RFC 9114 §5.2: "Upon receipt of a GOAWAY frame, if the client has already sent requests with a
  // stream ID greater than or equal to the identifier contained in the GOAWAY frame, those requests
  // will not be processed. Clients can safely retry unprocessed requests on a different HTTP
  // connection."
  @Test
  void aGoawayAmidTwentyRequestsRejectsThoseFromItsIdOnAndNoOthers() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    List<ClientExchange> exchanges = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      exchanges.add(send(client, i % 2 == 0));
    }
    Stream control =
        server.unidirectional(Wire.control(), Wire.frame(FrameType.GOAWAY, Wire.varint(60)));
    for (int i = 15; i < 20; i++) {
      ClientExchange above = exchanges.get(i);
      Http3Exception.OfStream rejected =
          assertThrows(
              Http3Exception.OfStream.class, () -> above.response(_ -> {}, RawPeer.soon()));
      assertEquals(Http3Error.H3_REQUEST_REJECTED.code(), rejected.code());
      // RFC 9114 §5.2: "The endpoint that initiated these requests can cancel them to clean up
      // transport state."
      awaitStop(awaited(server, 4L * i), Http3Error.H3_REQUEST_CANCELLED);
    }
    // RFC 9114 §5.2: "An endpoint MAY send multiple GOAWAY frames indicating different
    // identifiers".
    RawPeer.write(control, Wire.frame(FrameType.GOAWAY, Wire.varint(40)));
    for (int i = 10; i < 15; i++) {
      ClientExchange above = exchanges.get(i);
      assertThrows(Http3Exception.OfStream.class, () -> above.response(_ -> {}, RawPeer.soon()));
    }
    for (int i = 0; i < 10; i++) {
      RawPeer.write(awaited(server, 4L * i), Wire.headers(":status", "200"), Wire.data("x"))
          .finish();
      ClientExchange below = exchanges.get(i);
      assertEquals(200, below.response(_ -> {}, RawPeer.soon()).status());
      assertEquals("x", ClientPushRulesTest.body(below));
      if (i % 2 == 1) {
        below.write(ByteBuffer.wrap(new byte[] {1}), true);
      }
    }
    assertEquals(Http3Error.H3_NO_ERROR.code(), server.closeCode());
  }

  // RFC 9114 §5.2: "An endpoint that is attempting to gracefully shut down a connection can send a
  // GOAWAY frame with a value set to the maximum possible value (2^62-4 for servers, 2^62-1 for
  // clients). [...] After allowing time for any in-flight requests or pushes to arrive, the
  // endpoint can send another GOAWAY frame indicating which requests or pushes it might accept".
  // RFC 9114 §5.2: "The endpoint SHOULD continue to do so as more requests or pushes arrive."
  @Test
  void aDrainingServerSaysSoTwiceAndRejectsWhatComesAfterwards() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Http3Server server =
        serve(exchange -> {
          started.countDown();
          assertTrue(release.await(20, TimeUnit.SECONDS));
          OK.handle(exchange);
        });
    RawPeer peer = new RawPeer(pair.client());
    peer.unidirectional(Wire.control());
    Stream running = peer.wholeRequest(Wire.get());
    assertTrue(started.await(20, TimeUnit.SECONDS));
    Thread closing = Thread.ofVirtual().start(() -> server.close(RawPeer.soon()));
    FrameReader control = controlOf(peer, 3);
    assertEquals(new Frame.GoAway((1L << 62) - 4), control.next());
    assertEquals(new Frame.GoAway(4), control.next());
    for (int i = 0; i < 3; i++) {
      Stream late = peer.request(Wire.get());
      // Nothing else: no frame, no status.
      StreamResetException reset =
          assertThrows(StreamResetException.class, () -> RawPeer.readAll(late));
      assertEquals(Http3Error.H3_REQUEST_REJECTED.code(), reset.errorCode());
      awaitStop(late, Http3Error.H3_REQUEST_REJECTED);
    }
    release.countDown();
    assertTrue(RawPeer.readAll(running).length > 0, "what was in work is answered");
    assertEquals(Http3Error.H3_NO_ERROR.code(), peer.closeCode());
    closing.join();
  }

  // RFC 9114 §7.2.6: "In the client-to-server direction, the GOAWAY frame carries a push ID encoded
  // as a variable-length integer."
  @Test
  void aClientMayGoAwayWithAnyPushIdAndItsRequestsGoOn() throws Exception {
    serve(OK);
    RawPeer peer = new RawPeer(pair.client());
    peer.unidirectional(
        Wire.control(),
        Wire.frame(FrameType.GOAWAY, Wire.varint(VarInt.MAX)),
        Wire.frame(FrameType.GOAWAY, Wire.varint(7)),
        Wire.frame(FrameType.GOAWAY, Wire.varint(7)));
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0);
    assertFalse(peer.connection().closed().isDone());
  }

  // RFC 9114 §5.2: "Receiving a GOAWAY containing a larger identifier than previously received MUST
  // be treated as a connection error of type H3_ID_ERROR."
  @Test
  void aClientsGoawayMustNotGoUp() throws Exception {
    serve(OK);
    RawPeer peer = new RawPeer(pair.client());
    peer.unidirectional(
        Wire.control(),
        Wire.frame(FrameType.GOAWAY, Wire.varint(1)),
        Wire.frame(FrameType.GOAWAY, Wire.varint(2)));
    assertEquals(Http3Error.H3_ID_ERROR.code(), peer.closeCode());
  }

  // RFC 9114 §4.1.1: "Servers MUST NOT use the H3_REQUEST_REJECTED error code for requests that
  // were partially or fully processed. When a server abandons a response after partial processing,
  // it SHOULD abort its response stream with the error code H3_REQUEST_CANCELLED."
  @ParameterizedTest(name = "after: {0}")
  @EnumSource(Processing.class)
  void aRequestIsRejectedOnlyBeforeItWasProcessed(Processing processing) throws Exception {
    serve(exchange -> {
      switch (processing) {
        case NONE -> {}
        case CONTENT_READ -> assertEquals(1, exchange.read(new byte[10], 0, 10));
        case INTERIM_SENT -> exchange.sendInterim(new ResponseHead(103, List.of()));
        case HEAD_SENT ->
            exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), false);
      }
      exchange.abort(Http3Error.H3_REQUEST_REJECTED);
    });
    RawPeer peer = new RawPeer(pair.client());
    Stream request = peer.request(Wire.get(), Wire.data("x"));
    awaitReset(
        request,
        processing == Processing.NONE
            ? Http3Error.H3_REQUEST_REJECTED
            : Http3Error.H3_REQUEST_CANCELLED);
  }

  /** How far a request came before its handler gave it up. */
  enum Processing {
    NONE,
    CONTENT_READ,
    INTERIM_SENT,
    HEAD_SENT
  }

  // RFC 9114 §4.1.1: "Clients MUST NOT use the H3_REQUEST_REJECTED error code, except when a server
  // has requested closure of the request stream with this error code."
  @Test
  void aClientCancelsAndNeverRejects() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    ClientExchange exchange = send(client(), false);
    exchange.abort(Http3Error.H3_REQUEST_REJECTED);
    Stream request = awaited(server, 0);
    awaitReset(request, Http3Error.H3_REQUEST_CANCELLED);
    awaitStop(request, Http3Error.H3_REQUEST_CANCELLED);
  }

  @Test
  void aClientCanEndItsSendingHalfAloneAndStillReadTheResponse() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    ClientExchange exchange = send(client(), false);
    Stream request = awaited(server, 0);
    exchange.stopSending(Http3Error.H3_NO_ERROR);
    awaitReset(request, Http3Error.H3_NO_ERROR);
    RawPeer.write(request, Wire.headers(":status", "200"), Wire.data("whole")).finish();
    assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
    assertEquals("whole", ClientPushRulesTest.body(exchange));
    assertTrue(request.peerStopCode().isEmpty(), "nothing else was ended");
  }

  // RFC 9114 §8: "use of an error code in an unexpected context or receipt of an unknown error code
  // MUST be treated as equivalent to H3_NO_ERROR."
  @Test
  void aStopWithAReservedCodeIsAsGoodAsOneWithNoError() throws Exception {
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = client();
    for (int i = 0; i < 2 * Http3Limits.CLIENT.glitchBurst(); i++) {
      ClientExchange exchange = send(client, false);
      Stream request = awaited(server, 4L * i);
      request.stopReading(FrameType.reserved(i));
      RawPeer.write(request, Wire.headers(":status", "200")).finish();
      assertThrows(
          Http3Exception.OfStream.class,
          () -> {
            while (true) {
              exchange.write(ByteBuffer.allocate(1), false);
            }
          });
      assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
      assertEquals("", ClientPushRulesTest.body(exchange));
      if (!client.open()) {
        break;
      }
    }
    assertEquals(Http3Error.H3_NO_ERROR.code(), server.closeCode(), "worn out, not a flood");
  }
}
