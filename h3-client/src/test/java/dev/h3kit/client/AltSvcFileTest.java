package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.TestServer.Speaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file that keeps alternatives, in curl's format. */
@Timeout(60)
class AltSvcFileTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Origin ORIGIN = new Origin("https", "example.com", 443);

  private static final Duration PATIENCE = Duration.ofMillis(100);

  @TempDir Path folder;
  private Path file = Path.of("");

  private final List<IOException> troubles = new CopyOnWriteArrayList<>();

  @BeforeEach
  void name() {
    file = folder.resolve("alt-svc");
  }

  private AltSvcCache cache(Instant now) {
    return new AltSvcCache(() -> now, new AltSvcFile(file, PATIENCE), troubles::add);
  }

  private static Origin origin(String host) {
    return new Origin("https", host, 443);
  }

  @Test
  void aLineIsReadAndWrittenAsCurlDoes() {
    String text = "h2 quic.tech 8443 h3 [2001:db8::1] 443 \"20300808 06:18:37\" 1 0";
    AltSvcLine line = AltSvcLine.parse(text);
    assertEquals(
        new AltSvcLine(
            "h2",
            new Origin("https", "quic.tech", 8443),
            "h3",
            new Alternative("2001:db8::1", 443),
            Instant.parse("2030-08-08T06:18:37Z"),
            true,
            0),
        line);
    assertEquals(text, line == null ? "" : line.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# a comment",
        "h2 example.com 443 h3 example.com 443",
        "h2 example.com 443 h3 example.com 443 20300808 06:18:37 1 0",
        "h2 example.com 443 h3 example.com 443 \"20301308 06:18:37\" 1 0",
        "h2 example.com 443 h3 example.com 443 \"20300230 06:18:37\" 1 0",
        "h2 example.com 0 h3 example.com 443 \"20300808 06:18:37\" 1 0",
        "h2 example.com 443 h3 example.com 70000 \"20300808 06:18:37\" 1 0",
        "h2 exa\u0000mple.com 443 h3 example.com 443 \"20300808 06:18:37\" 1 0",
        "h2 example.com 443 h3 example.com 443 \"20300808 06:18:37\" 2 0",
        "h2 example.com 443 h3 example.com 443 \"20300808 06:18:37\" 1 x",
        "h2 example.com 443 h3 example.com 443 \"20300808 06:18:37\" 1 0 more"
      })
  void whatIsNotALineIsSkipped(String text) throws Exception {
    assertNull(AltSvcLine.parse(text));
    Files.writeString(
        file, text + "\nh2 example.com 443 h3 alt.example 444 \"20260101 00:01:00\" 0 0\r\n");
    assertEquals(new Alternative("alt.example", 444), cache(NOW).http3(ORIGIN));
  }

  @Test
  void whatOneClientHeardTheNextOneKnows() throws Exception {
    cache(NOW).heard(ORIGIN, "h3=\":8443\"; ma=60; persist=1, h3=\"alt.example:8444\"");
    assertEquals(
        List.of(
            "h2 example.com 443 h3 example.com 8443 \"20260101 00:01:00\" 1 0",
            "h2 example.com 443 h3 alt.example 8444 \"20260102 00:00:00\" 0 0"),
        Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")).toList());
    assertEquals(new Alternative("example.com", 8443), cache(NOW.plusSeconds(59)).http3(ORIGIN));
    assertEquals(new Alternative("alt.example", 8444), cache(NOW.plusSeconds(60)).http3(ORIGIN));
    assertNull(cache(NOW.plus(Duration.ofDays(1))).http3(ORIGIN));
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
    assertEquals(List.of(), troubles);
  }

  @Test
  void clearForgetsInTheFileToo() throws Exception {
    cache(NOW).heard(ORIGIN, "h3=\":1\"");
    cache(NOW).heard(origin("other.example"), "h3=\":2\"");
    cache(NOW).heard(ORIGIN, "clear");
    assertNull(cache(NOW).http3(ORIGIN));
    assertEquals(new Alternative("other.example", 2), cache(NOW).http3(origin("other.example")));
  }

  @Test
  void anAlternativeThatRefusedIsForgotten() {
    cache(NOW).heard(ORIGIN, "h3=\":1\", h3=\":2\"");
    cache(NOW).refused(ORIGIN, new Alternative("example.com", 1));
    assertEquals(new Alternative("example.com", 2), cache(NOW).http3(ORIGIN));
  }

  @Test
  void whatTheFileSaysHoldsForAWeekAtMost() throws Exception {
    Files.writeString(file, "h2 example.com 443 h3 example.com 1 \"20990101 00:00:00\" 1 0\n");
    Instant[] now = {NOW};
    AltSvcCache cache =
        new AltSvcCache(() -> now[0], new AltSvcFile(file, PATIENCE), troubles::add);
    assertEquals(new Alternative("example.com", 1), cache.http3(ORIGIN));
    now[0] = NOW.plus(Duration.ofDays(7));
    assertNull(cache.http3(ORIGIN));
  }

  @Test
  void linesOfOtherProtocolsStayInTheFile() throws Exception {
    String other = "h1 other.example 443 h2 other.example 444 \"20260101 00:01:00\" 0 7";
    Files.writeString(
        file, other + "\nh1 old.example 443 h2 old.example 444 \"20250101 00:01:00\" 0 0\n");
    cache(NOW).heard(ORIGIN, "h3=\":1\"");
    String text = Files.readString(file);
    assertTrue(text.contains(other), text);
    assertFalse(text.contains("old.example"), text);
  }

  @Test
  void theFileIsWrittenWhenThereIsNewsOnly() throws Exception {
    Instant[] now = {NOW};
    AltSvcCache cache =
        new AltSvcCache(() -> now[0], new AltSvcFile(file, PATIENCE), troubles::add);
    cache.heard(ORIGIN, "h3=\":1\"; ma=100");
    Files.delete(file);
    now[0] = NOW.plusSeconds(49);
    cache.heard(ORIGIN, "h3=\":1\"; ma=100");
    assertFalse(Files.exists(file));
    now[0] = NOW.plusSeconds(51);
    cache.heard(ORIGIN, "h3=\":1\"; ma=100");
    assertTrue(Files.readString(file).contains("\"20260101 00:02:31\""));
  }

  @Test
  void theFileIsBounded() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i <= AltSvcFile.ORIGINS; i++) {
      lines.add("h2 host" + i + " 443 h3 host" + i + " 443 \"20260101 00:01:00\" 0 0");
    }
    Files.write(file, lines);
    assertNull(cache(NOW).http3(origin("host0")));
    assertEquals(new Alternative("host1", 443), cache(NOW).http3(origin("host1")));
    cache(NOW).heard(ORIGIN, "h3=\":1\"");
    assertEquals(
        AltSvcFile.ORIGINS,
        Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")).count());
    Files.writeString(file, "x".repeat(AltSvcFile.LONGEST) + "\n" + lines.getFirst());
    assertNull(cache(NOW).http3(origin("host0")));
  }

  @Test
  void aFileThatCannotBeReadOrWrittenIsToldAndDoesNoHarm() throws Exception {
    Files.createDirectory(file);
    AltSvcCache cache = cache(NOW);
    cache.heard(ORIGIN, "h3=\":1\"");
    assertEquals(new Alternative("example.com", 1), cache.http3(ORIGIN));
    assertEquals(2, troubles.size());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(
          List.of("alt-svc", "alt-svc.lock"),
          left.map(path -> path.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aSymbolicLinkIsReplacedAndItsTargetStays() throws Exception {
    Path target = folder.resolve("precious");
    Files.writeString(target, "precious\n");
    Files.createSymbolicLink(file, target);
    cache(NOW).heard(ORIGIN, "h3=\":1\"");
    assertEquals("precious\n", Files.readString(target));
    assertFalse(Files.isSymbolicLink(file));
    assertEquals(new Alternative("example.com", 1), cache(NOW).http3(ORIGIN));
  }

  @Test
  void aLockFileThatIsALinkIsNotFollowed() throws Exception {
    Path target = folder.resolve("precious");
    Files.createSymbolicLink(folder.resolve("alt-svc.lock"), target);
    cache(NOW).heard(ORIGIN, "h3=\":1\"");
    assertFalse(Files.exists(target));
    assertEquals(1, troubles.size());
  }

  /** Writes entries into a file; for a process of its own. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) {
      Instant now = Instant.now();
      AltSvcCache cache =
          new AltSvcCache(
              () -> now,
              new AltSvcFile(Path.of(args[0]), Duration.ofSeconds(40)),
              failure -> {
                throw new UncheckedIOException(failure);
              });
      for (int i = 0; i < 50; i++) {
        cache.heard(origin(args[1] + i + ".example"), "h3=\":1\"");
      }
    }
  }

  @Test
  void processesThatWriteAtOnceLoseNothing() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  file.toString(),
                  name)
              .inheritIO()
              .start());
    }
    for (Process process : processes) {
      assertTrue(process.waitFor(50, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue());
    }
    AltSvcCache cache = cache(Instant.now());
    for (int i = 0; i < 50; i++) {
      for (String name : List.of("a", "b", "c")) {
        String host = name + i + ".example";
        assertEquals(new Alternative(host, 1), cache.http3(origin(host)));
      }
    }
  }

  @Test
  void aLockThatIsHeldForLongIsNotWaitedFor() throws Exception {
    Path lock = folder.resolve("alt-svc.lock");
    try (FileChannel channel =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = channel.lock()) {
      assertTrue(held.isValid());
      AltSvcCache cache = cache(NOW);
      cache.heard(ORIGIN, "h3=\":1\"");
      assertEquals(new Alternative("example.com", 1), cache.http3(ORIGIN));
      assertEquals(1, troubles.size());
      assertFalse(Files.exists(file));
      held.release();
      // What could not be written is news still.
      cache.heard(ORIGIN, "h3=\":1\"");
      assertTrue(Files.exists(file));
    }
  }

  @Test
  void aFolderIsNoFile() {
    assertThrows(
        IllegalArgumentException.class, () -> H3Client.newBuilder().altSvcFile(Path.of("/")));
  }

  @Test
  void aSecondClientGoesOverHttp3AtOnce() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH)) {
      server.site.altSvc = "h3=\":" + server.port() + "\"; ma=60";
      for (String protocol : List.of("HTTP/2.0", "HTTP/3")) {
        try (H3Client client =
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .racing(Duration.ofSeconds(20), Duration.ofSeconds(20))
                .protocolMode(ProtocolMode.ALT_SVC)
                .altSvcFile(file)
                .build()) {
          assertEquals(
              protocol, client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
        }
      }
    }
  }

  @Test
  void whatAnInsecureClientHearsIsNotWritten() throws Exception {
    try (TestServer server = TestServer.start(Speaks.TCP);
        H3Client client =
            H3Client.newBuilder()
                .insecure()
                .protocolMode(ProtocolMode.TCP_ONLY)
                .altSvcFile(file)
                .build()) {
      server.site.altSvc = "h3=\":1\"";
      client.send(get(server.uri("/hello")), BodyHandlers.discarding());
      assertFalse(Files.exists(file));
    }
  }
}
