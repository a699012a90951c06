package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.TestServer.Speaks;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.DatagramFaults;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Random faults: datagrams lost and late, servers that go away and come back, resets, bodies cut
 * short, calls that are cancelled. Each result is right or a failure that says what happened. For a
 * longer run: {@code -Dh3kit.faults.seconds=3600}, for another one: {@code -Dh3kit.faults.seed=n}.
 */
class FaultsTest {
  private static final long SECONDS = Long.getLong("h3kit.faults.seconds", 3);
  private static final long SEED = Long.getLong("h3kit.faults.seed", 20260101);
  private static final int WORKERS = 6;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Loses and delays datagrams, more or less of them. */
  private static final class Weather implements DatagramFaults {
    private final SplittableRandom random = new SplittableRandom(SEED);
    volatile int lossPercent;

    @Override
    public Fate sending(DatagramPacket packet) {
      return fate();
    }

    @Override
    public Fate received(DatagramPacket packet) {
      return fate();
    }

    private synchronized Fate fate() {
      if (random.nextInt(100) < lossPercent) {
        return Fate.DROP;
      }
      return lossPercent > 0 && random.nextInt(10) == 0
          ? new Fate.Delay(TimeUnit.MILLISECONDS.toNanos(random.nextInt(20)))
          : Fate.PASS;
    }
  }

  private final Weather weather = new Weather();
  private final AtomicInteger right = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final List<String> wrong = new CopyOnWriteArrayList<>();

  private HttpClient client(ProtocolMode mode) {
    return H3Client.newBuilder()
        .trust(TestAuthority.SHARED.trust())
        .datagramFaults(weather)
        .connectTimeout(TIMEOUT)
        // A server that is gone and could not say so is noticed by its silence within a body.
        .limits(Http3Limits.CLIENT.but().idle(TIMEOUT).build())
        .protocolMode(mode)
        .build();
  }

  @Test
  void everyResultIsRightOrAClearFailure() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH)) {
      for (ProtocolMode mode : List.of(ProtocolMode.HTTP3_ONLY, ProtocolMode.TCP_ONLY)) {
        hello(server, mode);
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      SplittableRandom seeds = new SplittableRandom(SEED);
      List<Thread> workers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        ProtocolMode mode = i % 2 == 0 ? ProtocolMode.HTTP3_ONLY : ProtocolMode.HTTP3_FIRST;
        SplittableRandom mine = seeds.split();
        workers.add(Thread.ofVirtual().start(() -> work(server, mode, mine, end)));
      }
      SplittableRandom chaos = seeds.split();
      while (System.nanoTime() < end) {
        disturb(server, chaos);
      }
      weather.lossPercent = 0;
      for (Thread worker : workers) {
        assertTrue(worker.join(Duration.ofSeconds(60)), "a worker hangs");
      }
      System.getLogger("h3kit.faults")
          .log(System.Logger.Level.INFO, "{0} right, {1} failed", right, failed);
      assertEquals(List.of(), wrong, "seed " + SEED);
      hello(server, ProtocolMode.HTTP3_ONLY);
    }
  }

  private void hello(TestServer server, ProtocolMode mode) throws Exception {
    try (HttpClient client = client(mode)) {
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  /** One more mishap, and a while to live with it. */
  private void disturb(TestServer server, SplittableRandom random) throws Exception {
    switch (random.nextInt(6)) {
      case 0 -> server.restartQuic(Duration.ZERO);
      case 1 -> server.restartQuic(Duration.ofMillis(100));
      case 2 -> weather.lossPercent = 100;
      case 3 -> weather.lossPercent = 20;
      default -> weather.lossPercent = random.nextInt(5);
    }
    // A mishap lasts a while; nothing is waited for.
    Thread.sleep(random.nextInt(50, 400));
  }

  private void work(TestServer server, ProtocolMode mode, SplittableRandom random, long end) {
    while (System.nanoTime() < end) {
      // A client that has lost HTTP/3 keeps to TCP for a while; a new one tries again.
      try (HttpClient client = client(mode)) {
        for (int i = 0; i < 20 && System.nanoTime() < end; i++) {
          one(client, server, random);
        }
      }
    }
  }

  private void one(HttpClient client, TestServer server, SplittableRandom random) {
    int size = random.nextInt(40_000);
    byte[] octets = TestSite.pattern(size);
    int kind = random.nextInt(10);
    HttpRequest.Builder request =
        switch (kind) {
          case 0 -> HttpRequest.newBuilder(server.uri("/truncated"));
          case 1 -> HttpRequest.newBuilder(server.uri("/broken"));
          case 2, 3, 4 ->
              HttpRequest.newBuilder(server.uri("/echo")).POST(BodyPublishers.ofByteArray(octets));
          default -> HttpRequest.newBuilder(server.uri("/bytes/" + size));
        };
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(request.timeout(TIMEOUT).build(), BodyHandlers.ofByteArray());
    if (kind == 5) {
      future.cancel(true);
      return;
    }
    try {
      HttpResponse<byte[]> response = future.get(40, TimeUnit.SECONDS);
      if (kind == 1) {
        assertEquals(500, response.statusCode());
      } else if (kind == 0) {
        wrong.add("a body cut short was taken for whole");
      } else {
        assertEquals(200, response.statusCode());
        assertArrayEquals(octets, response.body());
      }
      right.incrementAndGet();
    } catch (ExecutionException e) {
      failed.incrementAndGet();
      Throwable cause = Failures.unwrapped(e);
      String message = cause.getMessage();
      if (!(cause instanceof IOException) || message == null || message.isBlank()) {
        wrong.add("an unclear failure: " + cause);
      }
    } catch (TimeoutException e) {
      wrong.add("a call hangs: " + request.build());
    } catch (InterruptedException | AssertionError e) {
      wrong.add(e.toString());
    }
  }
}
