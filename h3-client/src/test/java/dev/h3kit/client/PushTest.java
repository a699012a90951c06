package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.transport.ServerTransportConfig;
import dev.h3kit.qpack.FieldLine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link HttpClient#sendAsync} with a {@link PushPromiseHandler} over HTTP/3 (RFC 9114 §4.6). */
@Timeout(60)
class PushTest {
  private final LinkedBlockingQueue<Boolean> pushed = new LinkedBlockingQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private final Http3Server server;
  private final HttpClient client =
      H3Client.newBuilder()
          .trust(TestAuthority.SHARED.trust())
          .protocolMode(ProtocolMode.HTTP3_ONLY)
          .build();

  PushTest() throws Exception {
    server =
        Http3Server.bind(
            ServerTransportConfig.of(TestServer.IDENTITY),
            Http3Limits.SERVER,
            Http3Events.NONE,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            this::answer);
  }

  /** /page and /alone push /style and /script; /page waits until it may. */
  private void answer(ServerExchange exchange) throws Exception {
    RequestHead request = exchange.request();
    String path = String.valueOf(request.path());
    if (path.equals("/page") || path.equals("/alone")) {
      // The client's MAX_PUSH_ID travels on a stream of its own.
      Deadline deadline = Deadline.after(Duration.ofSeconds(20));
      while (path.equals("/page") && !exchange.mayPush() && !deadline.passed()) {
        Thread.onSpinWait();
      }
      for (String pushable : List.of("/style", "/script")) {
        List<FieldLine> fields = List.of(new FieldLine("accept", "*/*"));
        RequestHead promised =
            RequestHead.of("GET", String.valueOf(request.authority()), pushable, fields);
        pushed.add(exchange.push(promised, this::answer));
      }
    }
    if (path.equals("/script")) {
      release.await(30, TimeUnit.SECONDS);
    }
    byte[] content = ("content of " + path).getBytes(StandardCharsets.UTF_8);
    List<FieldLine> fields =
        List.of(new FieldLine("content-length", Integer.toString(content.length)));
    exchange.send(new ResponseHead(200, fields), ByteBuffer.wrap(content), true);
  }

  @AfterEach
  void close() {
    release.countDown();
    client.shutdownNow();
    server.close(Deadline.after(Duration.ofSeconds(5)));
  }

  private HttpRequest get(String path) {
    String origin = "https://127.0.0.1:" + server.address().getPort();
    return HttpRequest.newBuilder(URI.create(origin + path)).build();
  }

  private HttpRequest page() {
    return get("/page");
  }

  @Test
  void acceptedPushesAreReadWithTheirBodyHandler() throws Exception {
    release.countDown();
    ConcurrentHashMap<HttpRequest, CompletableFuture<HttpResponse<String>>> pushes =
        new ConcurrentHashMap<>();
    HttpResponse<String> page =
        client
            .sendAsync(
                page(),
                BodyHandlers.ofString(),
                PushPromiseHandler.of(request -> BodyHandlers.ofString(), pushes))
            .get();
    assertEquals("content of /page", page.body());
    assertEquals(List.of(true, true), List.copyOf(pushed));
    while (pushes.size() < 2) {
      Thread.onSpinWait();
    }
    pushes.forEach((request, response) -> {
      assertEquals("GET", request.method());
      assertEquals("*/*", request.headers().firstValue("accept").orElse(""));
      HttpResponse<String> come = response.join();
      assertEquals("content of " + request.uri().getPath(), come.body());
      assertEquals(200, come.statusCode());
      assertEquals(request.uri(), come.uri());
      assertEquals(HttpProtocol.HTTP_3, ((H3Response<?>) come).protocol());
      assertEquals("the server pushed it", ((H3Response<?>) come).finished().join().reason());
    });
  }

  @Test
  void aPushIsDeclinedWhenItsAcceptorIsNotCalled() throws Exception {
    LinkedBlockingQueue<HttpRequest> asked = new LinkedBlockingQueue<>();
    PushPromiseHandler<String> declining = (initiating, promised, acceptor) -> asked.add(promised);
    for (int i = 0; i < 60; i++) {
      assertEquals(
          200, client.sendAsync(page(), BodyHandlers.ofString(), declining).get().statusCode());
      assertTrue(asked.poll(30, TimeUnit.SECONDS) != null);
      assertTrue(asked.poll(30, TimeUnit.SECONDS) != null);
    }
    // 120 promises pass the limit of a hundred: declined ones make room for others.
    assertFalse(pushed.contains(false));
  }

  @Test
  void aRequestWithoutAHandlerAllowsNoPush() throws Exception {
    assertEquals("content of /alone", client.send(get("/alone"), BodyHandlers.ofString()).body());
    assertEquals(List.of(false, false), List.copyOf(pushed));
  }

  @Test
  void shutdownNowEndsPushesThatAreStillOnTheirWay() throws Exception {
    CompletableFuture<CompletableFuture<HttpResponse<String>>> script = new CompletableFuture<>();
    client
        .sendAsync(
            page(),
            BodyHandlers.ofString(),
            (initiating, promised, acceptor) -> {
              if (promised.uri().getPath().equals("/script")) {
                script.complete(acceptor.apply(BodyHandlers.ofString()));
              }
            })
        .get();
    CompletableFuture<HttpResponse<String>> response = script.get(30, TimeUnit.SECONDS);
    client.shutdownNow();
    assertThrows(ExecutionException.class, () -> response.get(30, TimeUnit.SECONDS));
    assertTrue(client.awaitTermination(Duration.ofSeconds(30)));
  }
}
