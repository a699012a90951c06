package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import dev.h3kit.server.HttpProtocol;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code h3 get} against our own server, over every protocol, and against broken ones. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureTest {
  private final Path shared;
  private final TestSite site;

  SecureTest(@TempDir Path shared) throws Exception {
    this.shared = shared;
    this.site = TestSite.start(shared);
  }

  @AfterAll
  void stop() {
    site.close();
  }

  @ParameterizedTest
  @CsvSource({"--http3-only, 3", "--http3, 3", "--http2, 2", "--http1.1, 1.1"})
  void bodiesAreTheFilesOctetForOctet(String option, String version) {
    for (String path : List.of("/empty", "/one", "/text.txt", "/large.bin")) {
      Ran ran =
          Ran.h3(
              site.args(
                  "get",
                  option,
                  "--happy-eyeballs-timeout-ms",
                  "30000",
                  site.url(path),
                  "-w",
                  "%{stderr}%{http_version} %{http_code}"));
      assertEquals(0, ran.exit(), path + " " + ran.err());
      assertEquals(version + " 200", ran.err());
      assertArrayEquals(site.file(path), ran.octets(), path);
    }
  }

  @Test
  void http3IsTheDefault() {
    Ran ran =
        Ran.h3(
            site.args(
                "get",
                "--happy-eyeballs-timeout-ms",
                "30000",
                site.url("/text.txt"),
                "-w",
                "|%{http_version}"));
    assertEquals("abcdefghijklmnopqrstuvwxyz|3", ran.out(), ran.toString());
  }

  @Test
  void verboseTellsTheUseOfBothDynamicTables() {
    Ran ran =
        Ran.h3(
            site.args(
                "get",
                "-v",
                "--http3-only",
                "-H",
                "x-long-name: " + "a value worth a place ".repeat(4),
                site.url("/text.txt"),
                site.url("/text.txt"),
                site.url("/text.txt")));
    String table =
        "\\* QPACK table, %s: [1-9]\\d* entries \\([1-9]\\d* inserts, \\d+ evictions\\), "
            + "[1-9]\\d* of 4096 octets, [1-9]\\d* lines sent as references; "
            + "sections \\d+ -> \\d+ octets and \\d+ of instructions, saved -?\\d+";
    List<String> lines =
        ran.err().lines().filter(line -> line.startsWith("* QPACK table")).toList();
    assertEquals(6, lines.size(), ran.err());
    assertTrue(lines.get(4).matches(table.formatted("ours")), lines.get(4));
    assertTrue(lines.get(5).matches(table.formatted("server's")), lines.get(5));
    Ran http2 = Ran.h3(site.args("get", "-v", "--http2", site.url("/text.txt")));
    assertFalse(http2.err().contains("QPACK"), http2.err());
  }

  @Test
  void oneClientServesAllUrls() {
    Ran ran =
        Ran.h3(
            site.args(
                "get",
                site.url("/one"),
                site.url("/text.txt"),
                "-o",
                shared.resolve("a").toString(),
                "-o",
                shared.resolve("b").toString(),
                "-w",
                "%{num_connects} "));
    assertEquals("1 0 ", ran.out(), ran.toString());
  }

  @Test
  void writeOutKnowsCurlsVariables() {
    Ran ran =
        Ran.h3(
            site.args(
                "get",
                "--http3-only",
                site.url("/text.txt"),
                "-o",
                shared.resolve("w").toString(),
                "-w",
                "%{scheme} %{method} %{remote_ip} %{remote_port} %{size_download} %{content_type} "
                    + "%{num_headers} %{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total} "
                    + "%{ssl_verify_result} %{exitcode} %{errormsg}%header{content-length}\\n"));
    String[] words = ran.out().strip().split(" ", -1);
    assertEquals("https", words[0], ran.toString());
    assertEquals("GET", words[1]);
    assertTrue(words[2].equals("127.0.0.1") || words[2].equals("::1"), words[2]);
    assertEquals(String.valueOf(site.port()), words[3]);
    assertEquals("26", words[4]);
    assertTrue(words[5].startsWith("text/plain"), ran.out());
    double connect = Double.parseDouble(words[words.length - 7]);
    double appconnect = Double.parseDouble(words[words.length - 6]);
    double start = Double.parseDouble(words[words.length - 5]);
    double total = Double.parseDouble(words[words.length - 4]);
    assertTrue(
        connect > 0 && connect <= appconnect && appconnect <= start && start <= total, ran.out());
    assertEquals("26", words[words.length - 1]);
  }

  @Test
  void verboseTellsTheRaceTheCertificateAndTheFields() {
    Ran ran = Ran.h3(site.args("get", "-v", "--http3-only", site.url("/text.txt")));
    assertEquals("abcdefghijklmnopqrstuvwxyz", ran.out());
    String err = ran.err();
    assertTrue(err.matches("(?s).*\\n?\\* QUIC .*: started at .* won at .*"), err);
    assertTrue(err.contains("* using HTTP/3 to "), err);
    assertTrue(err.contains("*   issuer: "), err);
    assertTrue(err.contains("> GET /text.txt HTTP/3\n"), err);
    assertTrue(err.contains("< HTTP/3 200\n"), err);
    assertTrue(err.lines().allMatch(l -> l.matches("[*<>].*")), err);
  }

  @ParameterizedTest
  @CsvSource({"--http3-only, HTTP/3", "--http2, HTTP/2", "--http1.1, HTTP/1.1"})
  void includedHeadHasTheStatusLineAndNoPseudoHeaders(String option, String version) {
    Ran ran = Ran.h3(site.args("get", "-i", option, site.url("/text.txt")));
    assertTrue(ran.out().startsWith(version + " 200 \r\n"), ran.out());
    assertFalse(ran.out().contains("\r\n:"), ran.out());
    assertTrue(ran.out().endsWith("\r\n\r\nabcdefghijklmnopqrstuvwxyz"), ran.out());
  }

  @Test
  void headPrintsTheHeaderSectionAndNoBody() {
    Ran ran = Ran.h3(site.args("get", "-I", site.url("/text.txt")));
    assertEquals(0, ran.exit(), ran.toString());
    assertTrue(ran.out().startsWith("HTTP/3 200 \r\n"), ran.out());
    assertTrue(ran.out().toLowerCase(Locale.ROOT).contains("content-length: 26\r\n"), ran.out());
    assertTrue(ran.out().endsWith("\r\n\r\n"), ran.out());
  }

  @Test
  void rangeIsAPartOfTheFile() {
    Ran ran = Ran.h3(site.args("get", "-r", "1-3", site.url("/text.txt"), "-w", "|%{http_code}"));
    assertEquals("bcd|206", ran.out(), ran.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http2"})
  void resolveLeadsAnyNameToTheServer(String option) {
    Ran ran =
        Ran.h3(
            site.args(
                "get",
                option,
                "--resolve",
                "site.test:" + site.port() + ":127.0.0.1",
                "https://site.test:" + site.port() + "/one",
                "-w",
                "|%{remote_ip}"));
    assertEquals(0, ran.exit(), ran.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http3", "--http2"})
  void untrustedCertificateIsSixty(String option) {
    Ran ran = Ran.h3("get", option, site.url("/one"));
    assertEquals(60, ran.exit(), ran.toString());
    assertTrue(ran.err().contains("--cacert"), ran.err());
    assertTwoLines(ran);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http2"})
  void certificateOfAnotherNameIsSixty(String option) {
    Ran ran =
        Ran.h3(
            site.args(
                "get",
                option,
                "--resolve",
                "other.test:" + site.port() + ":127.0.0.1",
                "https://other.test:" + site.port() + "/one"));
    assertEquals(60, ran.exit(), ran.toString());
    assertTwoLines(ran);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http2"})
  void insecureTrustsAnyone(String option) {
    Ran ran = Ran.h3("get", "-k", option, site.url("/text.txt"));
    assertEquals("abcdefghijklmnopqrstuvwxyz", ran.out(), ran.toString());
  }

  @Test
  void badAuthorityFileIsSeventySeven() throws Exception {
    assertEquals(77, Ran.h3("get", "--cacert", "/nonexistent", site.url("/one")).exit());
    Path noPem = Files.writeString(shared.resolve("no.pem"), "not a certificate");
    Ran ran = Ran.h3("get", "--cacert", noPem.toString(), site.url("/one"));
    assertEquals(77, ran.exit(), ran.toString());
    assertTwoLines(ran);
  }

  @ParameterizedTest
  @CsvSource({"--http3, 7", "--http3-only, 7", "--http2, 7"})
  void closedPortIsSeven(String option, int exit) throws Exception {
    Ran ran = Ran.h3("get", option, "https://127.0.0.1:" + ClosedPorts.tcpAndUdp() + "/");
    assertEquals(exit, ran.exit(), ran.toString());
    assertTwoLines(ran);
  }

  @Test
  void unknownHostIsSix() {
    Ran ran = Ran.h3("get", "https://no-such-host.invalid/");
    assertEquals(6, ran.exit(), ran.toString());
    assertTwoLines(ran);
  }

  @Test
  void udpThatNeverAnswersIsTwentyEightAfterTheConnectTimeout() throws Exception {
    try (DatagramSocket silent =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      Ran ran =
          Ran.h3(
              "get",
              "--http3-only",
              "--connect-timeout",
              "1",
              "https://127.0.0.1:" + silent.getLocalPort() + "/");
      assertEquals(28, ran.exit(), ran.toString());
      assertTrue(ran.err().contains("QUIC"), ran.err());
      assertTwoLines(ran);
    }
  }

  @Test
  void tcpOnlyServerIsReachedByFallingBack(@TempDir Path folder) throws Exception {
    try (TestSite tcp = TestSite.start(folder, EnumSet.complementOf(EnumSet.of(HttpProtocol.H3)))) {
      Ran ran = Ran.h3(tcp.args("get", "-v", tcp.url("/text.txt"), "-w", "|%{http_version}"));
      assertEquals("abcdefghijklmnopqrstuvwxyz|2", ran.out(), ran.toString());
      assertTrue(ran.err().contains("* QUIC "), ran.err());
      assertTrue(ran.err().contains("* TCP "), ran.err());
      Ran only = Ran.h3(tcp.args("get", "--http3-only", tcp.url("/text.txt")));
      assertEquals(7, only.exit(), only.toString());
      assertTwoLines(only);
    }
  }

  @Test
  void udpOnlyServerIsReachedOverQuicAlone(@TempDir Path folder) throws Exception {
    try (TestSite udp = TestSite.start(folder, EnumSet.of(HttpProtocol.H3))) {
      Ran ran = Ran.h3(udp.args("get", udp.url("/text.txt"), "-w", "|%{http_version}"));
      assertEquals("abcdefghijklmnopqrstuvwxyz|3", ran.out(), ran.toString());
      Ran tcp = Ran.h3(udp.args("get", "--http2", udp.url("/text.txt")));
      assertEquals(7, tcp.exit(), tcp.toString());
    }
  }

  @Test
  void tlsToAPlainServerIsThirtyFive() throws Exception {
    try (PlainServer plain = PlainServer.answering("HTTP/1.1 400 Bad Request\r\n\r\n")) {
      Ran ran = Ran.h3("get", "--http2", "https://127.0.0.1:" + plain.port() + "/");
      assertEquals(35, ran.exit(), ran.toString());
      assertTwoLines(ran);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http2", "--http1.1"})
  void serverThatGivesUpInTheBodyLeavesNoFile(String option, @TempDir Path folder)
      throws Exception {
    try (TestSite broken = TestSite.start(folder, new GivesUpInTheBody())) {
      Path file = folder.resolve("f");
      Ran ran = Ran.h3(broken.args("get", option, broken.url("/"), "-o", file.toString()));
      assertTrue(List.of(18, 56, 92, 95).contains(ran.exit()), ran.toString());
      assertFalse(Files.exists(file));
      assertTwoLines(ran);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http2"})
  void serverThatStallsInTheBodyEndsAtMaxTime(String option, @TempDir Path folder)
      throws Exception {
    try (TestSite stalled = TestSite.start(folder, new StallsInTheBody())) {
      Path file = folder.resolve("f");
      Ran ran =
          Ran.h3(stalled.args("get", option, "-m", "1", stalled.url("/"), "-o", file.toString()));
      assertEquals(28, ran.exit(), ran.toString());
      assertTrue(ran.err().contains("1000 of 5000 octets"), ran.err());
      assertFalse(Files.exists(file));
    }
  }

  private static void assertTwoLines(Ran ran) {
    long lines = ran.err().lines().count();
    assertTrue(lines == 1 || lines == 2, ran.err());
    assertFalse(ran.err().contains("\tat "), ran.err());
  }

  /** Announces 5000 octets, sends 1000 and fails. */
  private static final class GivesUpInTheBody extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 5000);
      response.write(
          false,
          ByteBuffer.allocate(1000),
          Callback.from(
              () -> callback.failed(new IllegalStateException("gives up")), callback::failed));
      return true;
    }
  }

  /** Announces 5000 octets, sends 1000 and goes on waiting. */
  private static final class StallsInTheBody extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 5000);
      response.write(false, ByteBuffer.allocate(1000), Callback.from(() -> {}, callback::failed));
      return true;
    }
  }
}
