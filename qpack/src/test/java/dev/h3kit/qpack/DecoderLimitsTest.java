package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Each limit of a decoder, just kept and just passed. */
class DecoderLimitsTest {

  @Test
  void aSectionOfExactlyTheLimitIsDecodedAndOneOctetMoreIsNot() {
    // 35 octets: a, b and 33 for the line, counted like every other line.
    DecoderLimits limits = new DecoderLimits(0, 0, 34 + 38, 10, 100);
    DecoderScript.play(limits, "S 0 0000 21 61 01 62 c1 => ok a=b;:path=/");
    DecoderScript.play(
        new DecoderLimits(0, 0, 34 + 37, 10, 100), "S 0 0000 21 61 01 62 c1 => too large");
  }

  @Test
  void linesAreCounted() {
    DecoderScript.play(
        new DecoderLimits(0, 0, 16384, 2, 100), "S 0 0000 c1 c1 => ok :path=/;:path=/");
    DecoderScript.play(new DecoderLimits(0, 0, 16384, 2, 100), "S 0 0000 c1 c1 c1 => too large");
  }

  // RFC 9204 §7.4: "If an implementation encounters a value larger than it is able to decode, this
  // MUST be treated"
  @Test
  void aStringIsRefusedByItsLength() {
    DecoderLimits limits = new DecoderLimits(0, 0, 16384, 10, 3);
    DecoderScript.play(limits, "S 0 0000 51 03 616161 => ok :path=aaa");
    DecoderScript.play(limits, "S 0 0000 51 04 61616161 => too large");
    // Coded in three octets, decoded to four: 00011 four times.
    DecoderScript.play(limits, "S 0 0000 51 83 18c63f => too large");
  }

  @Test
  void aSectionOfReferencesToALargeEntryIsStoppedEarly() throws Exception {
    QpackDecoder decoder = new QpackDecoder(new DecoderLimits(4096, 1, 16384, 1 << 20, 16384));
    OctetBuffer instructions = new OctetBuffer();
    instructions.put(Octets.hex("3fe11f"), 0, 3);
    EncoderInstructions writer = new EncoderInstructions(new StringLiteral());
    writer.insertWithStaticName(0, "~".repeat(4000));
    instructions.put(writer.octets().array(), 0, writer.octets().length());
    decoder.onEncoderStream(ByteBuffer.wrap(instructions.toArray()));
    byte[] bomb = new byte[100_000];
    java.util.Arrays.fill(bomb, (byte) 0x80);
    bomb[0] = 2;
    bomb[1] = 0;
    assertThrows(
        FieldSectionTooLargeException.class, () -> decoder.decode(4, ByteBuffer.wrap(bomb)));
    // It was understood: its references are let go of.
    assertEquals("84", Octets.hex(decoder.instructions()));
  }

  @Test
  void heldOctetsAreBounded() throws Exception {
    DecoderLimits limits = new DecoderLimits(4096, 2, 1000, 10, 1000);
    QpackDecoder decoder = new QpackDecoder(limits);
    byte[] section = new byte[902];
    section[0] = 2;
    int held = 0;
    FieldSectionTooLargeException refused = null;
    while (refused == null && held < 100) {
      try {
        decoder.decode(4, ByteBuffer.wrap(section));
        held++;
      } catch (FieldSectionTooLargeException e) {
        refused = e;
      }
    }
    assertEquals(2, held);
    assertTrue(refused != null, "the third section is one too many");
    assertEquals("44", Octets.hex(decoder.instructions()));
  }

  @Test
  void aBlockedSectionLongerThanAnySectionMayBeIsRefused() {
    QpackDecoder decoder = new QpackDecoder(new DecoderLimits(4096, 2, 1000, 10, 1000));
    byte[] section = new byte[1003];
    section[0] = 2;
    assertThrows(
        FieldSectionTooLargeException.class, () -> decoder.decode(4, ByteBuffer.wrap(section)));
  }

  @Test
  void whatIsHeldOfAnInstructionIsBoundedByTheCapacity() throws Exception {
    QpackDecoder decoder = new QpackDecoder(new DecoderLimits(4096, 0, 16384, 200, 16384));
    decoder.onEncoderStream(Octets.buffer("3fe11f"));
    // 4096 octets of table cannot take a string of 4055 octets with this name.
    assertThrows(
        QpackException.class, () -> decoder.onEncoderStream(Octets.buffer("c0 7fd81e 61")));
  }
}
