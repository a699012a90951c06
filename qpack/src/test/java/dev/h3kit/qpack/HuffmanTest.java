package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The Huffman code of RFC 7541, against its examples and against itself, bit by bit. */
class HuffmanTest {

  @Test
  void rfc7541C4Examples() {
    assertEquals("f1e3c2e5f23a6ba0ab90f4ff", code("www.example.com"));
    assertEquals("a8eb10649cbf", code("no-cache"));
    assertEquals("25a849e95ba97d7f", code("custom-key"));
    assertEquals("25a849e95bb8e8b4bf", code("custom-value"));
    assertEquals("6402", code("302"));
    assertEquals(
        "d07abe941054d444a8200595040b8166e082a62d1bff", code("Mon, 21 Oct 2013 20:13:21 GMT"));
    assertEquals("9d29ad171863c78f0b97c8e9ae82ae43d3", code("https://www.example.com"));
  }

  @Test
  void theCodeIsComplete() {
    // Every code is used up: the lengths of all symbols fill the space exactly (Kraft).
    long space = 0;
    for (int symbol = 0; symbol <= HuffmanCode.EOS; symbol++) {
      space += 1L << (HuffmanCode.MAX_LENGTH - HuffmanCode.length(symbol));
      assertEquals(
          symbol, HuffmanCode.symbol(HuffmanCode.code(symbol), HuffmanCode.length(symbol)));
    }
    assertEquals(1L << HuffmanCode.MAX_LENGTH, space);
    assertEquals(0x3fffffff, HuffmanCode.code(HuffmanCode.EOS));
  }

  @Test
  void everySequenceOfTwoOctetsComesBack() {
    for (int first = 0; first < 256; first++) {
      for (int second = 0; second < 256; second++) {
        check(new byte[] {(byte) first, (byte) second, (byte) first});
      }
    }
  }

  @Test
  void randomStringsOfEveryLengthComeBack() {
    Random random = new Random(2);
    for (int length = 0; length < 300; length++) {
      byte[] text = new byte[length];
      int mask = random.nextInt(3) == 0 ? 0xff : 0x7f;
      for (int i = 0; i < length; i++) {
        text[i] = (byte) (random.nextInt() & mask);
      }
      check(text);
    }
  }

  @Test
  void whateverIsDecodedIsTheOnlyCodeOfItsText() {
    // A code that is accepted must be the one that the encoder would write: no second form.
    Random random = new Random(3);
    byte[] out = new byte[100];
    int accepted = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] coded = new byte[random.nextInt(1, 7)];
      random.nextBytes(coded);
      if (random.nextBoolean()) {
        coded[coded.length - 1] |= (byte) ((1 << random.nextInt(8)) - 1);
      }
      int length = HuffmanDecoder.decode(coded, 0, coded.length, out);
      if (length >= 0) {
        accepted++;
        assertArrayEquals(coded, slow(Arrays.copyOf(out, length)));
      }
    }
    assertEquals(true, accepted > 1000, "accepted " + accepted);
  }

  /** Codes {@code text} by both encoders and decodes it. */
  private static void check(byte[] text) {
    byte[] expected = slow(text);
    byte[] out = new byte[4 * text.length + 16];
    int length = HuffmanEncoder.encode(text, text.length, out, 3);
    if (expected.length >= text.length) {
      assertEquals(-1, length);
    } else {
      assertArrayEquals(expected, Arrays.copyOfRange(out, 3, 3 + length));
    }
    byte[] decoded = new byte[text.length * 2 + 16 + expected.length];
    int count = HuffmanDecoder.decode(expected, 0, expected.length, decoded);
    assertArrayEquals(text, Arrays.copyOf(decoded, Math.max(0, count)));
    assertEquals(text.length, count);
  }

  private static String code(String text) {
    byte[] octets = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    check(octets);
    return java.util.HexFormat.of().formatHex(slow(octets));
  }

  /** Bit by bit. */
  private static byte[] slow(byte[] text) {
    StringBuilder bits = new StringBuilder();
    for (byte octet : text) {
      int symbol = octet & 0xff;
      for (int i = HuffmanCode.length(symbol) - 1; i >= 0; i--) {
        bits.append(HuffmanCode.code(symbol) >> i & 1);
      }
    }
    while (bits.length() % 8 != 0) {
      bits.append('1');
    }
    byte[] out = new byte[bits.length() / 8];
    for (int i = 0; i < bits.length(); i++) {
      out[i / 8] |= (byte) ((bits.charAt(i) - '0') << (7 - i % 8));
    }
    return out;
  }
}
