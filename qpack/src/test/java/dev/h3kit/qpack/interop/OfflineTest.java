package dev.h3kit.qpack.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.QpackException;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files for other implementations, and the explanation of their octets. */
class OfflineTest {
  private static final List<List<FieldLine>> LISTS =
      Qif.parse(
          "# two lists\n:method\tGET\nuser-agent\ta program\n\n:method\tGET\r\nuser-agent\ta program\n\n"
              .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

  @Test
  void textIsReadAndWritten() {
    assertEquals(2, LISTS.size());
    assertEquals(new FieldLine("user-agent", "a program"), LISTS.get(1).get(1));
    assertEquals(LISTS, Qif.parse(Qif.format(LISTS)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Qif.parse("no tab".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
  }

  @Test
  void whatIsEncodedIsDecodedAtEverySetting() throws Exception {
    for (int capacity : new int[] {0, 256, 4096}) {
      for (int blocked : new int[] {0, 100}) {
        for (int acknowledge : new int[] {0, 1, 8}) {
          byte[] file = new OfflineEncoder(capacity, blocked, acknowledge).encode(LISTS);
          assertEquals(LISTS, new OfflineDecoder(capacity, blocked).decode(file));
        }
      }
    }
  }

  @Test
  void aFileThatEndsInsideARecordIsRefused() {
    byte[] file = new OfflineEncoder(0, 0, 0).encode(LISTS);
    byte[] cut = Arrays.copyOf(file, file.length - 1);
    assertThrows(IllegalArgumentException.class, () -> new OfflineDecoder(0, 0).decode(cut));
  }

  @Test
  void aSectionThatNeverGoesOnIsToldOf() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    new EncodedRecord(1, hex("0381 10 11")).write(file);
    assertThrows(
        IllegalArgumentException.class,
        () -> new OfflineDecoder(220, 100).decode(file.toByteArray()));
  }

  @Test
  void anErrorOfTheFileIsToldOf() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    new EncodedRecord(1, hex("0000 ff24")).write(file);
    assertThrows(
        QpackException.class, () -> new OfflineDecoder(220, 100).decode(file.toByteArray()));
  }

  @Test
  void appendixBIsExplained() {
    Explainer explainer = new Explainer(220);
    String instructions =
        String.join(
            "\n",
            explainer.encoderStream(
                hex(
                    "3fbd01 c00f 7777 772e 6578 616d 706c 652e 636f 6d c10c 2f73 616d 706c 652f 7061 7468")));
    assertTrue(instructions.contains("Set Dynamic Table Capacity 220"), instructions);
    assertTrue(instructions.contains("[0] :authority: www.example.com"), instructions);
    assertTrue(instructions.contains("table: 106 of 220 octets"), instructions);
    String section = String.join("\n", explainer.section(hex("0381 10 11")));
    assertTrue(section.contains("Required Insert Count 2 (encoded 3), Base 0"), section);
    assertTrue(section.contains("Post-Base Index 1 -> :path: /sample/path"), section);
    assertTrue(
        String.join("\n", explainer.decoderStream(hex("84 48 01")))
            .contains("Section Acknowledgment, stream 4"));
    String more =
        String.join(
            "\n",
            explainer.encoderStream(
                hex("00 00 4a63 7573 746f 6d2d 6b65 790c 6375 7374 6f6d 2d76 616c 7565")));
    assertTrue(more.contains("evicts 1"), more);
  }

  @Test
  void mistakesAreExplained() {
    Explainer explainer = new Explainer(100);
    assertTrue(String.join("\n", explainer.encoderStream(hex("3fbd01"))).contains("ERROR"));
    assertTrue(String.join("\n", explainer.section(hex("0000 80"))).contains("ERROR"));
    assertTrue(String.join("\n", explainer.section(hex("0000 ff24"))).contains("beyond 98"));
    assertTrue(String.join("\n", explainer.section(hex("0000 510b 2f69"))).contains("cut short"));
    assertTrue(String.join("\n", explainer.section(hex("0000 5181 18"))).contains("Huffman"));
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }
}
