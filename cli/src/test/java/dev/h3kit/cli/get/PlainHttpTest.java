package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code h3 get} sends and how it takes answers, against servers in the clear. */
@Timeout(60)
class PlainHttpTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void postSendsTheFormAndPrintsTheAnswer() throws Exception {
    try (PlainServer server = PlainServer.answering(ok("thanks"))) {
      Ran ran = Ran.h3("get", server.url("/form?x=1"), "-d", "a=1", "-d", "-b", "-H", "X-Own: me");
      assertEquals("thanks", ran.out(), ran.toString());
      assertEquals(0, ran.exit());
      PlainServer.Request request = server.requests().getFirst();
      assertEquals("POST /form?x=1 HTTP/1.1", request.line());
      assertEquals("a=1&-b", request.body());
      assertTrue(request.fields().contains("content-type: application/x-www-form-urlencoded\n"));
      assertTrue(request.fields().contains("x-own: me\n"), request.fields());
      assertTrue(request.fields().contains("user-agent: h3kit/"), request.fields());
      assertTrue(request.fields().contains("accept: */*\n"), request.fields());
    }
  }

  @Test
  void uploadPutsAFileAndNamesItInTheUrl() throws Exception {
    Path file = Files.writeString(folder.resolve("up.txt"), "content");
    try (PlainServer server = PlainServer.answering(ok(""))) {
      assertEquals(0, Ran.h3("get", "-T", file.toString(), server.url("/in/")).exit());
      PlainServer.Request request = server.requests().getFirst();
      assertEquals("PUT /in/up.txt HTTP/1.1", request.line());
      assertEquals("content", request.body());
    }
  }

  @Test
  void uploadOfStandardInput() throws Exception {
    try (PlainServer server = PlainServer.answering(ok(""))) {
      Ran ran = Ran.with(false, false, "typed", "get", "-T", "-", server.url("/x"));
      assertEquals(0, ran.exit(), ran.toString());
      assertEquals("typed", server.requests().getFirst().body());
    }
  }

  @Test
  void getDataGoesIntoTheQuery() throws Exception {
    try (PlainServer server = PlainServer.answering(ok(""))) {
      Ran.h3("get", "-G", "-d", "a=1", "--data-urlencode", "b=x y", server.url("/q?z"));
      assertEquals("GET /q?z&a=1&b=x+y HTTP/1.1", server.requests().getFirst().line());
    }
  }

  @Test
  void redirectIsFollowedWhenAskedAndCountedInWriteOut() throws Exception {
    try (PlainServer server =
        PlainServer.start((request, out) ->
            out.write(
                (request.line().contains("/end") ? ok("end") : moved("/end?x"))
                    .getBytes(StandardCharsets.ISO_8859_1)))) {
      String format = "|%{http_code} %{num_redirects} %{url_effective} %{redirect_url}|";
      Ran stayed = Ran.h3("get", server.url("/start"), "-w", format);
      assertEquals(
          "moved|302 0 " + server.url("/start") + " " + server.url("/end?x") + "|", stayed.out());
      Ran went = Ran.h3("get", "-L", server.url("/start"), "-w", format);
      assertEquals("end|200 1 " + server.url("/end?x") + " |", went.out());
      assertEquals(0, went.exit());
    }
  }

  @Test
  void redirectLoopEndsWithFortySeven() throws Exception {
    try (PlainServer server = PlainServer.answering(moved("/again"))) {
      Ran ran = Ran.h3("get", "-L", "--max-redirs", "3", server.url("/again"));
      assertEquals(47, ran.exit(), ran.toString());
      assertEquals(4, server.requests().size());
      assertTrue(ran.err().startsWith("h3: (47) more than 3 redirects"), ran.err());
    }
  }

  @Test
  void redirectToAnotherHostTakesNoCredentials() throws Exception {
    try (PlainServer second = PlainServer.answering(ok(""));
        PlainServer first = PlainServer.answering(moved(second.url("/")))) {
      Ran.h3("get", "-L", "-u", "me:secret", "-b", "c=1", first.url("/"));
      assertTrue(first.requests().getFirst().fields().contains("authorization: Basic"));
      assertFalse(second.requests().getFirst().fields().contains("authorization"));
      assertFalse(second.requests().getFirst().fields().contains("cookie"));
      Ran.h3("get", "--location-trusted", "-u", "me:secret", first.url("/"));
      assertTrue(second.requests().getLast().fields().contains("authorization: Basic"));
    }
  }

  @Test
  void userAndPasswordOfTheUrlAreSentAsBasic() throws Exception {
    try (PlainServer server = PlainServer.answering(ok(""))) {
      Ran.h3("get", "http://u:p%40ss@127.0.0.1:" + server.port() + "/");
      assertTrue(
          server.requests().getFirst().fields().contains("authorization: Basic dTpwQHNz\n"),
          server.requests().toString());
    }
  }

  @Test
  void compressedIsUndone() throws Exception {
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write("plain".getBytes(StandardCharsets.UTF_8));
    }
    String head =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + gzip.size() + "\r\n\r\n";
    try (PlainServer server =
        PlainServer.start((request, out) -> {
          out.write(head.getBytes(StandardCharsets.ISO_8859_1));
          gzip.writeTo(out);
        })) {
      assertEquals("plain", Ran.h3("get", "--compressed", server.url("/")).out());
      assertTrue(server.requests().getFirst().fields().contains("accept-encoding: gzip, br\n"));
      assertArrayEquals(gzip.toByteArray(), Ran.h3("get", server.url("/")).octets());
    }
  }

  @Test
  void failWritesNoBodyAndExitsWithTwentyTwo() throws Exception {
    String gone = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone";
    try (PlainServer server = PlainServer.answering(gone)) {
      Ran plain = Ran.h3("get", server.url("/"));
      assertEquals("gone", plain.out());
      assertEquals(0, plain.exit());
      Path file = folder.resolve("f");
      Ran fail = Ran.h3("get", "-f", server.url("/"), "-o", file.toString());
      assertEquals(22, fail.exit());
      assertFalse(Files.exists(file));
      assertTrue(fail.err().contains("404"), fail.err());
      Ran body = Ran.h3("get", "--fail-with-body", server.url("/"));
      assertEquals(22, body.exit());
      assertEquals("gone", body.out());
    }
  }

  @Test
  void includePrintsTheHeadAndDumpHeaderWritesIt() throws Exception {
    try (PlainServer server = PlainServer.answering(ok("x"))) {
      Path dump = folder.resolve("head");
      Ran ran = Ran.h3("get", "-i", "-D", dump.toString(), server.url("/"));
      assertTrue(ran.out().startsWith("HTTP/1.1 200 \r\n"), ran.out());
      assertTrue(ran.out().endsWith("\r\n\r\nx"), ran.out());
      assertEquals(ran.out(), Files.readString(dump) + "x");
    }
  }

  @Test
  void truncatedBodyLeavesNoFileAndExitsWithEighteen() throws Exception {
    try (PlainServer server =
        PlainServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")) {
      Path file = folder.resolve("f");
      Ran ran = Ran.h3("get", server.url("/"), "-o", file.toString());
      assertEquals(18, ran.exit(), ran.toString());
      assertTrue(ran.err().contains("9 of 1000 octets"), ran.err());
      assertTwoLines(ran);
      try (var left = Files.list(folder)) {
        assertEquals(0, left.count());
      }
    }
  }

  @Test
  void closedWithoutAnAnswerIsFiftyTwo() throws Exception {
    try (PlainServer server = PlainServer.start((request, out) -> {})) {
      Ran ran = Ran.h3("get", server.url("/"));
      assertEquals(52, ran.exit(), ran.toString());
      assertTwoLines(ran);
    }
  }

  @Test
  void whatIsNotHttpIsAnErrorOfTwoLines() throws Exception {
    try (PlainServer server = PlainServer.answering("SSH-2.0-OpenSSH_9.2\r\n\r\n")) {
      Ran ran = Ran.h3("get", server.url("/"));
      assertEquals(56, ran.exit(), ran.toString());
      assertTwoLines(ran);
    }
  }

  @Test
  void stalledBodyEndsAtMaxTimeWithTwentyEight() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (PlainServer server =
        PlainServer.start((request, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
                  .getBytes(StandardCharsets.ISO_8859_1));
          out.flush();
          over.await(30, TimeUnit.SECONDS);
        })) {
      Path file = folder.resolve("f");
      Ran ran = Ran.h3("get", "-m", "0.5", server.url("/"), "-o", file.toString());
      over.countDown();
      assertEquals(28, ran.exit(), ran.toString());
      assertTrue(ran.err().contains("4 of 9 octets"), ran.err());
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void silentServerEndsAtMaxTimeWithTwentyEight() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (PlainServer server =
        PlainServer.start((request, out) -> over.await(30, TimeUnit.SECONDS))) {
      Ran ran = Ran.h3("get", "-m", "0.5", server.url("/"));
      over.countDown();
      assertEquals(28, ran.exit(), ran.toString());
      assertTwoLines(ran);
    }
  }

  @Test
  void maxFilesizeStopsTheBody() throws Exception {
    try (PlainServer server = PlainServer.answering(ok("0123456789"))) {
      Path file = folder.resolve("f");
      Ran ran = Ran.h3("get", "--max-filesize", "5", server.url("/"), "-o", file.toString());
      assertEquals(63, ran.exit(), ran.toString());
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void severalUrlsGoToTheirFilesAndTheRestToStandardOutput() throws Exception {
    try (PlainServer server =
        PlainServer.start((request, out) ->
            out.write(
                ok(request.line().replaceAll("GET | HTTP.*", ""))
                    .getBytes(StandardCharsets.ISO_8859_1)))) {
      Ran ran =
          Ran.h3(
              "get",
              "--output-dir",
              folder.toString(),
              "-o",
              "first",
              "-O",
              server.url("/a"),
              server.url("/dir/b?x"),
              server.url("/c"),
              "-w",
              "%{urlnum}:%{filename_effective};");
      assertEquals("/a", Files.readString(folder.resolve("first")));
      assertEquals("/dir/b?x", Files.readString(folder.resolve("b")));
      assertEquals(
          "0:" + folder.resolve("first") + ";1:" + folder.resolve("b") + ";/c2:;", ran.out());
    }
  }

  @Test
  void remoteNameNeedsAName() throws Exception {
    try (PlainServer server = PlainServer.answering(ok("x"))) {
      assertEquals(23, Ran.h3("get", "-O", server.url("/")).exit());
      Ran more = Ran.h3("get", "-o", "-", "-O", server.url("/"));
      assertEquals(0, more.exit(), more.toString());
      assertEquals("h3: warning: 2 -o or -O for 1 URL\n", more.err());
    }
  }

  @Test
  void unwritableTargetIsTwentyThree() throws Exception {
    try (PlainServer server = PlainServer.answering(ok("x"))) {
      Ran ran = Ran.h3("get", server.url("/"), "-o", folder.resolve("no/f").toString());
      assertEquals(23, ran.exit());
      assertTwoLines(ran);
    }
  }

  @Test
  void fullDiskIsTwentyThree() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        Files.exists(Path.of("/dev/full")), "no /dev/full");
    try (PlainServer server = PlainServer.answering(ok("x"))) {
      Ran ran = Ran.h3("get", server.url("/"), "-o", "/dev/full");
      assertEquals(23, ran.exit(), ran.toString());
    }
  }

  @Test
  void silentSaysNothingAndShowErrorSaysIt() throws Exception {
    int closed = ClosedPorts.tcpAndUdp();
    String url = "http://127.0.0.1:" + closed + "/";
    assertEquals("", Ran.h3("get", "-s", url).err());
    assertTrue(Ran.h3("get", "-sS", url).err().startsWith("h3: (7) "));
  }

  @Test
  void exitCodeIsThatOfTheLastUrl() throws Exception {
    String closed = "http://127.0.0.1:" + ClosedPorts.tcpAndUdp() + "/";
    try (PlainServer server = PlainServer.answering(ok("x"))) {
      assertEquals(0, Ran.h3("get", closed, server.url("/")).exit());
      assertEquals(7, Ran.h3("get", server.url("/"), closed).exit());
    }
  }

  @Test
  void headerWithControlBytesIsShownEscaped() throws Exception {
    try (PlainServer server =
        PlainServer.answering("HTTP/1.1 200 OK\r\nX-Evil: a\u009bb\r\nContent-Length: 0\r\n\r\n")) {
      Ran ran = Ran.h3("get", "-v", server.url("/"));
      assertFalse(ran.err().contains("\u009b"), ran.err());
    }
  }

  @Test
  void progressIsForTerminals() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    try (PlainServer server =
        PlainServer.start((request, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab"
                  .getBytes(StandardCharsets.ISO_8859_1));
          out.flush();
          seen.await(1, TimeUnit.SECONDS);
          out.write("cd".getBytes(StandardCharsets.ISO_8859_1));
        })) {
      String file = folder.resolve("f").toString();
      Ran shown = Ran.with(false, true, "", "get", server.url("/"), "-o", file);
      assertTrue(shown.err().contains(" 50%  2 B of 4 B"), shown.err());
      assertEquals("", Ran.with(false, false, "", "get", server.url("/"), "-o", file).err());
      assertEquals("", Ran.with(false, true, "", "get", "-s", server.url("/"), "-o", file).err());
    }
  }

  private static void assertTwoLines(Ran ran) {
    long lines = ran.err().lines().count();
    assertTrue(lines == 1 || lines == 2, ran.err());
    assertFalse(ran.err().contains("\tat "), ran.err());
  }

  private static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static String moved(String location) {
    return "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 5\r\n\r\nmoved";
  }
}
