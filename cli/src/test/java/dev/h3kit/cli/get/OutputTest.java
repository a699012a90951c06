package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void fileAppearsOnlyWhenItIsWhole() throws Exception {
    Path target = folder.resolve("file");
    FileOutput output = FileOutput.open(null, target.toString(), false);
    output.write(octets("half"));
    assertFalse(Files.exists(target));
    output.complete();
    assertEquals("half", Files.readString(target));
    assertEquals(List.of(target), files());
  }

  @Test
  void abandonedFileLeavesTheOldOneAndNothingElse() throws Exception {
    Path target = Files.writeString(folder.resolve("file"), "old");
    FileOutput output = FileOutput.open(null, target.toString(), false);
    output.write(octets("half of the new"));
    output.abandon();
    assertEquals("old", Files.readString(target));
    assertEquals(List.of(target), files());
  }

  @Test
  void linkStaysALinkAndPermissionsStay() throws Exception {
    Path target = Files.writeString(folder.resolve("file"), "old");
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);
    FileOutput output = FileOutput.open(null, link.toString(), false);
    output.write(octets("new"));
    output.complete();
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(target));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
  }

  @Test
  void deviceIsWrittenDirectly() throws Exception {
    Path device = Path.of("/dev/null");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(device), "no /dev/null here");
    FileOutput output = FileOutput.open(null, device.toString(), false);
    output.write(octets("gone"));
    output.complete();
    assertFalse(Files.isRegularFile(device));
  }

  @Test
  void missingFolderIsAWriteErrorUnlessItIsToBeMade() throws Exception {
    String name = folder.resolve("a/b/file").toString();
    CommandFailure failure =
        assertThrows(CommandFailure.class, () -> FileOutput.open(null, name, false));
    assertEquals(ExitCode.WRITE_ERROR, failure.exitCode());
    assertTrue(failure.report().contains("--create-dirs"), failure.report());
    FileOutput output = FileOutput.open(folder.resolve("a").toString(), "b/file", true);
    output.complete();
    assertEquals(0, Files.size(Path.of(name)));
  }

  @Test
  void folderAsFileIsAWriteError() {
    CommandFailure failure =
        assertThrows(CommandFailure.class, () -> FileOutput.open(null, folder.toString(), false));
    assertEquals(ExitCode.WRITE_ERROR, failure.exitCode());
    assertTrue(failure.report().endsWith("it is a folder"), failure.report());
  }

  @Test
  void longNamesAreNotTooLongUnderTheirTemporaryName() throws Exception {
    Path target = folder.resolve("x".repeat(255));
    FileOutput output = FileOutput.open(null, target.toString(), false);
    output.complete();
    assertTrue(Files.exists(target));
  }

  @Test
  void binaryIsRefusedOnATerminalOnly() throws Exception {
    ByteBuffer binary = ByteBuffer.wrap(new byte[] {1, 0, 2});
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    CommandFailure failure =
        assertThrows(
            CommandFailure.class,
            () -> new StandardOutput(terminal(shown, true), false).write(binary.duplicate()));
    assertEquals(ExitCode.WRITE_ERROR, failure.exitCode());
    assertEquals(0, shown.size());

    new StandardOutput(terminal(shown, true), true).write(binary.duplicate());
    new StandardOutput(terminal(shown, false), false).write(binary.duplicate());
    assertArrayEquals(new byte[] {1, 0, 2, 1, 0, 2}, shown.toByteArray());
  }

  @Test
  void closedStandardOutputIsAWriteError() {
    PrintStream broken =
        new PrintStream(
            new java.io.OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            });
    Terminal terminal =
        new Terminal(InputStream.nullInputStream(), broken, broken, false, false, Map.of());
    CommandFailure failure =
        assertThrows(
            CommandFailure.class, () -> new StandardOutput(terminal, false).write(octets("x")));
    assertEquals(ExitCode.WRITE_ERROR, failure.exitCode());
  }

  @Test
  void gzipIsUndoneInPiecesOfAnySize() throws Exception {
    byte[] plain =
        "some text that repeats, repeats, repeats. ".repeat(5000).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.writeBytes(gzip(plain));
    twice.writeBytes(gzip(new byte[] {42})); // RFC 1952 §2.2: members follow each other
    for (int piece : new int[] {1, 7, 100_000}) {
      Collected collected = new Collected();
      GzipDecoder decoder = new GzipDecoder(collected);
      byte[] coded = twice.toByteArray();
      for (int at = 0; at < coded.length; at += piece) {
        decoder.write(ByteBuffer.wrap(coded, at, Math.min(piece, coded.length - at)));
      }
      decoder.complete();
      byte[] result = collected.all.toByteArray();
      assertEquals(plain.length + 1, result.length);
      assertEquals(42, result[plain.length]);
      assertTrue(collected.whole);
    }
  }

  @Test
  void gzipHeaderWithEveryOptionalPartIsSkipped() throws Exception {
    byte[] plain = gzip(octets("text").array());
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    coded.write(plain, 0, 3);
    coded.write(2 | 4 | 8 | 16); // FHCRC, FEXTRA, FNAME, FCOMMENT
    coded.write(plain, 4, 6);
    coded.writeBytes(new byte[] {3, 0, 9, 9, 9}); // three octets of extra
    coded.writeBytes(octets("name\0comment\0").array());
    coded.writeBytes(new byte[] {5, 5}); // the header's checksum
    coded.write(plain, 10, plain.length - 10);
    Collected collected = new Collected();
    GzipDecoder decoder = new GzipDecoder(collected);
    decoder.write(ByteBuffer.wrap(coded.toByteArray()));
    decoder.complete();
    assertEquals("text", collected.all.toString(StandardCharsets.UTF_8));
  }

  @Test
  void truncatedGzipIsNotWhole() throws Exception {
    byte[] coded = gzip(new byte[1000]);
    Collected collected = new Collected();
    GzipDecoder decoder = new GzipDecoder(collected);
    decoder.write(ByteBuffer.wrap(coded, 0, coded.length - 3));
    CommandFailure failure = assertThrows(CommandFailure.class, decoder::complete);
    assertEquals(ExitCode.BAD_CONTENT_ENCODING, failure.exitCode());
    assertFalse(collected.whole);
  }

  @Test
  void gzipWithAWrongChecksumIsRefused() throws Exception {
    byte[] coded = gzip(new byte[1000]);
    coded[coded.length - 8] ^= 1;
    GzipDecoder decoder = new GzipDecoder(new Collected());
    CommandFailure failure =
        assertThrows(CommandFailure.class, () -> decoder.write(ByteBuffer.wrap(coded)));
    assertEquals(ExitCode.BAD_CONTENT_ENCODING, failure.exitCode());
  }

  @Test
  void whatIsNotGzipIsRefused() {
    GzipDecoder decoder = new GzipDecoder(new Collected());
    assertThrows(CommandFailure.class, () -> decoder.write(octets("<html>")));
  }

  @Test
  void decompressionBombIsRefusedAtItsLimit() throws Exception {
    byte[] inner = gzip(new byte[64 << 20]);
    Collected counted = new Collected();
    GzipDecoder decoder = new GzipDecoder(counted);
    decoder.write(ByteBuffer.wrap(inner)); // 64 MB of zeros are still free
    CommandFailure failure =
        assertThrows(CommandFailure.class, () -> decoder.write(ByteBuffer.wrap(inner)));
    assertTrue(failure.report().contains("250 times"), failure.report());
    assertTrue(counted.octets <= GzipDecoder.FREE + (1 << 20), "unfolded " + counted.octets);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static ByteBuffer octets(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
      gzip.write(plain);
    }
    return coded.toByteArray();
  }

  private static Terminal terminal(ByteArrayOutputStream out, boolean outTerminal) {
    PrintStream stream = new PrintStream(out, false, StandardCharsets.UTF_8);
    return new Terminal(
        InputStream.nullInputStream(), stream, stream, outTerminal, false, Map.of());
  }

  /** Keeps what is written, up to a megabyte, and counts all of it. */
  private static final class Collected implements BodyOutput {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private long octets;
    private boolean whole;

    @Override
    public void write(ByteBuffer buffer) {
      byte[] chunk = new byte[buffer.remaining()];
      buffer.get(chunk);
      octets += chunk.length;
      if (all.size() < 1 << 20) {
        all.writeBytes(chunk);
      }
    }

    @Override
    public void complete() {
      whole = true;
    }

    @Override
    public void abandon() {
      whole = false;
    }

    @Override
    public @Nullable String name() {
      return null;
    }
  }
}
