package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPlannerTest {
  private final RequestOptions options = new RequestOptions();

  @Test
  void plainRequestIsAGetWithCurlsFields() throws Exception {
    RequestPlan plan = plan("");
    assertEquals("GET", plan.method());
    assertEquals("User-Agent: test/1\nAccept: */*", fields(plan));
    assertNull(plan.body());
  }

  @Test
  void dataIsAPostedForm() throws Exception {
    options.data("a=1");
    options.data("b=2");
    RequestPlan plan = plan("");
    assertEquals("POST", plan.method());
    assertTrue(fields(plan).contains("Content-Type: application/x-www-form-urlencoded"));
    assertEquals("a=1&b=2", body(plan));
  }

  @Test
  void dataFromAFileLosesItsLineEndsAndBinaryDataKeepsThem(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "one\r\ntwo\n");
    options.data("@" + file);
    assertEquals("onetwo", body(plan("")));
    options.data.clear();
    options.dataBinary("@" + file);
    assertEquals("one\r\ntwo\n", body(plan("")));
    options.data.clear();
    options.dataRaw("@" + file);
    assertEquals("@" + file, body(plan("")));
  }

  @Test
  void dataFromStandardInput() throws Exception {
    options.data("@-");
    assertEquals("typed", body(plan("typed\n")));
  }

  @Test
  void urlencodeHasCurlsFiveForms(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "ü+\n");
    options.dataUrlencode("a b&c");
    options.dataUrlencode("=d=e");
    options.dataUrlencode("name=v w~");
    options.dataUrlencode("@" + file);
    options.dataUrlencode("n@" + file);
    assertEquals("a+b%26c&d%3De&name=v+w~&%C3%BC%2B%0A&n=%C3%BC%2B%0A", body(plan("")));
  }

  @Test
  void jsonSetsBothFields() throws Exception {
    options.json("{\"a\":");
    options.json("1}");
    RequestPlan plan = plan("");
    assertEquals("{\"a\":1}", body(plan));
    assertTrue(fields(plan).contains("Content-Type: application/json"));
    assertTrue(fields(plan).contains("Accept: application/json"));
  }

  @Test
  void getMovesTheDataIntoTheQuery() throws Exception {
    options.get = true;
    options.data("a=1");
    options.dataUrlencode("b=x y");
    RequestPlan plan = plan("");
    assertEquals("GET", plan.method());
    assertEquals("a=1&b=x+y", plan.queryData());
    assertNull(plan.body());
    assertFalse(fields(plan).contains("Content-Type"));
  }

  @Test
  void ownFieldsReplaceLeaveOutAndSendEmpty() throws Exception {
    options.headers.addAll(
        List.of("User-Agent: mine", "Accept:", "X-Empty;", "X-Two: 1", "X-Two: 2"));
    assertEquals("User-Agent: mine\nX-Empty: \nX-Two: 1\nX-Two: 2", fields(plan("")));
  }

  @Test
  void fieldsFromAFile(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "X-One: 1\n\nX-Two: 2\n");
    options.headers.add("@" + file);
    assertTrue(fields(plan("")).endsWith("X-One: 1\nX-Two: 2"));
  }

  @Test
  void userAndPasswordAreBasic() throws Exception {
    options.user = "Aladdin:open sesame";
    // RFC 7617 §2: "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assertTrue(fields(plan("")).contains("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nocolon", "bad name: x", ": x", "X: a\u0007b", "X: a\nInjected: b"})
  void malformedFieldsAreRefused(String header) {
    options.headers.add(header);
    CommandFailure failure = assertThrows(CommandFailure.class, () -> plan(""));
    assertEquals(ExitCode.USAGE, failure.exitCode());
  }

  @Test
  void missingDataFileIsReadError() {
    options.data("@/nonexistent/file");
    CommandFailure failure = assertThrows(CommandFailure.class, () -> plan(""));
    assertEquals(ExitCode.READ_ERROR, failure.exitCode());
    assertEquals("cannot read /nonexistent/file: no such file", failure.getMessage());
  }

  @Test
  void optionsThatAskForDifferentMethodsAreRefused() {
    options.head = true;
    options.data("x");
    CommandFailure failure = assertThrows(CommandFailure.class, () -> plan(""));
    assertEquals(ExitCode.USAGE, failure.exitCode());
  }

  @Test
  void redirectTurnsPostIntoGetAndDropsItsContent() throws Exception {
    options.data("x");
    RequestPlan after = plan("").redirected(302, true);
    assertEquals("GET", after.method());
    assertNull(after.body());
    assertFalse(after.has("content-type"));
    assertEquals("POST", plan("").redirected(307, true).method());
  }

  @Test
  void redirectToAnotherOriginLosesCredentials() throws Exception {
    options.user = "u:p";
    options.cookie("a=1");
    options.headers.add("X-Kept: 1");
    RequestPlan after = plan("").redirected(301, false);
    assertFalse(after.has("authorization"));
    assertFalse(after.has("cookie"));
    assertTrue(after.has("x-kept"));
    assertTrue(plan("").redirected(301, true).has("authorization"));
  }

  private RequestPlan plan(String input) throws CommandFailure {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            nowhere,
            nowhere,
            false,
            false,
            Map.of());
    return new RequestPlanner(options, terminal, "test/1").plan();
  }

  private static String fields(RequestPlan plan) {
    return plan.headers().stream()
        .map(h -> h.name() + ": " + h.value())
        .collect(Collectors.joining("\n"));
  }

  private static String body(RequestPlan plan) throws Exception {
    BodyPublisher publisher = java.util.Objects.requireNonNull(plan.body()).publisher();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    CompletableFuture<String> done = new CompletableFuture<>();
    publisher.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(ByteBuffer item) {
            byte[] octets = new byte[item.remaining()];
            item.get(octets);
            all.writeBytes(octets);
          }

          @Override
          public void onError(Throwable failure) {
            done.completeExceptionally(failure);
          }

          @Override
          public void onComplete() {
            done.complete(all.toString(StandardCharsets.UTF_8));
          }
        });
    return done.get(10, TimeUnit.SECONDS);
  }
}
