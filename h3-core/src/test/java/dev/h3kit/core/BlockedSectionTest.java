package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.QuicClient;
import dev.h3kit.core.transport.QuicTestConfig;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 9204 §2.1.2: a field section that waits for the encoder stream holds up its own stream and
 * nothing else.
 */
class BlockedSectionTest {
  /** GET https with :authority and :path from two inserts that are yet to come. */
  private static final byte[] SECTION = Wire.frame(FrameType.HEADERS, Wire.hex("0381 d1 d7 10 11"));

  /** Encoder stream: capacity 4096, then :authority www.example.com and :path /sample/path. */
  private static final byte[] CAPACITY = Wire.hex("02 3fe11f");

  private static final byte[] INSERTS =
      Wire.hex("c00f7777772e6578616d706c652e636f6d c10c2f73616d706c652f70617468");

  private final BlockingQueue<String> paths = new LinkedBlockingQueue<>();
  private final CountDownLatch blocked = new CountDownLatch(1);
  private final CountDownLatch failed = new CountDownLatch(1);
  private Runnable close = () -> {};

  private final Http3Events events =
      new Http3Events() {
        @Override
        public void sectionBlocked(long streamId, long requiredInsertCount) {
          assertEquals(2, requiredInsertCount);
          blocked.countDown();
        }

        @Override
        public void requestFailed(ConnectionInfo connection, long streamId, Exception cause) {
          failed.countDown();
        }
      };

  private RawPeer peer(boolean quic, Http3Limits limits) throws IOException {
    Http3Server.Handler handler =
        exchange -> {
          paths.add(String.valueOf(exchange.request().path()));
          exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), true);
        };
    if (!quic) {
      MemoryTransport.Pair pair = MemoryTransport.pair();
      Http3Server.withoutPort(limits, events, handler).serve(pair.server());
      return new RawPeer(pair.client());
    }
    Http3Server server =
        Http3Server.bind(
            QuicTestConfig.server(),
            limits,
            events,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            handler);
    RawPeer peer =
        new RawPeer(
            QuicClient.connect(
                QuicTestConfig.client(), "localhost", server.address(), RawPeer.soon()));
    close =
        () -> {
          peer.connection().close(0x100, "");
          server.close(RawPeer.soon());
        };
    return peer;
  }

  @AfterEach
  void close() {
    close.run();
  }

  @ParameterizedTest(name = "over QUIC: {0}")
  @ValueSource(booleans = {false, true})
  void waitsForItsInsertsWhileOtherStreamsGoOn(boolean quic) throws Exception {
    RawPeer peer = peer(quic, Http3Limits.SERVER);
    peer.unidirectional(Wire.control());
    Stream encoder = peer.unidirectional(CAPACITY);
    Stream waiting = peer.wholeRequest(SECTION);
    assertTrue(blocked.await(20, TimeUnit.SECONDS));
    for (int i = 0; i < 20; i++) {
      assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0);
      assertEquals("/", paths.poll(20, TimeUnit.SECONDS));
    }
    RawPeer.write(encoder, INSERTS);
    assertTrue(RawPeer.readAll(waiting).length > 0);
    assertEquals("/sample/path", paths.poll(20, TimeUnit.SECONDS));
  }

  @ParameterizedTest(name = "over QUIC: {0}")
  @ValueSource(booleans = {false, true})
  void insertsMayComeOctetByOctet(boolean quic) throws Exception {
    RawPeer peer = peer(quic, Http3Limits.SERVER);
    Stream encoder = peer.unidirectional(CAPACITY);
    Stream waiting = peer.wholeRequest(SECTION);
    assertTrue(blocked.await(20, TimeUnit.SECONDS));
    for (byte octet : INSERTS) {
      assertFalse(peer.connection().closed().isDone());
      RawPeer.write(encoder, new byte[] {octet});
    }
    assertTrue(RawPeer.readAll(waiting).length > 0);
    assertEquals("/sample/path", paths.poll(20, TimeUnit.SECONDS));
  }

  @ParameterizedTest(name = "over QUIC: {0}")
  @ValueSource(booleans = {false, true})
  void endsAtTheHeaderDeadlineWithAStreamCancellation(boolean quic) throws Exception {
    RawPeer peer = peer(quic, ServerRulesTest.withHeaderDeadline(Duration.ofMillis(200)));
    peer.unidirectional(CAPACITY);
    Stream waiting = peer.wholeRequest(SECTION);
    assertTrue(blocked.await(20, TimeUnit.SECONDS));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(waiting));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), reset.errorCode());
    // RFC 9204 §4.4.2: Stream Cancellation is 01 and the stream id.
    assertArrayEquals(new byte[] {3, 0x40}, decoderStream(peer, 2));
  }

  @ParameterizedTest(name = "over QUIC: {0}")
  @ValueSource(booleans = {false, true})
  void endsWhenItsStreamIsReset(boolean quic) throws Exception {
    RawPeer peer = peer(quic, Http3Limits.SERVER);
    Stream encoder = peer.unidirectional(CAPACITY);
    Stream waiting = peer.request(SECTION);
    assertTrue(blocked.await(20, TimeUnit.SECONDS));
    waiting.reset(Http3Error.H3_REQUEST_CANCELLED.code());
    assertArrayEquals(new byte[] {3, 0x40}, decoderStream(peer, 2));
    RawPeer.write(encoder, INSERTS);
    assertTrue(RawPeer.readAll(peer.wholeRequest(Wire.get())).length > 0);
    assertEquals(List.of("/"), List.copyOf(paths), "the reset request reached no handler");
  }

  @ParameterizedTest(name = "over QUIC: {0}")
  @ValueSource(booleans = {false, true})
  void endsWithItsConnection(boolean quic) throws Exception {
    RawPeer peer = peer(quic, Http3Limits.SERVER);
    peer.unidirectional(CAPACITY);
    peer.wholeRequest(SECTION);
    assertTrue(blocked.await(20, TimeUnit.SECONDS));
    peer.connection().close(Http3Error.H3_NO_ERROR.code(), "");
    assertTrue(failed.await(20, TimeUnit.SECONDS), "the request's thread goes on to its end");
    assertTrue(paths.isEmpty());
  }

  /** The first octets of the server's decoder stream, its type among them. */
  private static byte[] decoderStream(RawPeer peer, int count) throws IOException {
    byte[] octets = new byte[count];
    for (int next = 0; ; ) {
      if (next == peer.accepted().size()) {
        Thread.onSpinWait();
        continue;
      }
      Stream stream = peer.accepted().get(next++);
      if (stream.read(octets, 0, 1, RawPeer.soon()) == 1
          && octets[0] == InstructionStream.DECODER) {
        for (int got = 1; got < count; ) {
          got += stream.read(octets, got, count - got, RawPeer.soon());
        }
        return octets;
      }
    }
  }
}
