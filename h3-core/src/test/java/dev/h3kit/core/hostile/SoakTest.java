package dev.h3kit.core.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.RawPeer;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.transport.HandshakeException;
import dev.h3kit.core.transport.QuicClient;
import dev.h3kit.core.transport.QuicTestConfig;
import dev.h3kit.core.transport.ServerTransportConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Sixty-four connections at a time, good ones and hostile ones, for as long as {@code
 * h3kit.soak.minutes} says: every good request is answered rightly, and heap and threads come back
 * to where they were after the first minute.
 */
@EnabledIfSystemProperty(named = "h3kit.soak.minutes", matches = "[0-9]+")
class SoakTest {
  private static final int GOOD = 48;
  private static final int HOSTILE = 16;
  private static final int REQUESTS_OF_A_CONNECTION = 50;
  private static final int LARGEST_BODY = 200_000;
  private static final long MORE_HEAP = 24 << 20;
  private static final int MORE_THREADS = 8;

  private static final List<Attack> ATTACKS = List.of(Attack.values());

  private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
  private final AtomicLong right = new AtomicLong();
  private final AtomicLong attacks = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /** What is in use when nothing is going on. */
  private record Level(long heap, int threads, int platformThreads) {}

  @Test
  void goodRequestsAreAnsweredAndNothingIsLeft() throws Exception {
    int minutes = Integer.getInteger("h3kit.soak.minutes");
    long seed = Long.getLong("h3kit.soak.seed", System.nanoTime());
    try (Site site = new Site()) {
      run(site.address(), seed, Deadline.after(Duration.ofMinutes(1)));
      Level first = level(site);
      run(site.address(), seed + 1, Deadline.after(Duration.ofMinutes(Math.max(1, minutes - 1))));
      Level last = level(site);
      String told =
          "seed "
              + seed
              + ": "
              + right
              + " requests answered, "
              + attacks
              + " attacks, "
              + refused
              + " handshakes refused; "
              + first
              + ", then "
              + last;
      System.out.println(told);
      assertEquals(List.of(), List.copyOf(wrong), told);
      assertTrue(right.get() > 0 && attacks.get() > 0, told);
      assertTrue(refused.get() * 100 <= right.get(), told);
      assertTrue(last.heap() <= first.heap() + MORE_HEAP, told);
      assertTrue(last.threads() <= first.threads() + MORE_THREADS, told);
      assertTrue(last.platformThreads() <= first.platformThreads() + MORE_THREADS, told);
    }
  }

  private static Level level(Site site) {
    Patience.until(
        () -> site.server.connections() == 0,
        () -> site.server.connections() + " connections are left");
    return new Level(Census.heap(), Census.threads().size(), Thread.activeCount());
  }

  /** A server that sends back what it gets. */
  private static final class Site implements AutoCloseable {
    final Http3Server server;

    Site() throws IOException {
      ServerTransportConfig d = QuicTestConfig.server();
      ServerTransportConfig roomy =
          new ServerTransportConfig(
              d.identity(),
              d.idleTimeout(),
              d.streamReceiveWindow(),
              d.connectionReceiveWindow(),
              d.peerBidirectionalStreams(),
              d.peerUnidirectionalStreams(),
              4 * (GOOD + HOSTILE),
              4 * (GOOD + HOSTILE),
              1000,
              1000,
              d.faults());
      server =
          Http3Server.bind(
              roomy,
              Http3Limits.SERVER,
              Http3Events.NONE,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              Site::echo);
    }

    InetSocketAddress address() {
      return server.address();
    }

    private static void echo(ServerExchange exchange) throws IOException {
      ByteBuffer content = ByteBuffer.wrap(readAll(exchange::read));
      exchange.send(new ResponseHead(200, List.of()), content, true);
    }

    @Override
    public void close() {
      server.close(Deadline.after(Duration.ofSeconds(5)));
    }
  }

  /** Reads content. */
  @FunctionalInterface
  private interface Reading {
    int read(byte[] buffer, int offset, int length) throws IOException;
  }

  private static byte[] readAll(Reading reading) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[16 << 10];
    for (int got = reading.read(buffer, 0, buffer.length);
        got >= 0;
        got = reading.read(buffer, 0, buffer.length)) {
      all.write(buffer, 0, got);
    }
    return all.toByteArray();
  }

  private void run(InetSocketAddress address, long seed, Deadline end) throws Exception {
    List<Thread> lanes = new ArrayList<>();
    for (int i = 0; i < GOOD + HOSTILE; i++) {
      Random random = new Random(seed * 1000 + i);
      boolean good = i < GOOD;
      lanes.add(
          Thread.ofVirtual()
              .start(() -> {
                while (end.remainingNanos() > 0 && wrong.isEmpty()) {
                  if (good) {
                    talk(address, random, end);
                  } else {
                    attack(address, random);
                  }
                }
              }));
    }
    for (Thread lane : lanes) {
      lane.join();
    }
  }

  private void talk(InetSocketAddress address, Random random, Deadline end) {
    Http3Client client;
    try {
      client =
          Http3Client.connect(
              QuicTestConfig.client(),
              Http3Limits.CLIENT,
              Http3Events.NONE,
              "localhost",
              address,
              RawPeer.soon());
    } catch (HandshakeException e) {
      refused.incrementAndGet();
      return;
    } catch (IOException e) {
      wrong.add(e);
      return;
    }
    try {
      for (int i = 0; i < REQUESTS_OF_A_CONNECTION && end.remainingNanos() > 0; i++) {
        byte[] sent = new byte[random.nextInt(8) == 0 ? random.nextInt(LARGEST_BODY) : 100];
        random.nextBytes(sent);
        ClientExchange exchange =
            client.send(
                RequestHead.of("POST", "localhost", "/" + i, List.of()),
                ByteBuffer.wrap(sent),
                true,
                RawPeer.soon());
        assertEquals(200, exchange.response(head -> {}, RawPeer.soon()).status());
        assertArrayEquals(sent, readAll(exchange::read));
        right.incrementAndGet();
      }
    } catch (IOException | AssertionError e) {
      wrong.add(e);
    } finally {
      client.close(Deadline.after(Duration.ofSeconds(5)));
    }
  }

  private void attack(InetSocketAddress address, Random random) {
    RawPeer peer;
    try {
      peer =
          new RawPeer(
              QuicClient.connect(QuicTestConfig.client(), "localhost", address, RawPeer.soon()));
    } catch (IOException e) {
      refused.incrementAndGet();
      return;
    }
    try {
      ATTACKS.get(random.nextInt(ATTACKS.size())).run(peer, random);
      attacks.incrementAndGet();
    } catch (IOException e) {
      // The server has defended itself before the attack was over.
      attacks.incrementAndGet();
    } finally {
      peer.connection().close(Http3Error.H3_NO_ERROR.code(), "");
    }
  }
}
