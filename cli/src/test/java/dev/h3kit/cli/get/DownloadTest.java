package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files: how they are named, gone on with, kept and coded. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DownloadTest {
  /** 200 MB of zeros in br. */
  private static final byte[] BOMB =
      Base64.getDecoder()
          .decode(
              "y///PwAkAOKxQHLv//j//weABEAcFoDu/R////8AkACIwwLQvf/j//8fABIAcVgAuvd//P//A0ACIA4LQPf+j///"
                  + "fwBIAMRhAeje//H//w8ACYA4LADd+z/+//8BIAEQhwWge//H//8/ACQA4rAAdO//+P//B4AEQBwWgO79H////wCQ"
                  + "AIjDAtC9/+P//x8AEgBxWAC693/8//8DQAIgDgtA9/6P//9/AEgAxGEB6N7/8f//DwAJgDgsAN37P/7//wEgARCH"
                  + "BaB7/8f//z8AJADisAB07//4//8HgARAHBaA7v0f////AJAAiMMC0L3/4///HwASAHFYALr3f/z//wNAAiAOC0D3"
                  + "/o///38ASADEYQHo3v/x//8PAAmAOCwA3fs//v//ASABEIcFoHv/l///fwAkAOKwAHTv/wA=");

  private final TestSite site;

  DownloadTest(@TempDir Path shared) throws Exception {
    this.site = TestSite.start(shared);
  }

  @AfterAll
  void stop() {
    site.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http2"})
  void continueGoesOnWhereTheFileEnds(String version, @TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "abcdef");
    Ran ran = get(version, "-C", "-", "-o", file, site.url("/text.txt"), "-w", "%{http_code}");
    assertEquals("206", ran.out(), ran.toString());
    assertEquals("abcdefghijklmnopqrstuvwxyz", Files.readString(file));
    Ran again = get(version, "-C", "-", "-o", file, site.url("/text.txt"), "-w", "%{http_code}");
    assertEquals("0 416", again.exit() + " " + again.out(), again.toString());
    assertEquals("abcdefghijklmnopqrstuvwxyz", Files.readString(file));
  }

  @Test
  void continueWithoutAFileFetchesAll(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("f");
    assertEquals(0, get("-C", "-", "-o", file, site.url("/large.bin")).exit());
    assertArrayEquals(site.file("/large.bin"), Files.readAllBytes(file));
  }

  @Test
  void continueAtAnOffsetWritesTheRestToStandardOutput() {
    Ran ran = get("-C", "23", site.url("/text.txt"));
    assertEquals("xyz", ran.out(), ran.toString());
  }

  @Test
  void continueOnAServerWithoutRangesIsThirtyThreeAndKeepsTheFile(@TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "abc");
    try (PlainServer server = PlainServer.answering(ok("abcdef", ""))) {
      Ran ran = Ran.h3("get", "-C", "-", "-o", file.toString(), server.url("/"));
      assertEquals(33, ran.exit(), ran.toString());
      assertTrue(ran.err().contains("does not send parts"), ran.err());
      assertEquals("abc", Files.readString(file));
      assertTrue(server.requests().getFirst().fields().contains("range: bytes=3-\n"));
      Files.writeString(file, "abcdef");
      assertEquals(0, Ran.h3("get", "-C", "-", "-o", file.toString(), server.url("/")).exit());
    }
  }

  // RFC 9110 §13.1.5: "if the representation is unchanged, send me the part(s) that I am
  // requesting in Range; otherwise, send me the entire representation."
  @Test
  void changedFileIsFetchedFromItsBeginning(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("f");
    try (PlainServer broken =
        PlainServer.answering("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 9\r\n\r\nold")) {
      assertEquals(18, Ran.h3("get", "-C", "-", "-o", file.toString(), broken.url("/")).exit());
    }
    assertEquals("old", Files.readString(file));
    Assumptions.assumeTrue("\"v1\"".equals(VersionMark.read(file)), "no extended attributes here");
    try (PlainServer changed = PlainServer.answering(ok("brand new", "ETag: \"v2\"\r\n"))) {
      Ran ran = Ran.h3("get", "-C", "-", "-o", file.toString(), changed.url("/"));
      assertEquals(0, ran.exit(), ran.toString());
      assertTrue(ran.err().contains("has changed"), ran.err());
      String fields = changed.requests().getFirst().fields();
      assertTrue(fields.contains("if-range: \"v1\"\n"), fields);
    }
    assertEquals("brand new", Files.readString(file));
    assertNull(VersionMark.read(file), "a whole file carries no mark");
  }

  @Test
  void aPartOfAnotherVersionIsRefused(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "old");
    VersionMark.write(file, "\"v1\"");
    Assumptions.assumeTrue(VersionMark.read(file) != null, "no extended attributes here");
    String part =
        "HTTP/1.1 206 Partial Content\r\nETag: \"v2\"\r\nContent-Range: bytes 3-5/6\r\n"
            + "Content-Length: 3\r\n\r\nnew";
    try (PlainServer server = PlainServer.answering(part)) {
      assertEquals(33, Ran.h3("get", "-C", "-", "-o", file.toString(), server.url("/")).exit());
    }
    assertEquals("old", Files.readString(file));
  }

  @ParameterizedTest
  @CsvSource({
    "-C -, -r 0-3",
    "-C -, -J",
    "-C -, --no-clobber",
    "-C -, --remove-on-error",
    "-C -, --compressed",
    "-C x, -s",
    "-J, -i",
    "--create-file-mode 9, -s",
    "--limit-rate 1x, -s",
    "--max-filesize -1, -s",
    "--max-redirs -2, -s",
    "--retry -1, -s",
    "--retry-delay -1, -s",
    "-F nothing, -s",
    "-F a=b, -d c",
    "-I, -F a=b"
  })
  void whatMakesNoSenseIsTwoWithASentence(String one, String other) {
    String line = "get -S " + one + " " + other + " http://localhost:1/";
    Ran ran = Ran.h3(line.split(" "));
    assertEquals(2, ran.exit(), ran.toString());
    long lines = ran.err().lines().count();
    assertTrue(lines == 1 || lines == 2, ran.err());
  }

  @Test
  void theServerMayNameTheFileButNotItsFolder(@TempDir Path folder) throws Exception {
    try (PlainServer server =
        PlainServer.answering(
            ok("x", "Content-Disposition: attachment; filename=\"../../etc/evil\"\r\n"))) {
      String dir = folder.toString();
      Ran ran =
          Ran.h3(
              "get", "-OJ", "--output-dir", dir, server.url("/a"), "-w", "%{filename_effective}");
      assertEquals(folder.resolve("evil").toString(), ran.out(), ran.toString());
      assertEquals("x", Files.readString(folder.resolve("evil")));
      Ran again = Ran.h3("get", "-OJ", "--output-dir", dir, server.url("/a"));
      assertEquals(23, again.exit(), again.toString());
      assertTrue(again.err().contains("exists already"), again.err());
      assertEquals("x", Files.readString(folder.resolve("evil")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "attachment; filename=plain.txt | plain.txt",
        "attachment; filename=\"a b.txt\"; x=y | a b.txt",
        "attachment; filename=\"a\\\"b\" | a\"b",
        "attachment; filename=\"c:\\\\dir\\\\f\" | f",
        "attachment; filename=\".bashrc\" | _bashrc",
        "attachment; filename*=UTF-8''na%C3%AFve%2F..%2Fx | x",
        "attachment; filename=\"..\" | ",
        "attachment; filename=\"/\" | ",
        "inline | "
      })
  void fileNamesAreMadeHarmless(String field, String name) {
    assertEquals(Optional.ofNullable(name), ContentDisposition.fileName(field));
  }

  @Test
  void noClobberNumbersTheFile(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "old");
    for (String expected : List.of("f.1", "f.2")) {
      Ran ran =
          get("--no-clobber", "-o", file, site.url("/text.txt"), "-w", "%{filename_effective}");
      assertEquals(folder.resolve(expected).toString(), ran.out(), ran.toString());
    }
    assertEquals("old", Files.readString(file));
  }

  @Test
  void existingFilesAreSkipped(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "old");
    Ran ran = get("--skip-existing", "-o", file, site.url("/text.txt"), "-w", "%{http_code}");
    assertEquals("0 ", ran.exit() + " " + ran.out());
    assertEquals("old", Files.readString(file));
  }

  @Test
  void modeAndTimeOfTheFileAreAsAsked(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("f");
    try (PlainServer server =
        PlainServer.answering(ok("x", "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n"))) {
      String[] args = {
        "get", "-R", "--create-file-mode", "0640", "-o", file.toString(), server.url("/")
      };
      assertEquals(0, Ran.h3(args).exit());
    }
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(1_445_412_480L, Files.getLastModifiedTime(file).toInstant().getEpochSecond());
  }

  @Test
  void readOnlyTargetIsTwentyThree(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("f"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    Assumptions.assumeFalse(Files.isWritable(file), "the superuser writes everywhere");
    assertEquals(23, get("-o", file, site.url("/text.txt")).exit());
    assertEquals(23, get("-C", "-", "-o", file, site.url("/text.txt")).exit());
  }

  @Test
  void fullDiskIsTwentyThreeAlsoWhenGoingOn() {
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "no /dev/full");
    Ran ran = get("-C", "-", "-o", "/dev/full", site.url("/text.txt"));
    assertEquals(23, ran.exit(), ran.toString());
  }

  @Test
  void tooLargeIsKnownFromItsLength(@TempDir Path folder) {
    Path file = folder.resolve("f");
    Ran ran = get("--max-filesize", "100k", "-o", file, site.url("/large.bin"));
    assertEquals(63, ran.exit(), ran.toString());
    assertFalse(Files.exists(file));
    assertEquals(0, get("--max-filesize", "1M", "-o", file, site.url("/large.bin")).exit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http3-only", "--http2"})
  void limitedRateHoldsABodyBackAndLosesNothing(String version, @TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("f");
    Ran slow = get(version, "-m", "1", "--limit-rate", "1k", "-o", file, site.url("/large.bin"));
    assertEquals(28, slow.exit(), slow.toString());
    assertEquals(0, get(version, "--limit-rate", "10M", "-o", file, site.url("/large.bin")).exit());
    assertArrayEquals(site.file("/large.bin"), Files.readAllBytes(file));
  }

  @Test
  void brotliIsUndone() throws Exception {
    byte[] coded =
        Base64.getDecoder().decode("G2cQ+I2ULj86NYtL2ZwEaXtrQlSR5jLNQA6MlMQv30l6GP8AQAI=");
    String plain = "some text that repeats, repeats, repeats. ".repeat(100);
    try (PlainServer server = coded(coded)) {
      Ran ran = Ran.h3("get", "--compressed", server.url("/"), "-w", "|%{size_download}");
      assertEquals(plain + "|" + coded.length, ran.out(), ran.toString());
      assertArrayEquals(coded, Ran.h3("get", server.url("/")).octets());
    }
    byte[] cut = java.util.Arrays.copyOf(coded, coded.length - 5);
    try (PlainServer server = coded(cut)) {
      assertEquals(61, Ran.h3("get", "--compressed", server.url("/")).exit());
    }
    try (PlainServer server = coded("<html>".getBytes(StandardCharsets.UTF_8))) {
      assertEquals(61, Ran.h3("get", "--compressed", server.url("/")).exit());
    }
  }

  @Test
  void brotliBombIsRefusedAtItsLimit(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("f");
    try (PlainServer server = coded(BOMB)) {
      Ran ran = Ran.h3("get", "--compressed", "-o", file.toString(), server.url("/"));
      assertEquals(61, ran.exit(), ran.toString());
      assertTrue(ran.err().contains("250 times"), ran.err());
      try (var left = Files.list(folder)) {
        assertEquals(0, left.count());
      }
    }
  }

  private Ran get(Object... args) {
    List<String> all = new java.util.ArrayList<>(List.of("get"));
    for (Object arg : args) {
      all.add(arg.toString());
    }
    return Ran.h3(site.args(all.toArray(String[]::new)));
  }

  private static PlainServer coded(byte[] body) throws Exception {
    String head =
        "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: " + body.length + "\r\n\r\n";
    return PlainServer.start((request, out) -> {
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(body);
    });
  }

  private static String ok(String body, String fields) {
    return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }
}
