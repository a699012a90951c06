package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What java.net.http promises of the handlers that do more than collect octets. */
@Timeout(60)
class HandlerContractTest {

  /** Collects what it is told. */
  private static final class Collecting<T> implements Flow.Subscriber<T> {
    final List<T> items = new ArrayList<>();
    final CompletableFuture<List<T>> whole = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T item) {
      items.add(item);
    }

    @Override
    public void onError(Throwable failure) {
      whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      whole.complete(items);
    }
  }

  @ParameterizedTest
  @EnumSource
  void linesComeAsAStream(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpResponse<Stream<String>> response =
          client.send(get(server.uri("/lines")), BodyHandlers.ofLines());
      try (Stream<String> lines = response.body()) {
        assertEquals(List.of("one", "", "zwölf", "last"), lines.toList());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStreamOfLinesThatIsClosedEarlyLeavesTheClientUsable(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      try (Stream<String> lines =
          client.send(get(server.uri("/trickle")), BodyHandlers.ofLines()).body()) {
        assertEquals("first", lines.findFirst().orElse("none"));
      }
      server.site.release.countDown();
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLineSubscriberGetsEveryLine(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      Collecting<String> lines = new Collecting<>();
      HttpResponse<Void> response =
          client.send(get(server.uri("/lines")), BodyHandlers.fromLineSubscriber(lines));
      assertEquals(200, response.statusCode());
      assertEquals(List.of("one", "", "zwölf", "last"), lines.whole.get(20, TimeUnit.SECONDS));
      Collecting<String> finished = new Collecting<>();
      HttpResponse<Integer> counted =
          client.send(
              get(server.uri("/lines")),
              BodyHandlers.fromLineSubscriber(finished, done -> done.items.size(), "\n"));
      assertEquals(4, counted.body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSubscriberOfBuffersGetsTheBodyAndItsFailure(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      Collecting<List<ByteBuffer>> buffers = new Collecting<>();
      client.send(get(server.uri("/bytes/70000")), BodyHandlers.fromSubscriber(buffers));
      int octets =
          buffers.whole.get(20, TimeUnit.SECONDS).stream()
              .flatMap(List::stream)
              .mapToInt(ByteBuffer::remaining)
              .sum();
      assertEquals(70_000, octets);
      Collecting<List<ByteBuffer>> cut = new Collecting<>();
      // The break may overtake the head; then it is the sending that fails.
      var _ =
          client
              .sendAsync(get(server.uri("/truncated")), BodyHandlers.fromSubscriber(cut))
              .whenComplete((response, failure) -> {
                if (failure != null) {
                  cut.whole.completeExceptionally(Failures.unwrapped(failure));
                }
              });
      ExecutionException failure =
          assertThrows(ExecutionException.class, () -> cut.whole.get(20, TimeUnit.SECONDS));
      assertInstanceOf(IOException.class, failure.getCause());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDownloadIsStoredUnderTheNameTheServerGives(ClientKind kind, @TempDir Path folder)
      throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      Path stored =
          client
              .send(
                  get(server.uri("/attachment?report.txt")),
                  BodyHandlers.ofFileDownload(
                      folder, StandardOpenOption.CREATE, StandardOpenOption.WRITE))
              .body();
      assertEquals(folder.resolve("report.txt"), stored);
      assertEquals("attached", Files.readString(stored));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDownloadNeedsANameAndStaysInItsFolder(ClientKind kind, @TempDir Path folder)
      throws Exception {
    Path target = Files.createDirectory(folder.resolve("target"));
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      for (String path : List.of("/hello", "/attachment?..")) {
        IOException failure =
            assertThrows(
                IOException.class,
                () ->
                    client.send(
                        get(server.uri(path)),
                        BodyHandlers.ofFileDownload(
                            target, StandardOpenOption.CREATE, StandardOpenOption.WRITE)),
                path);
        assertInstanceOf(IOException.class, failure);
      }
      // java.net.http takes the last part of a path.
      client.send(
          get(server.uri("/attachment?../stolen")),
          BodyHandlers.ofFileDownload(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      try (Stream<Path> outside = Files.list(folder)) {
        assertEquals(List.of(target), outside.toList());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatCannotBeWrittenFailsTheRequest(ClientKind kind, @TempDir Path folder)
      throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      Path nowhere = folder.resolve("missing").resolve("file");
      assertThrows(
          IOException.class,
          () -> client.send(get(server.uri("/hello")), BodyHandlers.ofFile(nowhere)));
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLimitedBodyMayBeAsLongAsTheLimitAndNoLonger(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      var request = get(server.uri("/bytes/50000"));
      assertArrayEquals(
          TestSite.pattern(50_000),
          client.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), 50_000)).body());
      assertThrows(
          IOException.class,
          () -> client.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), 49_999)));
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMappingThatThrowsFailsTheRequest(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpResponse.BodyHandler<String> throwing =
          info ->
              HttpResponse.BodySubscribers.mapping(
                  HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8),
                  body -> {
                    throw new UncheckedIOException(new IOException("not " + body));
                  });
      assertThrows(IOException.class, () -> client.send(get(server.uri("/hello")), throwing));
    }
  }

  @ParameterizedTest
  @EnumSource
  void concatenatedPublishersAreOneBody(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      var body =
          BodyPublishers.concat(
              BodyPublishers.ofString("one "),
              BodyPublishers.noBody(),
              BodyPublishers.ofByteArray("xtwox".getBytes(StandardCharsets.UTF_8), 1, 3));
      assertEquals(7, body.contentLength());
      var request = HttpRequest.newBuilder(server.uri("/echo")).POST(body).build();
      assertEquals("one two", client.send(request, BodyHandlers.ofString()).body());
    }
  }
}
