package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What extensions may add to HTTP/3, and what they may not: RFC 9114 §9. */
class ExtensionTest {
  private static final long SIGNAL = 0x41;
  private static final long TYPE = 0x54;

  private final MemoryTransport.Pair pair = MemoryTransport.pair();
  private final BlockingQueue<String> taken = new LinkedBlockingQueue<>();
  private final BlockingQueue<ExtensionPoint> points = new LinkedBlockingQueue<>();

  private RawPeer client(Http3Extension extension) {
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            List.of(extension, points::add),
            exchange ->
                exchange.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(new byte[1]), true))
        .serve(pair.server());
    return new RawPeer(pair.client());
  }

  private RawPeer server(Http3Extension extension) throws IOException {
    RawPeer server = new RawPeer(pair.server());
    Http3Client.on(
        pair.client(), Http3Limits.CLIENT, Http3Events.NONE, List.of(extension, points::add));
    return server;
  }

  private void take(OctetStream stream) throws IOException {
    StringBuilder text = new StringBuilder(stream.bidirectional() ? "bidi " : "uni ");
    byte[] buffer = new byte[2];
    for (int got; (got = stream.read(buffer, 0, 2, RawPeer.soon())) >= 0; ) {
      text.append(new String(buffer, 0, got, StandardCharsets.ISO_8859_1));
    }
    taken.add(text.toString());
    if (stream.bidirectional()) {
      stream.write(ByteBuffer.wrap(new byte[] {'o', 'k'}));
      stream.finish();
    }
  }

  private String next() throws InterruptedException {
    return String.valueOf(taken.poll(10, TimeUnit.SECONDS));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  // RFC 9114 §9: "Extensions are permitted to use new frame types (Section 7.2), new settings
  // (Section 7.2.4.1), new error codes (Section 8), or new unidirectional stream types (Section
  // 6.2)."
  @Test
  void rfc9114_9_aStreamWithTheSignalIsTheExtensionsWhereverItIsCut() throws Exception {
    RawPeer peer = client(point -> point.bidirectional(SIGNAL, this::take));
    byte[] all = Wire.join(Wire.varint(SIGNAL), octets("hello"));
    for (int cut = 0; cut <= all.length; cut++) {
      Stream stream = peer.request(Arrays.copyOf(all, cut));
      RawPeer.write(stream, Arrays.copyOfRange(all, cut, all.length)).finish();
      assertEquals("bidi hello", next(), "cut at " + cut);
      assertEquals("ok", new String(RawPeer.readAll(stream), StandardCharsets.ISO_8859_1));
    }
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0, "requests go on");
  }

  // RFC 9114 §9: "Implementations MUST ignore unknown or unsupported values in all extensible
  // protocol elements."
  @Test
  void rfc9114_9_anotherSignalIsAnUnknownFrame() throws Exception {
    RawPeer peer = client(point -> point.bidirectional(SIGNAL, this::take));
    Stream stream = peer.wholeRequest(Wire.frame(SIGNAL + 1, octets("x")), Wire.get());
    assertTrue(RawPeer.readAll(stream).length > 0, "the request is answered");
  }

  @Test
  void theSignalMeansNothingFurtherDownTheStream() throws Exception {
    RawPeer peer = client(point -> point.bidirectional(SIGNAL, this::take));
    Stream stream = peer.wholeRequest(Wire.get(), Wire.frame(SIGNAL, octets("x")));
    assertTrue(RawPeer.readAll(stream).length > 0, "the request is answered");
    assertTrue(taken.isEmpty());
  }

  @Test
  void aStreamThatIsResetWithinItsSignalIsOver() throws Exception {
    RawPeer peer = client(point -> point.bidirectional(SIGNAL, this::take));
    Stream reset = peer.request(new byte[] {0x40});
    reset.reset(7);
    StreamResetException answer =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(reset));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), answer.errorCode());
  }

  // RFC 9114 §7.1: "When a stream terminates cleanly, if the last frame on the stream was
  // truncated,
  // this MUST be treated as a connection error of type H3_FRAME_ERROR."
  @Test
  void rfc9114_7_1_aStreamThatEndsWithinItsSignalIsATruncatedFrame() throws Exception {
    RawPeer peer = client(point -> point.bidirectional(SIGNAL, this::take));
    peer.wholeRequest(new byte[] {0x40});
    assertEquals(Http3Error.H3_FRAME_ERROR.code(), peer.closeCode());
  }

  @Test
  void aUnidirectionalStreamOfTheTypeIsTheExtensions() throws Exception {
    RawPeer peer = client(point -> point.unidirectional(TYPE, this::take));
    peer.unidirectional(Wire.varint(TYPE), octets("one way")).finish();
    assertEquals("uni one way", next());
    CountDownLatch stopped = new CountDownLatch(1);
    peer.unidirectional(Wire.varint(TYPE + 1)).onAbort(stopped::countDown);
    assertTrue(stopped.await(10, TimeUnit.SECONDS), "another type is not read");
  }

  @Test
  void handlersCanBeRegisteredWhileTheConnectionLives() throws Exception {
    RawPeer peer = client(point -> {});
    points.take().unidirectional(TYPE, this::take);
    peer.unidirectional(Wire.varint(TYPE), octets("late")).finish();
    assertEquals("uni late", next());
  }

  // RFC 9114 §6.1: "Clients MUST treat receipt of a server-initiated bidirectional stream as a
  // connection error of type H3_STREAM_CREATION_ERROR unless such an extension has been
  // negotiated."
  @Test
  void rfc9114_6_1_aServersStreamThatNoExtensionHasAUseForIsAnError() throws Exception {
    RawPeer peer = server(point -> point.bidirectional(SIGNAL, this::take));
    Stream stream = peer.request(Wire.varint(SIGNAL), octets("from the server"));
    stream.finish();
    assertEquals("bidi from the server", next());
    peer.request(new byte[] {0x40}).reset(1);
    peer.request(Wire.varint(SIGNAL + 1));
    assertEquals(Http3Error.H3_STREAM_CREATION_ERROR.code(), peer.closeCode());
  }

  @Test
  void aHandlerThatFailsEndsItsStreamOnly() throws Exception {
    RawPeer peer =
        client(point ->
            point.bidirectional(
                SIGNAL,
                stream -> {
                  throw new IllegalStateException("no");
                }));
    Stream stream = peer.request(Wire.varint(SIGNAL));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    assertEquals(Http3Error.H3_INTERNAL_ERROR.code(), reset.errorCode());
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0, "requests go on");
  }

  @Test
  void theCodesOfThePeerAreTold() throws Exception {
    BlockingQueue<Http3Exception> told = new LinkedBlockingQueue<>();
    CountDownLatch handed = new CountDownLatch(1);
    RawPeer peer =
        client(point ->
            point.bidirectional(
                SIGNAL,
                stream -> {
                  handed.countDown();
                  told.add(
                      assertThrows(
                          Http3Exception.OfStream.class,
                          () -> stream.read(new byte[1], 0, 1, RawPeer.soon())));
                  stream.reset(0x170d7b68);
                }));
    Stream stream = peer.request(Wire.varint(SIGNAL));
    assertTrue(handed.await(10, TimeUnit.SECONDS));
    stream.reset(0x52e4a40fa8dbL);
    Http3Exception error = told.poll(10, TimeUnit.SECONDS);
    assertEquals(0x52e4a40fa8dbL, error == null ? 0 : error.code());
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    assertEquals(0x170d7b68, reset.errorCode());
  }

  @Test
  void settingsOfExtensionsAreSentAndThePeersAreHad() throws Exception {
    RawPeer peer = client(point -> point.setting(0x14e9cd29, 7));
    ExtensionPoint point = points.take();
    assertThrows(
        DeadlineExceededException.class,
        () -> point.peerSettings(Deadline.after(Duration.ofMillis(10))));
    peer.unidirectional(Wire.control(0x14e9cd29, 9));
    assertEquals(9, point.peerSettings(RawPeer.soon()).get(0x14e9cd29L));
    FrameReader frames = new FrameReader(peer.accepted().getFirst(), 0, 1024, RawPeer::soon);
    frames.streamType();
    Frame.Settings settings =
        org.junit.jupiter.api.Assertions.assertInstanceOf(Frame.Settings.class, frames.next());
    assertEquals(7, settings.settings().all().get(0x14e9cd29L));
    CountDownLatch over = new CountDownLatch(1);
    point.onEnd(over::countDown);
    point.close(0x1234, "enough");
    assertEquals(0x1234, peer.closeCode());
    assertTrue(over.await(10, TimeUnit.SECONDS));
    assertThrows(IllegalStateException.class, () -> point.setting(0x14e9cd2a, 1), "too late");
    assertThrows(
        IllegalStateException.class, () -> point.protocol("late", exchange -> {}), "too late");
  }

  @ParameterizedTest
  @ValueSource(longs = {0x00, 0x01, 0x06, 0x07, 0x08, 0x33, 0x21, 0x40, -1, 1L << 62})
  void settingsThatAreNotAnExtensionsAreRefused(long id) {
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    client(point ->
        thrown.add(assertThrows(IllegalArgumentException.class, () -> point.setting(id, 1))));
    assertEquals(1, thrown.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 0x21, 0x40, -1, 1L << 62})
  void typesThatAreNotAnExtensionsAreRefused(long type) throws Exception {
    client(point -> {});
    ExtensionPoint point = points.take();
    assertThrows(IllegalArgumentException.class, () -> point.unidirectional(type, this::take));
    assertThrows(IllegalArgumentException.class, () -> point.bidirectional(type, this::take));
    assertThrows(
        IllegalArgumentException.class, () -> point.openUnidirectional(type, RawPeer.soon()));
    assertThrows(
        IllegalArgumentException.class, () -> point.openBidirectional(type, RawPeer.soon()));
  }

  @Test
  void aProtocolIsRegisteredOnceAndOnAServer() throws Exception {
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    client(point -> {
      assertTrue(point.server());
      point.protocol("one", exchange -> {});
      for (String token : List.of("one", "", "a b", "a/b/c")) {
        thrown.add(
            assertThrows(
                IllegalArgumentException.class,
                () -> point.datagramProtocol(token, exchange -> {})));
      }
    });
    assertEquals(4, thrown.size());
    server(point -> {
      assertFalse(point.server());
      thrown.add(
          assertThrows(IllegalStateException.class, () -> point.protocol("two", exchange -> {})));
      thrown.add(assertThrows(IllegalStateException.class, () -> point.proxy(exchange -> {})));
    });
    assertEquals(6, thrown.size());
  }
}
