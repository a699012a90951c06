package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What java.net.http promises of response bodies. */
@Timeout(60)
class BodyContractTest {
  private static final int SIZE = 300_000;

  @ParameterizedTest
  @EnumSource
  void everyBodyHandlerGetsTheWholeBody(ClientKind kind, @TempDir Path folder) throws Exception {
    byte[] wanted = TestSite.pattern(SIZE);
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      var request = get(server.uri("/bytes/" + SIZE));
      assertArrayEquals(wanted, client.send(request, BodyHandlers.ofByteArray()).body());
      try (InputStream in = client.send(request, BodyHandlers.ofInputStream()).body()) {
        assertArrayEquals(wanted, in.readAllBytes());
      }
      Path file = client.send(request, BodyHandlers.ofFile(folder.resolve("body"))).body();
      assertArrayEquals(wanted, Files.readAllBytes(file));
      assertEquals(
          new String(wanted, StandardCharsets.ISO_8859_1),
          client.send(request, BodyHandlers.ofString(StandardCharsets.ISO_8859_1)).body());
      ByteArrayOutputStream consumed = new ByteArrayOutputStream();
      client.send(
          request, BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(consumed::writeBytes)));
      assertArrayEquals(wanted, consumed.toByteArray());
      ByteArrayOutputStream buffered = new ByteArrayOutputStream();
      client.send(
          request,
          BodyHandlers.buffering(
              BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(buffered::writeBytes)),
              1000));
      assertArrayEquals(wanted, buffered.toByteArray());
      assertEquals("else", client.send(request, BodyHandlers.replacing("else")).body());
      BodyHandler<Integer> reading =
          info ->
              BodySubscribers.mapping(
                  BodySubscribers.ofInputStream(),
                  in -> {
                    try (in) {
                      return in.readAllBytes().length;
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      assertEquals(SIZE, client.send(request, reading).body());
      Flow.Publisher<List<ByteBuffer>> publisher =
          client.send(request, BodyHandlers.ofPublisher()).body();
      BodySubscriber<byte[]> collector = BodySubscribers.ofByteArray();
      publisher.subscribe(collector);
      assertArrayEquals(
          wanted, collector.getBody().toCompletableFuture().get(20, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBodyIsStreamedWhileTheServerWritesIt(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpResponse<InputStream> response =
          client.send(get(server.uri("/trickle")), BodyHandlers.ofInputStream());
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
      assertEquals("first", lines.readLine());
      server.site.release.countDown();
      assertEquals("last", lines.readLine());
      assertEquals(-1, lines.read());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBodyCutShortIsAnIOException(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      var request = get(server.uri("/truncated"));
      assertThrows(IOException.class, () -> client.send(request, BodyHandlers.ofByteArray()));
      assertThrows(
          IOException.class,
          () -> {
            // The break may overtake the head; then it is the sending that fails.
            try (InputStream in = client.send(request, BodyHandlers.ofInputStream()).body()) {
              in.readAllBytes();
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResponseThatBreaksOffBeforeItsHeadIsAnIOExceptionOrAServerError(ClientKind kind)
      throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      var request = get(server.uri("/broken"));
      if (kind == ClientKind.HTTP3) {
        assertThrows(IOException.class, () -> client.send(request, BodyHandlers.ofByteArray()));
      } else {
        // Jetty turns it into a whole response of its own.
        assertEquals(500, client.send(request, BodyHandlers.discarding()).statusCode());
      }
    }
  }

  /** Takes what it asks for, and tells. */
  private static final class Counting implements BodySubscriber<Long> {
    final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    final CompletableFuture<Long> body = new CompletableFuture<>();
    volatile Flow.Subscription subscription =
        new Flow.Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {}
        };
    private long octets;

    @Override
    public CompletionStage<Long> getBody() {
      return CompletableFuture.completedStage(0L);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
      told.add("subscribed");
    }

    @Override
    public void onNext(List<ByteBuffer> content) {
      content.forEach(each -> octets += each.remaining());
      told.add("next");
    }

    @Override
    public void onError(Throwable failure) {
      told.add("error");
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      told.add("complete");
      body.complete(octets);
    }

    String next() throws InterruptedException {
      String event = told.poll(20, TimeUnit.SECONDS);
      return event == null ? "nothing" : event;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSubscriberGetsNoMoreThanItAskedFor(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      Counting counting = new Counting();
      client.send(get(server.uri("/bytes/5000000")), info -> counting);
      assertEquals("subscribed", counting.next());
      for (int i = 0; i < 5; i++) {
        counting.subscription.request(1);
        assertEquals("next", counting.next());
        assertTrue(counting.told.isEmpty());
      }
      counting.subscription.request(Long.MAX_VALUE);
      assertEquals(5_000_000, counting.body.get(20, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledSubscriptionLeavesTheClientUsable(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      // More than the server's stream limit; over TCP Jetty would take so many resets for an
      // attack.
      int times = kind == ClientKind.HTTP3 ? 120 : 20;
      for (int i = 0; i < times; i++) {
        Counting counting = new Counting();
        client.send(get(server.uri("/bytes/500000")), info -> counting);
        assertEquals("subscribed", counting.next());
        counting.subscription.request(1);
        assertEquals("next", counting.next());
        counting.subscription.cancel();
      }
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void demandThatIsNotPositiveIsAnError(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      Counting counting = new Counting();
      client.send(get(server.uri("/bytes/500000")), info -> counting);
      assertEquals("subscribed", counting.next());
      counting.subscription.request(0);
      assertEquals("error", counting.next());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerThatThrowsFailsTheRequest(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      BodyHandler<String> throwing =
          info -> {
            throw new IllegalStateException("cannot handle this");
          };
      IOException failure =
          assertThrows(IOException.class, () -> client.send(get(server.uri("/hello")), throwing));
      assertTrue(String.valueOf(failure.getMessage()).contains("cannot handle this"));
    }
  }
}
