package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.h3kit.qpack.OctetBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VarIntTest {

  @ParameterizedTest(name = "RFC 9000 A.1: {0} is {1}")
  @CsvSource({
    "c2197c5eff14e88c, 151288809941952652",
    "9d7f3e7d, 494878333",
    "7bbd, 15293",
    "25, 37",
    "4025, 37"
  })
  void readsTheExamplesOfTheRfc(String hex, long value) {
    byte[] octets = Wire.hex(hex);
    assertEquals(octets.length, VarInt.length(octets[0]));
    assertEquals(value, VarInt.read(octets, 0, octets.length));
  }

  @Test
  void writesInTheFewestOctetsAndReadsBack() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      long value = random.nextLong() >>> 2 >>> random.nextInt(62);
      OctetBuffer out = new OctetBuffer(8);
      VarInt.write(out, value);
      assertEquals(VarInt.sizeOf(value), out.length());
      assertEquals(out.length(), VarInt.length(out.array()[0]));
      assertEquals(value, VarInt.read(out.array(), 0, out.length()));
    }
  }

  @Test
  void writesTheBoundariesOfEachLength() {
    assertArrayEquals(Wire.hex("3f"), Wire.varint(63));
    assertArrayEquals(Wire.hex("4040"), Wire.varint(64));
    assertArrayEquals(Wire.hex("7fff"), Wire.varint(16383));
    assertArrayEquals(Wire.hex("80004000"), Wire.varint(16384));
    assertArrayEquals(Wire.hex("c000000040000000"), Wire.varint(1 << 30));
    assertArrayEquals(Wire.hex("ffffffffffffffff"), Wire.varint(VarInt.MAX));
  }

  @Test
  void refusesWhatHasNoEncoding() {
    assertThrows(IllegalArgumentException.class, () -> VarInt.sizeOf(-1));
    assertThrows(IllegalArgumentException.class, () -> VarInt.sizeOf(1L << 62));
  }
}
