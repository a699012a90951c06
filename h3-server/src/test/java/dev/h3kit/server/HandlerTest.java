package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.server.TestClient.Answer;
import dev.h3kit.server.TestClient.Ask;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a Jetty handler may do, the same over every version of HTTP. */
class HandlerTest {
  private static final byte[] UPLOAD = new byte[1_500_000];

  @TempDir static Path folder;
  private static ServedSite site;

  /** One way to answer. */
  @FunctionalInterface
  private interface Way {
    void answer(Request request, Response response, Callback callback) throws Exception;
  }

  private static final Map<String, Way> WAYS = new HashMap<>();

  @BeforeAll
  static void serve() throws IOException {
    new Random(2).nextBytes(UPLOAD);
    WAYS.put("/blocking-echo", HandlerTest::blockingEcho);
    WAYS.put(
        "/copy-echo", (request, response, callback) -> Content.copy(request, response, callback));
    WAYS.put("/demand-count", HandlerTest::demandCount);
    WAYS.put("/from-pool-thread", HandlerTest::fromPoolThread);
    WAYS.put("/later", HandlerTest::later);
    WAYS.put("/throws", HandlerTest::throwing);
    WAYS.put("/throws-late", HandlerTest::throwingLate);
    WAYS.put("/fails-late", HandlerTest::failingLate);
    WAYS.put(
        "/ignores-content",
        (request, response, callback) -> Content.Sink.write(response, true, "ignored", callback));
    WAYS.put("/no-content", HandlerTest::noContent);
    WAYS.put("/fields", HandlerTest::fields);
    WAYS.put("/facts", HandlerTest::facts);
    WAYS.put("/pieces", HandlerTest::pieces);
    WAYS.put("/nothing", (request, response, callback) -> callback.succeeded());
    site =
        ServedSite.of(
            folder,
            new Handler.Abstract() {
              @Override
              public boolean handle(Request request, Response response, Callback callback)
                  throws Exception {
                Way way = WAYS.get(request.getHttpURI().getPath());
                if (way == null) {
                  return false;
                }
                way.answer(request, response, callback);
                return true;
              }
            });
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  private static void blockingEcho(Request request, Response response, Callback callback)
      throws IOException {
    try (InputStream in = Content.Source.asInputStream(request);
        OutputStream out = Content.Sink.asOutputStream(response)) {
      in.transferTo(out);
    }
    callback.succeeded();
  }

  private static void demandCount(Request request, Response response, Callback callback) {
    new Runnable() {
      private long count;

      @Override
      public void run() {
        while (true) {
          Content.Chunk chunk = request.read();
          if (chunk == null) {
            request.demand(this);
            return;
          }
          if (Content.Chunk.isFailure(chunk)) {
            callback.failed(chunk.getFailure());
            return;
          }
          count += chunk.remaining();
          chunk.release();
          if (chunk.isLast()) {
            Content.Sink.write(response, true, Long.toString(count), callback);
            return;
          }
        }
      }
    }.run();
  }

  private static void fromPoolThread(Request request, Response response, Callback callback) {
    Thread.ofPlatform()
        .start(() -> {
          boolean read = request.read() == null || request.getLength() <= 0;
          Content.Sink.write(
              response, true, Thread.currentThread().isVirtual() + " " + read, callback);
        });
  }

  private static void later(Request request, Response response, Callback callback) {
    Thread.ofVirtual()
        .start(() ->
            response.write(
                false,
                StandardCharsets.UTF_8.encode("la"),
                Callback.from(
                    () -> response.write(true, StandardCharsets.UTF_8.encode("ter"), callback),
                    callback::failed)));
  }

  private static void throwing(Request request, Response response, Callback callback) {
    throw new IllegalStateException("secret inside");
  }

  private static void throwingLate(Request request, Response response, Callback callback)
      throws IOException {
    Content.Sink.write(response, false, ByteBuffer.wrap(new byte[10_000]));
    throw new IllegalStateException("after the head was sent");
  }

  private static void failingLate(Request request, Response response, Callback callback)
      throws IOException {
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 20_000);
    Content.Sink.write(response, false, ByteBuffer.wrap(new byte[10_000]));
    callback.failed(new IOException("gave up"));
  }

  private static void noContent(Request request, Response response, Callback callback) {
    response.setStatus(204);
    callback.succeeded();
  }

