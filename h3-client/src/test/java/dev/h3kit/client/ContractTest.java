package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What java.net.http promises of requests, responses, and the life of a client. */
@Timeout(60)
class ContractTest {
  static HttpRequest get(URI uri) {
    return HttpRequest.newBuilder(uri).build();
  }

  @ParameterizedTest
  @EnumSource
  void aResponseHasStatusHeadersBodyUriAndRequest(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpRequest request = get(server.uri("/hello"));
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      assertEquals(200, response.statusCode());
      assertEquals("hello", response.body());
      assertEquals(
          "text/plain;charset=utf-8", response.headers().firstValue("Content-Type").orElse(""));
      assertEquals(5, response.headers().firstValueAsLong("content-length").orElse(-1));
      assertEquals(request.uri(), response.uri());
      assertEquals(request.uri(), response.request().uri());
      assertEquals(HttpClient.Version.HTTP_2, response.version());
      assertTrue(response.previousResponse().isEmpty());
      assertEquals(
          TestServer.IDENTITY.chain().getFirst(),
          response.sslSession().orElseThrow().getPeerCertificates()[0]);
      assertEquals(List.of("GET /hello " + served(kind)), server.site.seen);
    }
  }

  private static String served(ClientKind kind) {
    return kind == ClientKind.HTTP3 ? "HTTP/3" : "HTTP/2.0";
  }

  @ParameterizedTest
  @EnumSource
  void pathAndQueryArriveAsTheyWereGiven(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      URI uri = server.uri("/path/a%20b/c?x=%2F&y=1");
      assertEquals(
          "/path/a%20b/c?x=%2F&y=1", client.send(get(uri), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void headersArriveWithAllTheirValues(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/header/x-test"))
              .header("X-Test", "one")
              .header("X-Test", "two")
              .build();
      assertEquals("one|two", client.send(request, BodyHandlers.ofString()).body());
      HttpRequest agent =
          HttpRequest.newBuilder(server.uri("/header/user-agent"))
              .header("user-agent", "me")
              .build();
      assertEquals("me", client.send(agent, BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyMethodIsSent(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      for (String method : List.of("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW")) {
        HttpRequest request =
            HttpRequest.newBuilder(server.uri("/method"))
                .method(method, BodyPublishers.noBody())
                .build();
        assertEquals(method + " 0", client.send(request, BodyHandlers.ofString()).body());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void headHasAContentLengthAndNoBody(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(server.uri("/hello")).HEAD().build(), BodyHandlers.ofString());
      assertEquals("", response.body());
      assertEquals(5, response.headers().firstValueAsLong("content-length").orElse(-1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void statusesWithoutContentHaveAnEmptyBody(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      for (int status : new int[] {204, 304, 404, 500}) {
        HttpResponse<String> response =
            client.send(get(server.uri("/empty/" + status)), BodyHandlers.ofString());
        assertEquals(status, response.statusCode());
        assertEquals("", response.body());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyBodyPublisherIsSentWhole(ClientKind kind, @TempDir Path folder) throws Exception {
    byte[] octets = TestSite.pattern(200_000);
    Path file = folder.resolve("upload");
    Files.write(file, octets);
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      var unknown = BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(octets));
      var known = BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(octets), octets.length);
      var pieces = List.of(new byte[0], TestSite.pattern(200_000));
      for (HttpRequest.BodyPublisher publisher :
          List.of(
              BodyPublishers.ofByteArray(octets),
              BodyPublishers.ofFile(file),
              BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(octets)),
              BodyPublishers.ofByteArrays(pieces),
              unknown,
              known)) {
        HttpResponse<byte[]> response =
            client.send(
                HttpRequest.newBuilder(server.uri("/echo")).POST(publisher).build(),
                BodyHandlers.ofByteArray());
        assertArrayEquals(octets, response.body());
        String announced = response.headers().firstValue("x-content-length").orElse("");
        assertEquals(publisher.contentLength() < 0 ? "" : "200000", announced);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSmallBodyIsSentWithItsLength(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(server.uri("/echo"))
                  .PUT(BodyPublishers.ofString("größe"))
                  .build(),
              BodyHandlers.ofString());
      assertEquals("größe", response.body());
      assertEquals("7", response.headers().firstValue("x-content-length").orElse(""));
    }
  }

  private static final class OnFire extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("the disk is on fire");
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return read();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPublisherThatFailsFailsTheRequest(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      var publisher = BodyPublishers.ofInputStream(OnFire::new);
      HttpRequest request = HttpRequest.newBuilder(server.uri("/echo")).POST(publisher).build();
      assertThrows(IOException.class, () -> client.send(request, BodyHandlers.ofString()));
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPublisherThatGivesAnotherLengthThanItSaysFailsTheRequest(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      for (long said : new long[] {50, 2_000_000}) {
        var publisher =
            BodyPublishers.fromPublisher(
                BodyPublishers.ofByteArray(TestSite.pattern(100_000)), said);
        HttpRequest request = HttpRequest.newBuilder(server.uri("/echo")).POST(publisher).build();
        assertThrows(IOException.class, () -> client.send(request, BodyHandlers.ofString()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void expectContinueSendsTheBodyAfterTheInterimResponse(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/echo"))
              .expectContinue(true)
              .POST(BodyPublishers.ofString("waited for"))
              .build();
      assertEquals("waited for", client.send(request, BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void expectContinueGivesTheFinalResponseThatRefusesTheBody(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/refuses"))
              .expectContinue(true)
              .POST(BodyPublishers.ofString("not wanted"))
              .build();
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      assertEquals(417, response.statusCode());
      assertEquals("no", response.body());
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTimeoutPassesWithHttpTimeoutException(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      // The connection stands, so that it is not the connecting that takes too long.
      client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/held")).timeout(Duration.ofMillis(300)).build();
      HttpTimeoutException failure =
          assertThrows(
              HttpTimeoutException.class, () -> client.send(request, BodyHandlers.ofString()));
      assertFalse(failure instanceof HttpConnectTimeoutException);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTimeoutEndsWithTheHead(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/trickle")).timeout(Duration.ofSeconds(2)).build();
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      CompletableFuture<Void> passed =
          new CompletableFuture<Void>().completeOnTimeout(null, 2500, TimeUnit.MILLISECONDS);
      passed.join();
      server.site.release.countDown();
      assertEquals(
          "first\nlast\n", new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancellingTheFutureGivesTheExchangeUp(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      CompletableFuture<HttpResponse<String>> future =
          client.sendAsync(get(server.uri("/held")), BodyHandlers.ofString());
      assertTrue(server.site.held.await(20, TimeUnit.SECONDS));
      assertTrue(future.cancel(true));
      Throwable thrown = assertThrows(RuntimeException.class, future::join);
      assertInstanceOf(CancellationException.class, Failures.unwrapped(thrown));
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptingSendGivesTheExchangeUp(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.send(get(server.uri("/held")), BodyHandlers.ofString());
                } catch (IOException | InterruptedException e) {
                  thrown.set(e);
                }
              });
      assertTrue(server.site.held.await(20, TimeUnit.SECONDS));
      caller.interrupt();
      assertTrue(caller.join(Duration.ofSeconds(20)));
      assertInstanceOf(InterruptedException.class, thrown.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyRequestsGoAtOnce(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
      for (int i = 0; i < 90; i++) {
        all.add(client.sendAsync(get(server.uri("/bytes/" + i * 100)), BodyHandlers.ofByteArray()));
      }
      for (int i = 0; i < all.size(); i++) {
        assertArrayEquals(TestSite.pattern(i * 100), all.get(i).get(30, TimeUnit.SECONDS).body());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownLetsRunningExchangesEndAndTakesNoNewOnes(ClientKind kind) throws Exception {
    try (TestServer server = kind.server()) {
      HttpClient client = kind.client();
      CompletableFuture<HttpResponse<String>> running =
          client.sendAsync(get(server.uri("/held")), BodyHandlers.ofString());
      assertTrue(server.site.held.await(20, TimeUnit.SECONDS));
      client.shutdown();
      assertFalse(client.isTerminated());
      assertThrows(
          IOException.class, () -> client.send(get(server.uri("/hello")), BodyHandlers.ofString()));
      server.site.release.countDown();
      assertEquals("released", running.get(20, TimeUnit.SECONDS).body());
      assertTrue(client.awaitTermination(Duration.ofSeconds(20)));
      assertTrue(client.isTerminated());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownNowEndsRunningExchanges(ClientKind kind) throws Exception {
    try (TestServer server = kind.server()) {
      HttpClient client = kind.client();
      CompletableFuture<HttpResponse<String>> running =
          client.sendAsync(get(server.uri("/held")), BodyHandlers.ofString());
      assertTrue(server.site.held.await(20, TimeUnit.SECONDS));
      client.shutdownNow();
      Throwable failure =
          assertThrows(ExecutionException.class, () -> running.get(20, TimeUnit.SECONDS));
      assertInstanceOf(IOException.class, failure.getCause());
      assertTrue(client.awaitTermination(Duration.ofSeconds(20)));
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JDK")
  void futuresCompleteOnTheGivenExecutor(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        var executor =
            Executors.newFixedThreadPool(
                4, Thread.ofPlatform().name("mine-", 0).daemon().factory());
        HttpClient client = kind.client(builder -> builder.executor(executor))) {
      CompletableFuture<String> name =
          client
              .sendAsync(get(server.uri("/held")), BodyHandlers.ofString())
              .thenApply(response -> Thread.currentThread().getName());
      server.site.release.countDown();
      String ran = name.get(20, TimeUnit.SECONDS);
      assertTrue(ran.startsWith("mine-"), ran);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSettingsCanBeAskedFor(ClientKind kind) {
    try (HttpClient client =
        kind.client(builder ->
            builder
                .connectTimeout(Duration.ofSeconds(7))
                .followRedirects(Redirect.ALWAYS)
                .version(HttpClient.Version.HTTP_1_1))) {
      assertEquals(Duration.ofSeconds(7), client.connectTimeout().orElseThrow());
      assertEquals(Redirect.ALWAYS, client.followRedirects());
      assertEquals(HttpClient.Version.HTTP_1_1, client.version());
      assertTrue(client.cookieHandler().isEmpty());
      assertTrue(client.authenticator().isEmpty());
      assertTrue(client.proxy().isEmpty());
      assertTrue(client.executor().isEmpty());
      assertTrue(client.sslContext() != null && client.sslParameters() != null);
    }
  }

  @ParameterizedTest
  @EnumSource
  void discardingGivesNull(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      assertNull(client.send(get(server.uri("/bytes/100000")), BodyHandlers.discarding()).body());
    }
  }
}
