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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server pushes to a client that writes any octets. */
class ServerPushRulesTest {
  private static final RequestHead PROMISED = RequestHead.of("GET", "a", "/p", List.of());
  private static final Http3Server.Handler ANSWER =
      exchange -> exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), true);

  private final AtomicReference<Http3Server> server = new AtomicReference<>();

  private RawPeer peer(Http3Limits limits, Http3Server.Handler handler) {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Limits plain = limits.but().grease(0).build();
    server.set(Http3Server.withoutPort(plain, Http3Events.NONE, handler));
    server.get().serve(pair.server());
    return new RawPeer(pair.client());
  }

  /** A peer of a server that pushes what {@code handler} answers, and tells whether it could. */
  private RawPeer pushing(Http3Server.Handler handler) {
    return peer(
        Http3Limits.SERVER,
        exchange -> {
          boolean done = exchange.push(PROMISED, handler);
          respond(exchange, done);
        });
  }

  private static void respond(ServerExchange exchange, boolean pushed) throws IOException {
    int status = pushed ? 200 : 204;
    exchange.send(new ResponseHead(status, List.of()), ByteBuffer.allocate(0), true);
  }

  private static byte[] maxPushId(long id) {
    return Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(id));
  }

  private static FrameReader frames(Stream stream) {
    return new FrameReader(stream, 1 << 16, 1024, RawPeer::soon);
  }

  /** Sends a GET once the server has taken what the control stream says before it. */
  private static FrameReader get(RawPeer peer) throws IOException {
    return frames(peer.wholeRequest(Wire.get()));
  }

  private static void awaitAllowed(ServerExchange exchange) {
    Deadline deadline = RawPeer.soon();
    while (!exchange.mayPush() && !deadline.passed()) {
      Thread.onSpinWait();
    }
  }

  /** A server that waits until the client's MAX_PUSH_ID has come, then pushes. */
  private RawPeer pushingWhenAllowed(Http3Server.Handler handler) {
    return peer(
        Http3Limits.SERVER,
        exchange -> {
          awaitAllowed(exchange);
          respond(exchange, exchange.push(PROMISED, handler));
        });
  }

  /** The server's push stream that came as the n-th unidirectional one behind its three own. */
  private static Stream pushStream(RawPeer peer, int n) {
    Deadline deadline = RawPeer.soon();
    while (!deadline.passed()) {
      List<Stream> own =
          peer.accepted().stream().filter(stream -> stream.id() == 4L * (3 + n) + 3).toList();
      if (!own.isEmpty()) {
        return own.getFirst();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no push stream came");
  }

  private static Stream control(RawPeer peer) {
    Deadline deadline = RawPeer.soon();
    while (!deadline.passed()) {
      for (Stream stream : peer.accepted()) {
        if (stream.id() == 3) {
          return stream;
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no control stream came");
  }

  private static FrameReader controlFrames(RawPeer peer) throws IOException {
    FrameReader frames = frames(control(peer));
    assertEquals(ControlStream.TYPE, frames.streamType());
    assertTrue(frames.next() instanceof Frame.Settings);
    return frames;
  }

  // RFC 9114 §7.2.7: "The maximum push ID is unset when an HTTP/3 connection is created, meaning
  // that a server cannot push until it receives a MAX_PUSH_ID frame."
  @Test
  void nothingIsPushedWithoutMaxPushId() throws Exception {
    RawPeer peer = pushing(ANSWER);
    FrameReader response = get(peer);
    assertTrue(response.next() instanceof Frame.Headers, "no PUSH_PROMISE");
    assertEquals(null, response.next());
  }

  // RFC 9114 §6.2.2: "A push stream is indicated by a stream type of 0x01, followed by the push ID
  // of the promise that it fulfills, encoded as a variable-length integer."
  @Test
  void aPromiseIsFulfilledOnAPushStream() throws Exception {
    RawPeer peer =
        pushingWhenAllowed(exchange -> {
          assertEquals(PROMISED, exchange.request());
          assertEquals(-1, exchange.read(new byte[1], 0, 1));
          exchange.sendInterim(new ResponseHead(103, List.of()));
          exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), false);
          exchange.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), false);
          exchange.writeTrailers(Wire.lines("t", "v"));
        });
    peer.unidirectional(Wire.control(), maxPushId(0));
    FrameReader response = get(peer);
    Frame first = response.next();
    assertTrue(
        first instanceof Frame.PushPromise(long id, _) && id == 0, "the promise comes first");
    assertTrue(response.next() instanceof Frame.Headers);
    FrameReader pushed = frames(pushStream(peer, 0));
    assertEquals(UnidirectionalStreams.PUSH, pushed.streamType());
    assertEquals(0, pushed.pushId());
    assertTrue(pushed.next() instanceof Frame.Headers, "103");
    assertTrue(pushed.next() instanceof Frame.Headers, "200");
    assertEquals(new Frame.Data(3), pushed.next());
    assertTrue(pushed.next() instanceof Frame.Headers, "trailers");
    assertEquals(null, pushed.next());
  }

  // RFC 9114 §7.2.5: "A server MUST NOT use a push ID that is larger than the client has provided
  // in a MAX_PUSH_ID frame".
  // RFC 9114 §6.2.2: "Each push ID MUST only be used once in a push stream header."
  // RFC 9114 §7.2.5: "A server SHOULD avoid reusing a push ID over a long period."
  @Test
  void noMoreIsPushedThanTheClientAllows() throws Exception {
    CompletableFuture<List<Boolean>> pushed = new CompletableFuture<>();
    RawPeer peer =
        peer(
            Http3Limits.SERVER,
            exchange -> {
              awaitAllowed(exchange);
              pushed.complete(
                  List.of(
                      exchange.push(PROMISED, ANSWER),
                      exchange.push(PROMISED, ANSWER),
                      exchange.push(PROMISED, ANSWER)));
              respond(exchange, true);
            });
    peer.unidirectional(Wire.control(), maxPushId(1));
    FrameReader response = get(peer);
    assertEquals(List.of(true, true, false), pushed.get(20, TimeUnit.SECONDS));
    // RFC 9114 §4.6: "A server SHOULD use push IDs sequentially, beginning from zero."
    assertTrue(response.next() instanceof Frame.PushPromise(long id, _) && id == 0);
    assertTrue(response.next() instanceof Frame.PushPromise(long id, _) && id == 1);
    assertTrue(response.next() instanceof Frame.Headers);
  }

  /** Http3Limits.pushes bounds what a client that allows any number can have in work. */
  @Test
  void pushesInWorkAreBounded() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<List<Boolean>> pushed = new CompletableFuture<>();
    RawPeer peer =
        peer(
            Http3Limits.SERVER.but().pushes(1).build(),
            exchange -> {
              awaitAllowed(exchange);
              Http3Server.Handler slow =
                  push -> {
                    assertTrue(release.await(20, TimeUnit.SECONDS));
                    ANSWER.handle(push);
                  };
              boolean first = exchange.push(PROMISED, slow);
              boolean second = exchange.push(PROMISED, slow);
              release.countDown();
              awaitAllowed(exchange);
              pushed.complete(List.of(first, second, exchange.push(PROMISED, ANSWER)));
              respond(exchange, true);
            });
    peer.unidirectional(Wire.control(), maxPushId(VarInt.MAX));
    get(peer);
    assertEquals(List.of(true, false, true), pushed.get(20, TimeUnit.SECONDS));
  }

  // RFC 9114 §4.6: "A server MAY push requests that have the following properties:" cacheable,
  // safe, without content; "The server MUST include a value in the :authority pseudo-header field
  // for which the server is authoritative."
  @Test
  void onlySafeRequestsForTheSameAuthorityCanBePushed() throws Exception {
    CompletableFuture<Void> checked = new CompletableFuture<>();
    RawPeer peer =
        peer(
            Http3Limits.SERVER,
            exchange -> {
              try {
                for (RequestHead wrong :
                    List.of(
                        RequestHead.of("POST", "a", "/", List.of()),
                        RequestHead.of("GET", "b", "/", List.of()),
                        new RequestHead("GET", "http", "a", "/", null, List.of()),
                        RequestHead.of("GET", "a", "/", Wire.lines("content-length", "1")))) {
                  assertThrows(IllegalArgumentException.class, () -> exchange.push(wrong, ANSWER));
                }
                respond(exchange, true);
                assertThrows(IllegalStateException.class, () -> exchange.push(PROMISED, ANSWER));
                checked.complete(null);
              } catch (Throwable e) {
                checked.completeExceptionally(e);
              }
            });
    peer.unidirectional(Wire.control(), maxPushId(9));
    get(peer);
    checked.get(20, TimeUnit.SECONDS);
  }

  // RFC 9114 §7.2.3: "If the push stream is open, the server SHOULD abruptly terminate that
  // stream."
  // RFC 9114 §7.2.3: "The server SHOULD abort sending the resource, but the mechanism to do so
  // depends on the state of the corresponding push stream."
  @Test
  void aCancelledPushIsReset() throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    RawPeer peer =
        pushingWhenAllowed(exchange -> {
          exchange.onAbort(aborted::countDown);
          exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), false);
          assertTrue(aborted.await(20, TimeUnit.SECONDS));
        });
    Stream control = peer.unidirectional(Wire.control(), maxPushId(0));
    get(peer);
    FrameReader pushed = frames(pushStream(peer, 0));
    assertEquals(UnidirectionalStreams.PUSH, pushed.streamType());
    RawPeer.write(control, Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(0)));
    StreamResetException reset =
        assertThrows(
            StreamResetException.class,
            () -> {
              pushed.pushId();
              while (pushed.next() != null) {}
            });
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
    assertTrue(aborted.await(20, TimeUnit.SECONDS), "the handler hears of it");
  }

  // RFC 9114 §7.2.3: "Regardless of whether a push stream has been opened, a server SHOULD send a
  // CANCEL_PUSH frame when it determines that promise will not be fulfilled. If a stream has
  // already been opened, the server can abort sending on the stream with an error code of
  // H3_REQUEST_CANCELLED."
  @Test
  void aPushWhoseHandlerFailsIsCancelled() throws Exception {
    RawPeer peer =
        pushingWhenAllowed(_ -> {
          throw new IOException("nothing to push");
        });
    peer.unidirectional(Wire.control(), maxPushId(0));
    get(peer);
    FrameReader control = controlFrames(peer);
    assertEquals(new Frame.CancelPush(0), control.next());
    FrameReader pushed = frames(pushStream(peer, 0));
    StreamResetException reset =
        assertThrows(
            StreamResetException.class,
            () -> {
              pushed.streamType();
              pushed.pushId();
              pushed.next();
            });
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
  }

  // RFC 9114 §4.6: "This asks the server not to transfer additional data and indicates that it will
  // be discarded upon receipt."
  @Test
  void aStoppedPushEndsWithoutCancelPush() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch failed = new CountDownLatch(1);
    RawPeer peer =
        pushingWhenAllowed(exchange -> {
          exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), false);
          begun.countDown();
          ByteBuffer content = ByteBuffer.allocate(1 << 20);
          assertThrows(Http3Exception.OfStream.class, () -> exchange.write(content, true));
          failed.countDown();
        });
    peer.unidirectional(Wire.control(), maxPushId(0));
    get(peer);
    assertTrue(begun.await(20, TimeUnit.SECONDS));
    pushStream(peer, 0).stopReading(Http3Error.H3_REQUEST_CANCELLED.code());
    assertTrue(failed.await(20, TimeUnit.SECONDS));
    Thread.ofVirtual().start(() -> server.get().close(RawPeer.soon()));
    FrameReader control = controlFrames(peer);
    assertTrue(control.next() instanceof Frame.GoAway, "no CANCEL_PUSH before it");
  }

  // RFC 9114 §5.2: "Endpoints MUST NOT initiate new requests or promise new pushes on the
  // connection after receipt of a GOAWAY frame from the peer." and "If a server receives a GOAWAY
  // frame after having promised pushes with a push ID greater than or equal to the identifier
  // contained in the GOAWAY frame, those pushes will not be accepted."
  @Test
  void aGoawayOfTheClientEndsPushing() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Boolean> later = new CompletableFuture<>();
    RawPeer peer =
        peer(
            Http3Limits.SERVER,
            exchange -> {
              awaitAllowed(exchange);
              exchange.push(
                  PROMISED,
                  push -> {
                    push.onAbort(first::countDown);
                    assertTrue(goOn.await(20, TimeUnit.SECONDS));
                    ANSWER.handle(push);
                  });
              exchange.push(
                  PROMISED,
                  push -> {
                    push.onAbort(second::countDown);
                    assertTrue(goOn.await(20, TimeUnit.SECONDS));
                  });
              assertTrue(second.await(20, TimeUnit.SECONDS));
              later.complete(exchange.push(PROMISED, ANSWER));
              respond(exchange, true);
              goOn.countDown();
            });
    Stream control = peer.unidirectional(Wire.control(), maxPushId(5));
    get(peer);
    Stream kept = pushStream(peer, 0);
    pushStream(peer, 1);
    RawPeer.write(control, Wire.frame(FrameType.GOAWAY, Wire.varint(1)));
    assertFalse(later.get(20, TimeUnit.SECONDS), "no new promise");
    Stream inVain = pushIdOf(kept) == 0 ? pushStream(peer, 1) : kept;
    awaitReset(inVain);
    assertEquals(1, first.getCount(), "push 0 was below the id");
  }

  private static long pushIdOf(Stream stream) throws IOException {
    FrameReader frames = frames(stream);
    try {
      frames.streamType();
      return frames.pushId();
    } catch (StreamResetException _) {
      return 1;
    }
  }

  private static void awaitReset(Stream stream) {
    Deadline deadline = RawPeer.soon();
    while (stream.peerResetCode().isEmpty() && !deadline.passed()) {
      Thread.onSpinWait();
    }
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), stream.peerResetCode().orElse(-1));
  }

  // RFC 9114 §7.2.3: "If a server receives a CANCEL_PUSH frame for a push ID that has not yet been
  // mentioned by a PUSH_PROMISE frame, this MUST be treated as a connection error of type
  // H3_ID_ERROR."
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 9})
  void cancellingWhatWasNotPromisedIsAnIdError(long pushId) throws Exception {
    RawPeer peer = pushing(ANSWER);
    peer.unidirectional(
        Wire.control(), maxPushId(3), Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(pushId)));
    assertEquals(Http3Error.H3_ID_ERROR.code(), peer.closeCode());
  }

  // RFC 9114 §7.2.3: "If the push stream has already ended, the server MAY still abruptly terminate
  // the stream or MAY take no action."
  @Test
  void cancellingAFinishedPushDoesNothing() throws Exception {
    RawPeer peer = pushingWhenAllowed(ANSWER);
    Stream control = peer.unidirectional(Wire.control(), maxPushId(1));
    get(peer);
    FrameReader pushed = frames(pushStream(peer, 0));
    pushed.streamType();
    pushed.pushId();
    while (pushed.next() != null) {}
    RawPeer.write(control, Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(0)));
    assertTrue(get(peer).next() instanceof Frame.PushPromise, "the connection goes on");
  }
}
