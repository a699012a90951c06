package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several transfers: patterns, at the same time, again, with options of their own. */
@Timeout(120)
class ManyTransfersTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void parallelTransfersShareOneHttp3Connection() throws Exception {
    try (TestSite site = TestSite.start(folder)) {
      Ran ran =
          Ran.h3(
              site.args(
                  "get",
                  "-Z",
                  "--http3-only",
                  site.url("/large.bin?[1-100]"),
                  "-o",
                  folder.resolve("f#1").toString(),
                  "-w",
                  "%{num_connects} %{http_version} %{exitcode}\\n"));
      assertEquals(0, ran.exit(), ran.toString());
      assertEquals(100, ran.out().lines().count());
      assertTrue(ran.out().lines().allMatch(line -> line.endsWith(" 3 0")), ran.out());
      assertEquals(1, ran.out().lines().filter(line -> line.startsWith("1 ")).count(), ran.out());
      for (int i = 1; i <= 100; i++) {
        assertArrayEquals(
            site.file("/large.bin"), Files.readAllBytes(folder.resolve("f" + i)), "f" + i);
      }
    }
  }

  @Test
  void whatServersAdvertiseIsKeptInCurlsFormat() throws Exception {
    Path known = folder.resolve("alt-svc.txt");
    try (TestSite site = TestSite.start(folder)) {
      Ran first =
          Ran.h3(site.args("get", "--http2", "--alt-svc", known.toString(), site.url("/one")));
      assertEquals(0, first.exit(), first.toString());
      String text = Files.readString(known);
      assertTrue(text.contains("h3 localhost " + site.port()), text);
      Ran unreadable =
          Ran.h3(site.args("get", "--alt-svc", folder.toString(), site.url("/text.txt")));
      assertEquals(0, unreadable.exit(), unreadable.toString());
      assertTrue(unreadable.err().contains("warning: "), unreadable.err());
    }
  }

  @Test
  void parallelRunsAtTheSameTimeAndNoMoreThanAllowed() throws Exception {
    CyclicBarrier three = new CyclicBarrier(3);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (PlainServer server =
        PlainServer.start((request, out) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          three.await(30, TimeUnit.SECONDS); // passes only if three run at the same time
          running.decrementAndGet();
          out.write(ok("x"));
        })) {
      Ran ran = Ran.h3("get", "-Z", "--parallel-max", "3", server.url("/[1-9]"));
      assertEquals("xxxxxxxxx", ran.out(), ran.toString());
      assertTrue(most.get() <= 3, "running " + most);
    }
  }

  @Test
  void exitCodeOfParallelIsThatOfTheLastThatFailed() throws Exception {
    String closed = "http://127.0.0.1:" + ClosedPorts.tcpAndUdp() + "/";
    try (PlainServer server = PlainServer.start((request, out) -> out.write(ok("x")))) {
      assertEquals(7, Ran.h3("get", "-Z", closed, server.url("/")).exit());
      assertEquals(7, Ran.h3("get", "-Z", server.url("/"), closed).exit());
      assertEquals(0, Ran.h3("get", "-Z", server.url("/[1-3]")).exit());
    }
  }

  @Test
  void failEarlyStopsAtTheFirstFailure() throws Exception {
    String closed = "http://127.0.0.1:" + ClosedPorts.tcpAndUdp() + "/";
    try (PlainServer server = PlainServer.start((request, out) -> out.write(ok("x")))) {
      Ran ran = Ran.h3("get", "--fail-early", closed, server.url("/"));
      assertEquals(7, ran.exit());
      assertEquals(0, server.requests().size());
      assertEquals(7, Ran.h3("get", "-Z", "--fail-early", closed, server.url("/[1-3]")).exit());
    }
  }

  @Test
  void tenThousandUrlsNeedNoMemoryOfTheirOwn() throws Exception {
    try (TestSite site = TestSite.start(folder)) {
      String[] args =
          site.args("get", "-Z", "--http3-only", "-s", site.url("/one?[1-10000]"), "-w", ".");
      Ran ran = Ran.h3(args);
      assertEquals(0, ran.exit(), ran.err());
      assertEquals(10_000, ran.octets().length / 2);
    }
  }

  @Test
  void patternsNameFilesAndUrlsKeepTheirNumber() throws Exception {
    try (PlainServer server =
        PlainServer.start((request, out) -> out.write(ok(request.line().split(" ", -1)[1])))) {
      Ran ran =
          Ran.h3(
              "get",
              server.url("/{a,b}/[1-2]"),
              "-o",
              folder.resolve("#1-#2").toString(),
              server.url("/c"),
              "-w",
              "%{urlnum}.%{xfer_id} ");
      assertEquals("0.0 0.1 0.2 0.3 /c1.4 ", ran.out(), ran.toString());
      assertEquals("/b/1", Files.readString(folder.resolve("b-1")));
      Ran off = Ran.h3("get", "-g", "-s", server.url("/{a}?[1-2]"), "-w", "|%{urlnum}");
      assertEquals("/%7Ba%7D?%5B1-2%5D|0", off.out(), off.toString());
    }
  }

  @Test
  void transientAnswersAreTriedAgain() throws Exception {
    AtomicInteger answers = new AtomicInteger();
    try (PlainServer server =
        PlainServer.start((request, out) ->
            out.write(
                answers.incrementAndGet() < 3
                    ? status("503 Busy", "Retry-After: 0\r\n", "busy")
                    : ok("good")))) {
      Path file = folder.resolve("f");
      Ran ran =
          Ran.h3(
              "get",
              "--retry",
              "3",
              "--retry-delay",
              "0.01",
              "-o",
              file.toString(),
              server.url("/"),
              "-w",
              "%{num_retries} %{http_code}");
      assertEquals("2 200", ran.out(), ran.toString());
      assertEquals("good", Files.readString(file));
      assertEquals(2, ran.err().lines().filter(l -> l.contains("trying again in")).count());
    }
  }

  @Test
  void retriesEndAndTheLastAnswerCounts() throws Exception {
    try (PlainServer server =
        PlainServer.start((request, out) -> out.write(status("500 Oops", "", "oops")))) {
      Ran ran = Ran.h3("get", "-sf", "--retry", "2", "--retry-delay", "0.01", server.url("/"));
      assertEquals(22, ran.exit());
      assertEquals(3, server.requests().size());
      Ran late =
          Ran.h3("get", "-s", "--retry", "5", "--retry-max-time", "0.5", server.url("/late"));
      assertEquals("oops", late.out());
      assertEquals(4, server.requests().size(), "the first wait of a second is too long");
    }
  }

  @Test
  void statusThatIsFinalIsNotTriedAgain() throws Exception {
    try (PlainServer server =
        PlainServer.start((request, out) -> out.write(status("404 No", "", "no")))) {
      assertEquals(22, Ran.h3("get", "-sf", "--retry", "3", server.url("/")).exit());
      assertEquals(1, server.requests().size());
      String[] all = {
        "get", "-sf", "--retry", "2", "--retry-all-errors", "--retry-delay", "0.01", server.url("/")
      };
      assertEquals(22, Ran.h3(all).exit());
      assertEquals(4, server.requests().size());
    }
  }

  @Test
  void refusedConnectionsAreTriedAgainOnlyIfAsked() throws Exception {
    String closed = "http://127.0.0.1:" + ClosedPorts.tcpAndUdp() + "/";
    Ran plain = Ran.h3("get", "--retry", "2", closed);
    assertEquals(7, plain.exit());
    assertFalse(plain.err().contains("trying again"), plain.err());
    Ran asked =
        Ran.h3("get", "--retry", "2", "--retry-connrefused", "--retry-delay", "0.01", closed);
    assertEquals(7, asked.exit());
    assertEquals(2, asked.err().lines().filter(l -> l.contains("trying again")).count());
  }

  @Test
  void nextHasOptionsOfItsOwn() throws Exception {
    try (PlainServer server = PlainServer.start((request, out) -> out.write(ok("x")))) {
      String[] args = {
        "get", "-d", "a=1", server.url("/post"), "--next", "-H", "X-Two: 2", server.url("/get")
      };
      Ran ran = Ran.h3(args);
      assertEquals("xx", ran.out(), ran.toString());
      assertEquals("POST /post HTTP/1.1", server.requests().getFirst().line());
      assertEquals("GET /get HTTP/1.1", server.requests().getLast().line());
      assertFalse(server.requests().getFirst().fields().contains("x-two"));
      assertTrue(server.requests().getLast().fields().contains("x-two: 2\n"));
      Ran unknown = Ran.h3("get", server.url("/none"), "--next", "--nope");
      assertEquals(2, unknown.exit());
      assertEquals(2, Ran.h3("get", server.url("/none"), "--next").exit());
      assertEquals(2, server.requests().size(), "all is read before anything is fetched");
    }
  }

  @Test
  void optionsStandInFilesToo() throws Exception {
    Path inner = Files.writeString(folder.resolve("inner"), "header = \"X-Inner: 1\"\n");
    try (PlainServer server = PlainServer.start((request, out) -> out.write(ok("x")))) {
      Path config =
          Files.writeString(
              folder.resolve("config"),
              "# mine\nurl = \""
                  + server.url("/a")
                  + "\"\nurl="
                  + server.url("/b")
                  + "\n-K "
                  + inner
                  + "\nuser-agent: \"me too\"\nsilent\n");
      Ran ran = Ran.h3("get", "-K", config.toString(), "-w", ";");
      assertEquals("x;x;", ran.out(), ran.toString());
      assertEquals("GET /b HTTP/1.1", server.requests().getLast().line());
      String fields = server.requests().getFirst().fields();
      assertTrue(
          fields.contains("x-inner: 1\n") && fields.contains("user-agent: me too\n"), fields);
      Ran stdin = Ran.with(false, false, "url=" + server.url("/c"), "get", "-K", "-");
      assertEquals("x", stdin.out(), stdin.toString());
    }
    assertEquals(26, Ran.h3("get", "-K", folder.resolve("no").toString()).exit());
    Path loop = folder.resolve("loop");
    Files.writeString(loop, "config = " + loop + "\n");
    assertEquals(2, Ran.h3("get", "-K", loop.toString()).exit());
  }

  @Test
  void uploadsGoToTheirUrls() throws Exception {
    Path one = Files.writeString(folder.resolve("one"), "1");
    Path two = Files.writeString(folder.resolve("two"), "2");
    try (PlainServer server = PlainServer.start((request, out) -> out.write(ok("x")))) {
      String[] args = {
        "get",
        "-T",
        one.toString(),
        server.url("/"),
        "-T",
        two.toString(),
        server.url("/"),
        server.url("/third")
      };
      assertEquals(0, Ran.h3(args).exit());
      assertEquals("PUT /one HTTP/1.1", server.requests().get(0).line());
      assertEquals("2", server.requests().get(1).body());
      assertEquals("GET /third HTTP/1.1", server.requests().get(2).line());
    }
  }

  @Test
  void progressOfParallelTransfersIsRowsOnATerminalOnly() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    try (PlainServer server =
        PlainServer.start((request, out) -> {
          out.write(
              "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab".getBytes(StandardCharsets.US_ASCII));
          out.flush();
          both.await(30, TimeUnit.SECONDS);
          TimeUnit.MILLISECONDS.sleep(700); // long enough to be drawn
          out.write("cd".getBytes(StandardCharsets.US_ASCII));
        })) {
      String[] args = {
        "get", "-Z", server.url("/file[1-2]"), "-o", folder.resolve("#1").toString()
      };
      Ran shown = Ran.with(false, true, "", args);
      assertEquals(0, shown.exit(), shown.toString());
      assertTrue(shown.err().contains("/file1"), shown.err());
      assertTrue(shown.err().contains(" 50%  2 B of 4 B"), shown.err());
      assertTrue(shown.err().contains("2 done, 0 running, 8 B"), shown.err());
      both.reset();
      assertEquals("", Ran.with(false, false, "", args).err());
    }
  }

  private static byte[] ok(String body) {
    return status("200 OK", "", body);
  }

  private static byte[] status(String status, String fields, String body) {
    return ("HTTP/1.1 "
            + status
            + "\r\n"
            + fields
            + "Connection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
