package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the encoder writes with the static table alone, the decoder reads. */
class StaticRoundTripTest {

  @Test
  void everyStaticEntryIsOneIndex() throws Exception {
    for (int index = 0; index < StaticTable.SIZE; index++) {
      List<FieldLine> lines = List.of(StaticTable.line(index));
      assertEquals(index < 63 ? 3 : 4, encode(lines).length);
      assertEquals(lines, decode(encode(lines)));
    }
  }

  @Test
  void everyOctetInNamesAndValuesOfEveryLength() throws Exception {
    Random random = new Random(1);
    for (int length = 0; length < 600; length++) {
      StringBuilder text = new StringBuilder();
      int range = random.nextBoolean() ? 256 : 128;
      for (int i = 0; i < length; i++) {
        text.append((char) random.nextInt(range));
      }
      List<FieldLine> lines =
          List.of(
              new FieldLine(text.toString(), text.reverse().toString()),
              new FieldLine(":path", text.toString()),
              new FieldLine("x", "a".repeat(length), true));
      assertEquals(lines, decode(encode(lines)));
    }
  }

  @Test
  void theNeverIndexedBitIsKept() throws Exception {
    List<FieldLine> lines = new ArrayList<>();
    lines.add(new FieldLine(":method", "GET", true));
    lines.add(new FieldLine("authorization", "secret", true));
    lines.add(new FieldLine("x-token", "secret", true));
    assertEquals(lines, decode(encode(lines)));
  }

  @Test
  void aCharacterAboveAnOctetIsRefused() {
    List<FieldLine> lines = List.of(new FieldLine("x", "caf\u0109"));
    assertThrows(IllegalArgumentException.class, () -> encode(lines));
  }

  private static byte[] encode(List<FieldLine> lines) {
    OctetBuffer out = new OctetBuffer();
    new QpackEncoder(EncoderLimits.DEFAULT).encode(0, lines, out, Integer.MAX_VALUE);
    return out.toArray();
  }

  private static List<FieldLine> decode(byte[] section) throws Exception {
    return ((Section.Decoded)
            new QpackDecoder(DecoderLimits.DEFAULT).decode(0, ByteBuffer.wrap(section)))
        .fields();
  }
}
