package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.Termination;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Our client and our server talk to each other, over whatever transport a subclass brings. */
abstract class ConversationTest {
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  /** A client and the server that it talks to. */
  record Talk(Http3Client client, Http3Server server) {
    ClientExchange get(String path) throws IOException {
      return client.send(RequestHead.of("GET", "a.test", path, List.of()), EMPTY, true, soon());
    }
  }

  /** A client of a server that answers with {@code handler}. */
  abstract Talk between(Http3Server.Handler handler) throws IOException;

  private static byte[] readAll(Exchange exchange) throws IOException {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    byte[] buffer = new byte[5000];
    for (int got = exchange.read(buffer, 0, buffer.length);
        got >= 0;
        got = exchange.read(buffer, 0, buffer.length)) {
      all.write(buffer, 0, got);
    }
    return all.toByteArray();
  }

  private static ResponseHead head(ClientExchange exchange) throws IOException {
    return exchange.response(_ -> {}, soon());
  }

  private static void ok(ServerExchange exchange) throws IOException {
    exchange.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(new byte[] {1, 2}), true);
  }

  @Test
  void aRequestAndItsResponseArriveAsTheyWereSent() throws Exception {
    List<FieldLine> fields = Wire.lines("accept", "*/*", "x-long", "v".repeat(3000));
    List<RequestHead> seen = new ArrayList<>();
    Talk talk =
        between(exchange -> {
          seen.add(exchange.request());
          exchange.send(
              new ResponseHead(201, Wire.lines("server", "h3kit", "content-length", "3")),
              ByteBuffer.wrap(new byte[] {7, 8, 9}),
              true);
        });
    ClientExchange exchange =
        talk.client().send(RequestHead.of("PUT", "a.test", "/x?y", fields), EMPTY, true, soon());
    ResponseHead response = head(exchange);
    assertEquals(201, response.status());
    assertEquals(Wire.lines("server", "h3kit", "content-length", "3"), response.fields());
    assertArrayEquals(new byte[] {7, 8, 9}, readAll(exchange));
    assertEquals(List.of(RequestHead.of("PUT", "a.test", "/x?y", fields)), seen);
    assertEquals(-1, exchange.read(new byte[1], 0, 1), "the end stays the end");
    assertTrue(exchange.weight().sentPlain() > exchange.weight().sentCoded());
    assertTrue(exchange.weight().receivedCoded() > 0);
    assertEquals(0, talk.client().activeExchanges());
  }

  // RFC 9114 §4.1: "Because some messages are large or unbounded, endpoints SHOULD begin processing
  // partial HTTP messages once enough of the message has been received to make progress."
  @Test
  void contentOfAnySizeStreamsBothWaysAtOnce() throws Exception {
    Talk talk =
        between(exchange -> {
          exchange.send(new ResponseHead(200, List.of()), EMPTY, false);
          byte[] buffer = new byte[70_000];
          for (int got = exchange.read(buffer, 0, buffer.length);
              got >= 0;
              got = exchange.read(buffer, 0, buffer.length)) {
            exchange.write(ByteBuffer.wrap(buffer, 0, got), false);
          }
          exchange.write(EMPTY, true);
        });
    int size = 20 << 20;
    ClientExchange exchange =
        talk.client().send(RequestHead.of("POST", "a", "/", List.of()), EMPTY, false, soon());
    MessageDigest sent = MessageDigest.getInstance("SHA-256");
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              Random random = new Random(5);
              try {
                for (int left = size; left > 0; ) {
                  byte[] chunk = new byte[Math.min(left, 1 + random.nextInt(100_000))];
                  random.nextBytes(chunk);
                  sent.update(chunk);
                  left -= chunk.length;
                  ByteBuffer content = ByteBuffer.wrap(chunk);
                  if (random.nextBoolean()) {
                    content = ByteBuffer.allocateDirect(chunk.length).put(chunk).flip();
                  }
                  exchange.write(content, left == 0);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    assertEquals(200, head(exchange).status());
    MessageDigest received = MessageDigest.getInstance("SHA-256");
    byte[] buffer = new byte[30_000];
    long total = 0;
    for (int got = exchange.read(buffer, 0, buffer.length);
        got >= 0;
        got = exchange.read(buffer, 0, buffer.length)) {
      received.update(buffer, 0, got);
      total += got;
    }
    writer.join();
    assertEquals(size, total);
    assertArrayEquals(sent.digest(), received.digest());
  }

  @Test
  void interimResponsesAndTrailersArrive() throws Exception {
    Talk talk =
        between(exchange -> {
          readAll(exchange);
          exchange.sendInterim(new ResponseHead(100, List.of()));
          exchange.sendInterim(new ResponseHead(103, Wire.lines("link", "</a>")));
          exchange.send(new ResponseHead(200, List.of()), EMPTY, false);
          exchange.write(ByteBuffer.wrap(new byte[] {1}), false);
          exchange.writeTrailers(exchange.trailers());
        });
    ClientExchange exchange =
        talk.client().send(RequestHead.of("POST", "a", "/", List.of()), EMPTY, false, soon());
    exchange.write(ByteBuffer.wrap(new byte[] {5}), false);
    exchange.writeTrailers(Wire.lines("checksum", "abc"));
    List<Integer> interim = new ArrayList<>();
    assertEquals(200, exchange.response(head -> interim.add(head.status()), soon()).status());
    assertEquals(List.of(100, 103), interim);
    assertEquals(List.of(), exchange.trailers());
    assertArrayEquals(new byte[] {1}, readAll(exchange));
    assertEquals(Wire.lines("checksum", "abc"), exchange.trailers());
  }

  @Test
  void rfc9114_4_1_2_aResponseToHeadMayNameALengthWithoutContent() throws Exception {
    Talk talk =
        between(exchange ->
            exchange.send(
                new ResponseHead(200, Wire.lines("content-length", "1000")), EMPTY, true));
    ClientExchange exchange =
        talk.client().send(RequestHead.of("HEAD", "a", "/", List.of()), EMPTY, true, soon());
    assertEquals(200, head(exchange).status());
    assertEquals(-1, exchange.read(new byte[1], 0, 1));
  }

  @Test
  void aThousandRequestsShareOneConnection() throws Exception {
    Talk talk = between(ConversationTest::ok);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> answers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        String path = "/" + i;
        answers.add(
            threads.submit(() -> {
              ClientExchange exchange = talk.get(path);
              assertEquals(200, head(exchange).status());
              return readAll(exchange);
            }));
      }
      for (Future<byte[]> answer : answers) {
        assertArrayEquals(new byte[] {1, 2}, answer.get(60, TimeUnit.SECONDS));
      }
    }
    assertEquals(0, talk.client().activeExchanges());
  }

  @Test
  void rfc9114_4_1_1_aCancelledRequestReachesTheHandlerAndNobodyElse() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch aborted = new CountDownLatch(1);
    Talk talk =
        between(exchange -> {
          if ("/slow".equals(exchange.request().path())) {
            exchange.onAbort(aborted::countDown);
            started.countDown();
            assertTrue(aborted.await(20, TimeUnit.SECONDS));
          }
          ok(exchange);
        });
    ClientExchange slow = talk.get("/slow");
    assertTrue(started.await(20, TimeUnit.SECONDS));
    slow.abort(Http3Error.H3_REQUEST_CANCELLED);
    assertTrue(aborted.await(20, TimeUnit.SECONDS), "the handler is told");
    assertEquals(200, head(talk.get("/")).status());
  }

  @Test
  void aResetResponseIsToldWithTheServersCode() throws Exception {
    Talk talk =
        between(exchange -> {
          exchange.send(
              new ResponseHead(200, Wire.lines("content-length", "10")),
              ByteBuffer.wrap(new byte[] {1}),
              false);
          exchange.abort(Http3Error.H3_INTERNAL_ERROR);
        });
    ClientExchange exchange = talk.get("/");
    Http3Exception error =
        assertThrows(
            Http3Exception.class,
            () -> {
              head(exchange);
              readAll(exchange);
            });
    assertTrue(error.remote());
    assertEquals(Http3Error.H3_INTERNAL_ERROR.code(), error.code());
  }

  @Test
  void rfc9114_4_1_2_aResponseShorterThanItsLengthIsMalformed() throws Exception {
    Talk talk =
        between(exchange ->
            exchange.send(
                new ResponseHead(200, Wire.lines("content-length", "10")),
                ByteBuffer.wrap(new byte[] {1}),
                true));
    ClientExchange exchange = talk.get("/");
    assertEquals(200, head(exchange).status());
    Http3Exception error = assertThrows(Http3Exception.class, () -> readAll(exchange));
    assertFalse(error.remote());
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), error.code());
  }

  // RFC 9114 §5.2: "Endpoints MUST NOT initiate new requests or promise new pushes on the
  // connection after receipt of a GOAWAY frame from the peer."
  // RFC 9114 §3.3: "the terminating endpoint SHOULD first send a GOAWAY frame (Section 5.2) so that
  // both endpoints"
  // RFC 9114 §5.2: "Servers SHOULD send a GOAWAY frame when the closing of a connection is known in
  // advance, even if the advance notice is small, so that the remote peer can know whether or not a
  // request has been partially processed."
  // RFC 9114 §5.2: "An endpoint that completes a graceful shutdown SHOULD use the H3_NO_ERROR error
  // code when closing the connection."
  @Test
  void rfc9114_5_2_aServerGoesAwayWithoutLosingWhatItTook() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Talk talk =
        between(exchange -> {
          started.countDown();
          assertTrue(release.await(20, TimeUnit.SECONDS));
          ok(exchange);
        });
    ClientExchange running = talk.get("/");
    assertTrue(started.await(20, TimeUnit.SECONDS));
    Thread closing = Thread.ofVirtual().start(() -> talk.server().close(soon()));
    while (talk.client().open()) {
      Thread.onSpinWait();
    }
    Http3Exception.OfConnection refused =
        assertThrows(Http3Exception.OfConnection.class, () -> talk.get("/late"));
    assertEquals(Http3Error.H3_NO_ERROR.code(), refused.code());
    release.countDown();
    assertEquals(200, head(running).status());
    assertArrayEquals(new byte[] {1, 2}, readAll(running));
    Termination end = talk.client().closed().get(20, TimeUnit.SECONDS);
    assertTrue(Http3Error.noError(end.errorCode()));
    closing.join();
  }

  // RFC 9114 §4.1: "Clients MUST NOT discard complete responses as a result of having their request
  // terminated abruptly".
  @Test
  void rfc9114_4_1_aWholeResponseSurvivesTheEarlyEndOfItsRequest() throws Exception {
    byte[] answer = new byte[100_000];
    Talk talk =
        between(exchange ->
            exchange.send(
                new ResponseHead(413, Wire.lines("content-length", "100000")),
                ByteBuffer.wrap(answer),
                true));
    for (int i = 0; i < 20; i++) {
      RequestHead upload =
          RequestHead.of("POST", "a.test", "/", Wire.lines("content-length", "10000000"));
      ClientExchange exchange =
          talk.client().send(upload, ByteBuffer.wrap(new byte[100]), false, soon());
      // The server asks to stop somewhere within.
      Http3Exception.OfStream stopped =
          assertThrows(
              Http3Exception.OfStream.class,
              () -> {
                while (true) {
                  exchange.write(ByteBuffer.wrap(new byte[1000]), false);
                }
              });
      assertEquals(Http3Error.H3_NO_ERROR.code(), stopped.code());
      assertEquals(413, head(exchange).status());
      assertArrayEquals(answer, readAll(exchange));
    }
  }

  @Test
  void rfc9114_4_6_aServerPushesAndItsClientReads() throws Exception {
    byte[] content = new byte[300_000];
    Talk talk =
        between(exchange -> {
          Deadline deadline = soon();
          while (!exchange.mayPush() && !deadline.passed()) {
            Thread.onSpinWait();
          }
          for (int i = 0; i < 3; i++) {
            RequestHead promised =
                RequestHead.of("GET", "a.test", "/push/" + i, Wire.lines("x-n", "n" + i));
            assertTrue(
                exchange.push(
                    promised,
                    push -> {
                      push.sendInterim(new ResponseHead(103, List.of()));
                      push.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(content), false);
                      push.writeTrailers(
                          Wire.lines("x-path", String.valueOf(push.request().path())));
                    }));
          }
          ok(exchange);
        });
    for (int round = 0; round < 10; round++) {
      List<String> pushed = new java.util.concurrent.CopyOnWriteArrayList<>();
      CountDownLatch read = new CountDownLatch(3);
      ClientExchange exchange =
          talk.client()
              .send(
                  RequestHead.of("GET", "a.test", "/", List.of()),
                  EMPTY,
                  true,
                  soon(),
                  push -> {
                    assertEquals(200, head(push).status());
                    assertArrayEquals(content, readAll(push));
                    pushed.add(push.trailers().getFirst().value());
                    read.countDown();
                  });
      assertEquals(200, head(exchange).status());
      assertArrayEquals(new byte[] {1, 2}, readAll(exchange));
      assertTrue(read.await(20, TimeUnit.SECONDS), "pushed: " + pushed);
      assertEquals(List.of("/push/0", "/push/1", "/push/2"), pushed.stream().sorted().toList());
    }
  }

  @Test
  void aServerThatMustCloseCutsOffWhatIsStillRunningAtTheDeadline() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    Talk talk =
        between(exchange -> {
          exchange.onAbort(over::countDown);
          started.countDown();
          assertTrue(over.await(20, TimeUnit.SECONDS));
        });
    ClientExchange stuck = talk.get("/");
    assertTrue(started.await(20, TimeUnit.SECONDS));
    talk.server().close(Deadline.after(Duration.ofMillis(20)));
    assertThrows(Http3Exception.OfConnection.class, () -> head(stuck));
    assertTrue(over.await(20, TimeUnit.SECONDS));
  }

  @Test
  void aClosingClientLetsItsRequestsEnd() throws Exception {
    Talk talk = between(ConversationTest::ok);
    ClientExchange exchange = talk.get("/");
    Thread closing = Thread.ofVirtual().start(() -> talk.client().close(soon()));
    assertEquals(200, head(exchange).status());
    assertArrayEquals(new byte[] {1, 2}, readAll(exchange));
    closing.join();
    assertThrows(Http3Exception.OfConnection.class, () -> talk.get("/"));
  }

  // RFC 9114 §4.2.2: "An implementation that has received this parameter SHOULD NOT send an HTTP
  // message header that exceeds the indicated size, as the peer will likely refuse to process it."
  @Test
  void rfc9114_4_2_2_whatThePeerWouldNotTakeIsNotSent() throws Exception {
    Talk talk = between(ConversationTest::ok);
    assertEquals(200, head(talk.get("/")).status());
    RequestHead large = RequestHead.of("GET", "a", "/", Wire.lines("x", "y".repeat(17 << 10)));
    Http3Exception.OfStream error =
        assertThrows(
            Http3Exception.OfStream.class, () -> talk.client().send(large, EMPTY, true, soon()));
    assertTrue(String.valueOf(error.getMessage()).contains("4.2.2"), error.getMessage());
    assertEquals(200, head(talk.get("/")).status());
  }

  @Test
  void tooManyInterimResponsesAreExcessive() throws Exception {
    Talk talk =
        between(exchange -> {
          for (int i = 0; i < 11; i++) {
            exchange.sendInterim(new ResponseHead(102, List.of()));
          }
          ok(exchange);
        });
    ClientExchange exchange = talk.get("/");
    Http3Exception error = assertThrows(Http3Exception.class, () -> head(exchange));
    assertEquals(Http3Error.H3_EXCESSIVE_LOAD.code(), error.code());
  }

  @Test
  void aResponseThatDoesNotComeEndsAtItsDeadline() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    Talk talk =
        between(exchange -> {
          exchange.onAbort(over::countDown);
          assertTrue(over.await(20, TimeUnit.SECONDS));
        });
    ClientExchange exchange = talk.get("/");
    Http3Exception error =
        assertThrows(
            Http3Exception.class,
            () -> exchange.response(_ -> {}, Deadline.after(Duration.ofMillis(30))));
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), error.code());
    assertTrue(over.await(20, TimeUnit.SECONDS), "the server is told");
  }
}
