package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.QuicTestConfig;
import dev.h3kit.core.transport.RateLimit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Priorities over QUIC, on a link that is slower than the server. */
@Timeout(120)
class QuicPriorityTest {
  private static final int FIRST = 8 << 10;

  private final CountDownLatch gate = new CountDownLatch(1);
  private final BlockingQueue<Done> done = new LinkedBlockingQueue<>();
  private final Http3Server server;
  private final Http3Client client;

  /** A response that came whole. */
  private record Done(String path, long nanoTime) {}

  QuicPriorityTest() throws IOException {
    RateLimit link =
        Boolean.getBoolean("h3kit.priorities.table")
            ? new RateLimit(2_000_000, 100_000, 10_000_000)
            : new RateLimit(4_000_000, 200_000, 0);
    server =
        Http3Server.bind(
            QuicTestConfig.server(link),
            Http3Limits.SERVER,
            Http3Events.NONE,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            this::answer);
    client =
        Http3Client.connect(
            QuicTestConfig.client(),
            Http3Limits.CLIENT,
            Http3Events.NONE,
            "localhost",
            server.address(),
            Deadline.after(Duration.ofSeconds(20)));
  }

  /** Answers /NAME/SIZE: a little at once, the rest when all have begun. */
  private void answer(ServerExchange exchange) throws Exception {
    String path = String.valueOf(exchange.request().path());
    int size = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
    exchange.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(new byte[FIRST]), false);
    if (path.startsWith("/last/")) {
      gate.countDown();
    }
    assertTrue(gate.await(60, TimeUnit.SECONDS));
    exchange.write(ByteBuffer.wrap(new byte[size - FIRST]), true);
  }

  /** Sends a request, and reads its response on a thread of its own. */
  private ClientExchange fetch(String path, Priority priority) throws IOException {
    ClientExchange exchange =
        client.send(
            RequestHead.of("GET", "localhost", path, List.of(priority.toField())),
            ByteBuffer.allocate(0),
            true,
            RawPeer.soon());
    exchange.response(interim -> {}, RawPeer.soon());
    Thread.ofVirtual()
        .start(() -> {
          byte[] buffer = new byte[32 << 10];
          try {
            while (exchange.read(buffer, 0, buffer.length) >= 0) {}
            done.add(new Done(path, System.nanoTime()));
          } catch (IOException e) {
            done.add(new Done(path + " " + e, System.nanoTime()));
          }
        });
    return exchange;
  }

  private Done next() throws InterruptedException {
    Done next = done.poll(60, TimeUnit.SECONDS);
    assertTrue(next != null, "a response does not end");
    return next;
  }

  @AfterEach
  void stop() {
    gate.countDown();
    client.close(Deadline.after(Duration.ZERO));
    server.close(Deadline.after(Duration.ofSeconds(5)));
  }

  // RFC 9218 §10: "It is RECOMMENDED that, when possible, servers respect the urgency parameter
  // (Section 4.1), sending higher-urgency responses before lower-urgency responses."
  @Test
  void anUrgentResponseEndsBeforeSmallerOnesThatBeganEarlier() throws Exception {
    for (int i = 0; i < 4; i++) {
      fetch("/" + i + "/300000", new Priority(5, false));
    }
    fetch("/last/600000", new Priority(0, false));
    assertEquals("/last/600000", next().path());
    for (int i = 0; i < 4; i++) {
      assertEquals("/" + i + "/300000", next().path());
    }
  }

  // RFC 9218 §7: "they can be used to reprioritize a response".
  @Test
  void anUpdateOverQuicChangesTheOrder() throws Exception {
    List<ClientExchange> exchanges = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      exchanges.add(fetch("/" + i + "/1000000", new Priority(5, false)));
    }
    exchanges.getLast().updatePriority(new Priority(1, false));
    fetch("/last/10000", new Priority(0, false));
    assertEquals("/last/10000", next().path());
    assertEquals("/2/1000000", next().path());
  }

  /** Prints the table of docs/priorities.md. */
  @Test
  @EnabledIfSystemProperty(named = "h3kit.priorities.table", matches = "true")
  void table() throws Exception {
    String said = System.getProperty("h3kit.priorities.said", "");
    for (int i = 1; i < 8; i++) {
      fetch("/" + i + "/250000", Priority.parse(said.isEmpty() ? "i" : said));
    }
    long start = System.nanoTime();
    fetch("/last/250000", Priority.parse(System.getProperty("h3kit.priorities.last", "i")));
    List<Done> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(next());
    }
    all.sort(Comparator.comparingLong(Done::nanoTime));
    for (Done one : all) {
      System.out.printf("%s %d ms%n", one.path(), (one.nanoTime() - start) / 1_000_000);
    }
  }
}