  private static void fields(Request request, Response response, Callback callback) {
    for (String name : new String[] {"Connection", "Keep-Alive", "Upgrade"}) {
      if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_3) {
        response.getHeaders().add(name, "x");
      }
    }
    if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
      // Jetty's HTTP/2 resets the stream for this.
      response.getHeaders().add("X-Line", "one\r\nX-Injected: two");
    }
    response.getHeaders().add("X-Latin", "caf\u00e9");
    response.getHeaders().add("X-Seen", String.valueOf(request.getHeaders().get("X-Asked")));
    callback.succeeded();
  }

  private static void facts(Request request, Response response, Callback callback) {
    String facts =
        String.join(
            " ",
            request.getMethod(),
            request.getHttpURI().toString(),
            String.valueOf(request.isSecure()),
            request.getConnectionMetaData().getHttpVersion().asString(),
            Request.getServerName(request),
            Integer.toString(Request.getServerPort(request)),
            Request.getRemoteAddr(request),
            String.valueOf(Thread.currentThread().isVirtual()));
    Content.Sink.write(response, true, facts, callback);
  }

  private static void pieces(Request request, Response response, Callback callback)
      throws IOException {
    for (int i = 0; i < 1000; i++) {
      Content.Sink.write(response, false, ByteBuffer.wrap(new byte[] {(byte) i}));
      Content.Sink.write(response, false, ByteBuffer.allocate(0));
    }
    callback.succeeded();
  }

  private static Answer send(HttpProtocol protocol, String path, byte[] content) throws Exception {
    return site.client(protocol).send(Ask.of("POST", path, "X-Asked", "yes").with(content));
  }

  @ParameterizedTest
  @EnumSource
  void blockingReadsAndWritesCarryContentOfAnySize(HttpProtocol protocol) throws Exception {
    assertArrayEquals(UPLOAD, send(protocol, "/blocking-echo", UPLOAD).content());
    assertArrayEquals(new byte[0], send(protocol, "/blocking-echo", new byte[0]).content());
  }

  @ParameterizedTest
  @EnumSource
  void asynchronousCopyCarriesContentOfAnySize(HttpProtocol protocol) throws Exception {
    assertArrayEquals(UPLOAD, send(protocol, "/copy-echo", UPLOAD).content());
  }

  @ParameterizedTest
  @EnumSource
  void demandIsMetUntilTheEnd(HttpProtocol protocol) throws Exception {
    assertEquals("1500000", send(protocol, "/demand-count", UPLOAD).text());
    assertEquals("0", send(protocol, "/demand-count", new byte[0]).text());
  }

  @ParameterizedTest
  @EnumSource
  void aPlatformThreadMayAnswer(HttpProtocol protocol) throws Exception {
    assertTrue(send(protocol, "/from-pool-thread", new byte[0]).text().startsWith("false"));
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerMayComeLater(HttpProtocol protocol) throws Exception {
    assertEquals("later", send(protocol, "/later", new byte[0]).text());
  }

  @ParameterizedTest
  @EnumSource
  void anExceptionBeforeTheHeadIs500WithoutItsText(HttpProtocol protocol) throws Exception {
    Answer answer = send(protocol, "/throws", new byte[0]);
    assertEquals(500, answer.status());
    assertEquals("500 Server Error\n", answer.text());
    AccessLogEntry entry;
    do {
      entry = Objects.requireNonNull(site.log.poll(10, java.util.concurrent.TimeUnit.SECONDS));
    } while (!entry.target().equals("/throws"));
    assertEquals("java.lang.IllegalStateException: secret inside", entry.problem());
  }

  @ParameterizedTest
  @EnumSource
  void anExceptionAfterTheHeadCutsTheResponseShort(HttpProtocol protocol) throws Exception {
    assertThrows(IOException.class, () -> send(protocol, "/throws-late", new byte[0]));
    assertThrows(IOException.class, () -> send(protocol, "/fails-late", new byte[0]));
    assertEquals(204, send(protocol, "/no-content", new byte[0]).status());
  }

  /** Over TCP, Jetty closes or resets where this happens, and a client may lose the answer. */
  @Test
  void aResponseOverHttp3MayLeaveTheRequestUnread() throws Exception {
    assertEquals("ignored", send(HttpProtocol.H3, "/ignores-content", UPLOAD).text());
  }

  @ParameterizedTest
  @EnumSource
  void statusesWithoutContentHaveNone(HttpProtocol protocol) throws Exception {
    Answer answer = send(protocol, "/no-content", new byte[0]);
    assertEquals(204, answer.status());
    assertEquals(0, answer.content().length);
    // RFC 9110 §8.6; Jetty's HTTP/2 sends one nevertheless, which is not ours to change.
    if (protocol != HttpProtocol.H2) {
      assertNull(answer.field("content-length").orElse(null));
    }
  }

  @ParameterizedTest
  @EnumSource
  void fieldsOfAnswersAreLegalWhateverAHandlerSets(HttpProtocol protocol) throws Exception {
    Answer answer = send(protocol, "/fields", new byte[0]);
    assertEquals(200, answer.status());
    assertNull(answer.field("x-injected").orElse(null));
    assertEquals("caf\u00e9", answer.field("x-latin").orElseThrow());
    assertEquals("yes", answer.field("x-seen").orElseThrow());
    if (protocol == HttpProtocol.H3) {
      // RFC 9114 §4.2
      assertNull(answer.field("connection").orElse(null));
      assertNull(answer.field("keep-alive").orElse(null));
      assertNull(answer.field("upgrade").orElse(null));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRequestTellsWhereItCameFrom(HttpProtocol protocol) throws Exception {
    int port = site.server.port();
    String version =
        switch (protocol) {
          case H1 -> "HTTP/1.1";
          case H2 -> "HTTP/2.0";
          case H3 -> "HTTP/3.0";
        };
    assertEquals(
        "POST https://localhost:%1$d/facts?a=b true %2$s localhost %1$d 127.0.0.1 true"
            .formatted(port, version),
        send(protocol, "/facts?a=b", new byte[0]).text());
  }

  @ParameterizedTest
  @EnumSource
  void manySmallWritesComeInOrder(HttpProtocol protocol) throws Exception {
    byte[] expected = new byte[1000];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (byte) i;
    }
    assertArrayEquals(expected, send(protocol, "/pieces", new byte[0]).content());
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerThatDeclinesIs404(HttpProtocol protocol) throws Exception {
    assertEquals(404, send(protocol, "/elsewhere", new byte[0]).status());
    assertEquals(200, send(protocol, "/nothing", new byte[0]).status());
  }
}
