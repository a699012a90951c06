package dev.h3kit.cli.qpack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code h3 qpack}: there and back again, and what it says of mistakes. */
class QpackCommandTest {
  private static final String QIF = ":method\tGET\nuser-agent\ta program/1.0\n\n";

  @TempDir private Path folder = Path.of("");

  @Test
  void decodeUndoesEncode() throws Exception {
    Path qif = Files.writeString(folder.resolve("in.qif"), QIF.repeat(3));
    Path encoded = folder.resolve("in.out");
    Ran encode =
        Ran.h3("qpack", "encode", "-t", "256", "-b", "0", qif.toString(), "-o", encoded.toString());
    assertEquals(0, encode.exit(), encode.toString());
    Ran decode = Ran.h3("qpack", "decode", "-t", "256", "-b", "0", encoded.toString());
    assertEquals(QIF.repeat(3), decode.out(), decode.toString());
    Ran piped = Ran.h3("qpack", "encode", "-t", "256", "-b", "0", qif.toString());
    assertArrayEquals(Files.readAllBytes(encoded), piped.octets());
  }

  @Test
  void dumpExplainsOctets() {
    Ran dump = Ran.h3("qpack", "dump", "-t", "220", "E:3fbd01c00161", "S:020080", "D:84");
    assertEquals(0, dump.exit(), dump.toString());
    assertTrue(dump.out().contains("[0] :authority: a"), dump.toString());
    assertTrue(dump.out().contains("Required Insert Count 1"), dump.toString());
    assertTrue(dump.out().contains("Section Acknowledgment, stream 4"), dump.toString());
  }

  @Test
  void dumpExplainsAFile() throws Exception {
    Path qif = Files.writeString(folder.resolve("in.qif"), QIF);
    Path encoded = folder.resolve("in.out");
    Ran.h3("qpack", "encode", qif.toString(), "-o", encoded.toString());
    Ran dump = Ran.h3("qpack", "dump", encoded.toString());
    assertTrue(dump.out().contains("user-agent: a program/1.0"), dump.toString());
  }

  @Test
  void mistakesAreToldAndFail() throws Exception {
    Path broken = Files.write(folder.resolve("broken"), new byte[] {1, 2, 3});
    Ran decode = Ran.h3("qpack", "decode", broken.toString());
    assertEquals(26, decode.exit(), decode.toString());
    assertTrue(decode.err().contains("ends inside the record"), decode.toString());
    assertEquals(26, Ran.h3("qpack", "encode", folder.resolve("none").toString()).exit());
    assertEquals(2, Ran.h3("qpack", "dump", "E:xyz").exit());
    assertEquals(2, Ran.h3("qpack", "encode", "-t", "-1", broken.toString()).exit());
    assertEquals(2, Ran.h3("qpack").exit());
  }
}
