package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that send what a dice says: pieces of legal streams, cut, repeated, flipped, in any order.
 * Whatever comes, every request's thread ends, only HTTP/3's own errors are told, and the
 * connection either goes on or is closed with a code of the RFC.
 */
class RandomPeerTest {
  private static final int CONNECTIONS = 300;
  private static final Duration BRIEF = Duration.ofMillis(100);

  private final ConcurrentLinkedQueue<Throwable> surprises = new ConcurrentLinkedQueue<>();
  private final Phaser requests = new Phaser(1);

  private final Http3Events events =
      new Http3Events() {
        @Override
        public void requestFailed(ConnectionInfo connection, long streamId, Exception cause) {
          if (!(cause instanceof IOException)) {
            surprises.add(cause);
          }
        }
      };

  private void echo(ServerExchange exchange) throws IOException {
    requests.register();
    try {
      byte[] buffer = new byte[512];
      exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), false);
      for (int got = exchange.read(buffer, 0, buffer.length);
          got >= 0;
          got = exchange.read(buffer, 0, buffer.length)) {
        exchange.write(ByteBuffer.wrap(buffer, 0, got), false);
      }
      exchange.writeTrailers(exchange.trailers());
    } finally {
      requests.arriveAndDeregister();
    }
  }

  private static final List<byte[]> PIECES =
      List.of(
          Wire.get(),
          Wire.headers("trailer", "value"),
          Wire.data("some content"),
          Wire.data(""),
          Wire.control(),
          Wire.control(1, 4096, 7, 16, 6, 20000),
          Wire.frame(FrameType.GOAWAY, Wire.varint(4)),
          Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(4)),
          Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(4)),
          Wire.frame(FrameType.PUSH_PROMISE, Wire.hex("00 0000 d1")),
          Wire.frame(FrameType.reserved(4), new byte[20]),
          Wire.frame(0x02, new byte[5]),
          Wire.hex("02 3fe11f c00f7777772e6578616d706c652e636f6d c10c2f73616d706c652f70617468"),
          Wire.hex("03 80 84 40 01"),
          Wire.hex("00 c0ffffffffffffff"),
          Wire.frame(FrameType.HEADERS, Wire.hex("0381 d1 d7 10 11")),
          Wire.frame(FrameType.HEADERS, Wire.hex("0500 80 c1 81")));

  private static byte[] octets(Random random) {
    byte[] all = new byte[0];
    for (int i = random.nextInt(5); i >= 0; i--) {
      byte[] piece = PIECES.get(random.nextInt(PIECES.size())).clone();
      switch (random.nextInt(6)) {
        case 0 -> piece[random.nextInt(piece.length)] ^= (byte) (1 << random.nextInt(8));
        case 1 -> piece = java.util.Arrays.copyOf(piece, random.nextInt(piece.length) + 1);
        case 2 -> random.nextBytes(piece);
        default -> {}
      }
      all = Wire.join(all, piece);
    }
    return all;
  }

  private static void act(RawPeer peer, Random random) throws IOException {
    Stream stream =
        random.nextInt(3) > 0 ? peer.request(octets(random)) : peer.unidirectional(octets(random));
    switch (random.nextInt(5)) {
      case 0 -> stream.reset(random.nextInt(0x120));
      case 1 -> stream.stopReading(random.nextInt(0x120));
      case 2 -> {}
      default -> stream.finish();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aServerSurvivesIt(long seed) throws Exception {
    Http3Server server = Http3Server.withoutPort(Http3Limits.SERVER, events, this::echo);
    Random random = new Random(seed);
    for (int i = 0; i < CONNECTIONS; i++) {
      MemoryTransport.Pair pair = MemoryTransport.pair();
      server.serve(pair.server());
      RawPeer peer = new RawPeer(pair.client());
      try {
        for (int acts = random.nextInt(8); acts >= 0; acts--) {
          act(peer, random);
        }
      } catch (IOException e) {
        assertTrue(peer.connection().closed().isDone(), "only a closed connection refuses: " + e);
      }
      Termination end = peer.connection().closed().getNow(null);
      if (end != null) {
        assertTrue(
            Http3Error.of(end.errorCode()).isPresent()
                && end.errorCode() != Http3Error.H3_INTERNAL_ERROR.code(),
            "closed with " + end);
      }
      peer.connection().close(Http3Error.H3_NO_ERROR.code(), "");
    }
    int phase = requests.arrive();
    try {
      requests.awaitAdvanceInterruptibly(phase, 20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(requests.getUnarrivedParties() + " handlers never ended", e);
    }
    assertEquals(List.of(), List.copyOf(surprises));
    assertEquals(0, server.connections());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aClientSurvivesIt(long seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < CONNECTIONS; i++) {
      MemoryTransport.Pair pair = MemoryTransport.pair();
      RawPeer peer = new RawPeer(pair.server());
      Http3Client client = Http3Client.on(pair.client(), impatient(), Http3Events.NONE);
      try {
        ClientExchange exchange =
            client.send(
                RequestHead.of("GET", "a", "/", List.of()),
                ByteBuffer.allocate(0),
                true,
                RawPeer.soon());
        try {
          answer(peer, random);
        } catch (ConnectionClosedException _) {
          assertTrue(pair.client().closed().isDone(), "the client has had enough");
        }
        exchange.response(head -> assertTrue(head.interim()), Deadline.after(BRIEF));
        byte[] buffer = new byte[100];
        while (exchange.read(buffer, 0, buffer.length) >= 0) {}
      } catch (Http3Exception _) {
        assertEquals(0, client.activeExchanges(), "a failed exchange is over");
      }
      client.close(Deadline.after(Duration.ZERO));
    }
  }

  /** Some sections wait for inserts that never come. */
  private static Http3Limits impatient() {
    Http3Limits d = Http3Limits.CLIENT;
    return new Http3Limits(
        d.fieldSectionSize(),
        d.fieldLines(),
        d.tableCapacity(),
        d.blockedStreams(),
        d.controlFrameSize(),
        d.concurrentRequests(),
        d.interimResponses(),
        BRIEF,
        BRIEF,
        d.glitchBurst(),
        d.glitchesPerSecond());
  }

  private static void answer(RawPeer peer, Random random) throws IOException {
    if (random.nextBoolean()) {
      peer.unidirectional(octets(random));
    }
    while (peer.accepted().stream().noneMatch(Stream::bidirectional)) {
      Thread.onSpinWait();
    }
    Stream stream =
        peer.accepted().stream().filter(Stream::bidirectional).findFirst().orElseThrow();
    byte[] head = random.nextBoolean() ? Wire.headers(":status", "200") : new byte[0];
    RawPeer.write(stream, head, octets(random));
    if (random.nextInt(4) == 0) {
      stream.reset(random.nextInt(0x120));
    } else {
      stream.finish();
    }
  }
}
