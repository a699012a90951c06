package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cookies, forms, passwords, client certificates, detours. */
@Timeout(60)
class CredentialsTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void cookiesAreKeptSentAgainAndWritten() throws Exception {
    Path jar = folder.resolve("jar");
    try (PlainServer server =
        PlainServer.answering(
            String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "Set-Cookie: a=1; Path=/",
                "Set-Cookie: b=2; Max-Age=1000",
                "Content-Length: 0",
                "",
                ""))) {
      Ran first = Ran.h3("get", "-c", jar.toString(), server.url("/x/1"), server.url("/x/2"));
      assertEquals(0, first.exit(), first.toString());
      assertFalse(server.requests().get(0).fields().contains("cookie"));
      assertTrue(server.requests().get(1).fields().contains("cookie: b=2; a=1\n"));
      assertTrue(Files.readString(jar).contains("127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1\n"));
      Ran.h3("get", "-b", jar.toString(), "-b", "own=3", server.url("/x/3"));
      assertTrue(
          server.requests().get(2).fields().contains("cookie: b=2; a=1; own=3\n"),
          server.requests().get(2).fields());
      Ran.h3("get", "-j", "-b", jar.toString(), server.url("/x/4"));
      assertTrue(server.requests().get(3).fields().contains("cookie: b=2\n"));
      Ran out = Ran.h3("get", "-c", "-", server.url("/x/5"));
      assertTrue(out.out().startsWith("# Netscape HTTP Cookie File\n"), out.out());
    }
  }

  @Test
  void cookiesOfARedirectGoWhereTheyBelong() throws Exception {
    try (PlainServer other = PlainServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        PlainServer first =
            PlainServer.answering(
                "HTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nLocation: http://localhost:"
                    + other.port()
                    + "/\r\nContent-Length: 0\r\n\r\n")) {
      String jar = folder.resolve("jar").toString();
      Ran ran = Ran.h3("get", "-L", "-c", jar, "-b", "own=2", first.url("/"));
      assertEquals(0, ran.exit(), ran.toString());
      String fields = other.requests().getFirst().fields();
      assertFalse(fields.contains("cookie"), fields);
    }
  }

  @Test
  void cookieFilesThatAreMissingOrCannotBeWrittenAreWarnedOf() throws Exception {
    try (PlainServer server =
        PlainServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")) {
      String no = folder.resolve("no/jar").toString();
      Ran ran = Ran.h3("get", "-b", no, "-c", no, server.url("/"));
      assertEquals(0, ran.exit(), ran.toString());
      assertEquals(2, ran.err().lines().filter(l -> l.startsWith("h3: warning: ")).count());
      assertEquals("", Ran.h3("get", "-s", "-b", no, "-c", no, server.url("/")).err());
    }
  }

  // RFC 7578 §4.2: "Each part MUST contain a Content-Disposition header field [RFC2183] where the
  // disposition type is "form-data"."
  @Test
  void aFormHasItsParts() throws Exception {
    Path file = Files.writeString(folder.resolve("up.txt"), "content");
    try (PlainServer server =
        PlainServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      String[] args = {
        "get",
        "-F",
        "a=1",
        "-F",
        "f=@" + file,
        "-F",
        "g=<" + file + ";type=x/y",
        "-F",
        "h=\"s;t\";filename=q\"q",
        "--form-string",
        "i=@no;type=z",
        server.url("/")
      };
      Ran ran = Ran.h3(args);
      assertEquals(0, ran.exit(), ran.toString());
      PlainServer.Request request = server.requests().getFirst();
      assertTrue(request.line().startsWith("POST "));
      String fields = request.fields();
      int at = fields.indexOf("boundary=") + 9;
      String boundary = fields.substring(at, fields.indexOf('\n', at));
      assertTrue(fields.contains("content-type: multipart/form-data; boundary=" + boundary));
      assertTrue(
          fields.contains(
              "content-length: " + request.body().getBytes(StandardCharsets.UTF_8).length + "\n"),
          fields);
      String expected =
          """
          --B
          Content-Disposition: form-data; name="a"

          1
          --B
          Content-Disposition: form-data; name="f"; filename="up.txt"
          Content-Type: text/plain

          content
          --B
          Content-Disposition: form-data; name="g"
          Content-Type: x/y

          content
          --B
          Content-Disposition: form-data; name="h"; filename="q%22q"

          s;t
          --B
          Content-Disposition: form-data; name="i"

          @no;type=z
          --B--
          """;
      assertEquals(expected, request.body().replace(boundary, "B").replace("\r\n", "\n"));
    }
    assertEquals(26, Ran.h3("get", "-F", "f=@/nonexistent", "http://localhost:1/").exit());
  }

  @Test
  void netrcKnowsThePassword() throws Exception {
    Path netrc =
        Files.writeString(folder.resolve("netrc"), "machine 127.0.0.1 login u password p@ss\n");
    try (PlainServer server =
        PlainServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      Ran.h3("get", "--netrc-file", netrc.toString(), server.url("/"));
      assertTrue(server.requests().getLast().fields().contains("authorization: Basic dTpwQHNz\n"));
      Ran.h3("get", "--netrc-file", netrc.toString(), "-u", "x:y", server.url("/"));
      assertFalse(server.requests().getLast().fields().contains("dTpwQHNz"));
      assertEquals(0, Ran.h3("get", "--netrc-optional", server.url("/")).exit());
      assertEquals(26, Ran.h3("get", "--netrc-file", "/nonexistent", server.url("/")).exit());
    }
  }

  @Test
  void clientCertificateThatIsNoneIsFiftyEight() throws Exception {
    Path noPem = Files.writeString(folder.resolve("x.pem"), "nothing");
    for (String bad : new String[] {"/nonexistent", noPem.toString()}) {
      Ran ran = Ran.h3("get", "--cert", bad, "https://localhost:1/");
      assertEquals(58, ran.exit(), ran.toString());
      assertTrue(ran.err().lines().count() <= 2, ran.err());
    }
  }

  @Test
  void clientCertificateKeepsToTcp() throws Exception {
    try (TestSite site = TestSite.start(folder)) {
      Path ca = folder.resolve("ca");
      Path certificate = null;
      Path key = null;
      try (var files = Files.walk(ca)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String text = Files.readString(file, StandardCharsets.ISO_8859_1);
          certificate = text.contains("BEGIN CERTIFICATE") ? file : certificate;
          key = text.contains("PRIVATE KEY") ? file : key;
        }
      }
      org.junit.jupiter.api.Assumptions.assumeTrue(
          certificate != null && key != null, "no PEM files in " + ca);
      String[] args =
          site.args(
              "get",
              "--cert",
              String.valueOf(certificate),
              "--key",
              String.valueOf(key),
              site.url("/text.txt"),
              "-w",
              "|%{http_version}");
      Ran ran = Ran.h3(args);
      assertEquals("abcdefghijklmnopqrstuvwxyz|2", ran.out(), ran.toString());
      Ran only =
          Ran.h3(
              site.args(
                  "get",
                  "--http3-only",
                  "--cert",
                  String.valueOf(certificate),
                  "--key",
                  String.valueOf(key),
                  site.url("/text.txt")));
      assertTrue(only.exit() != 0, only.toString());
    }
  }

  @Test
  void connectToLeadsToAnotherHost() throws Exception {
    try (TestSite site = TestSite.start(folder)) {
      String url = "https://site.test:" + site.port() + "/one";
      for (String version : new String[] {"--http3-only", "--http2"}) {
        String detour = "site.test:" + site.port() + ":localhost:" + site.port();
        Ran ran = Ran.h3(site.args("get", version, "--connect-to", detour, url));
        assertEquals(0, ran.exit(), ran.toString());
        Ran any = Ran.h3(site.args("get", version, "--connect-to", "::127.0.0.1:", url));
        assertEquals(0, any.exit(), any.toString());
      }
      assertEquals(2, Ran.h3("get", "--connect-to", "a:1:b:2", url).exit());
      assertEquals(2, Ran.h3("get", "--connect-to", "a", url).exit());
    }
  }

  @Test
  void timingIsAWaterfallOfPlainText() throws Exception {
    try (TestSite site = TestSite.start(folder)) {
      Ran ran = Ran.h3(site.args("get", "--timing", "--http3-only", site.url("/text.txt")));
      assertEquals("abcdefghijklmnopqrstuvwxyz", ran.out());
      for (String step : new String[] {"QUIC race", "handshake", "wait", "body", "total"}) {
        assertTrue(ran.err().contains("\n  " + step), ran.err());
      }
      assertTrue(ran.err().contains("/text.txt  HTTP/3 200\n"), ran.err());
      assertFalse(ran.err().contains("\u001b"), ran.err());
      Ran coloured =
          Ran.with(
              false, true, "", site.args("get", "--timing", "--http3-only", site.url("/text.txt")));
      assertTrue(coloured.err().contains("\u001b[36m="), coloured.err());
    }
  }

  @Test
  void pathStaysAsItIsIfAsked() throws Exception {
    try (PlainServer server =
        PlainServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      Ran.h3("get", server.url("/a/../b"));
      assertEquals("GET /b HTTP/1.1", server.requests().getLast().line());
      Ran.h3("get", "--path-as-is", server.url("/a/../b"));
      assertEquals("GET /a/../b HTTP/1.1", server.requests().getLast().line());
    }
  }
}
