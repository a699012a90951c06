package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The exchange of RFC 9204 Appendix B, read by the decoder. */
class AppendixBTest {
  private static final DecoderLimits LIMITS = new DecoderLimits(220, 100, 16384, 200, 16384);

  private final QpackDecoder decoder = new QpackDecoder(LIMITS);

  @Test
  void b1LiteralFieldLineWithNameReference() throws Exception {
    assertEquals(
        List.of(new FieldLine(":path", "/index.html")),
        section(4, "0000 510b 2f69 6e64 6578 2e68 746d 6c"));
    assertEquals("", Octets.hex(decoder.instructions()));
  }

  @Test
  void b2ToB5DynamicTable() throws Exception {
    encoderStream("3fbd01 c00f 7777 772e 6578 616d 706c 652e 636f 6d");
    encoderStream("c10c 2f73 616d 706c 652f 7061 7468");
    assertEquals(106, decoder.stats().tableSize());
    assertEquals(
        List.of(
            new FieldLine(":authority", "www.example.com"), new FieldLine(":path", "/sample/path")),
        section(4, "0381 10 11"));
    assertEquals("84", taken());

    encoderStream("4a63 7573 746f 6d2d 6b65 790c 6375 7374 6f6d 2d76 616c 7565");
    assertEquals(160, decoder.stats().tableSize());
    assertEquals("01", taken());

    encoderStream("02");
    assertEquals(217, decoder.stats().tableSize());
    assertEquals(
        List.of(
            new FieldLine(":authority", "www.example.com"),
            new FieldLine(":path", "/"),
            new FieldLine("custom-key", "custom-value")),
        section(8, "0500 80 c1 81"));
    assertEquals("88", taken());

    encoderStream("810d 6375 7374 6f6d 2d76 616c 7565 32");
    assertEquals(215, decoder.stats().tableSize());
    assertEquals(List.of(new FieldLine("custom-key", "custom-value2")), section(12, "0600 80"));
  }

  @Test
  void b2TheSectionOvertakesItsInserts() throws Exception {
    Section early = decoder.decode(4, Octets.buffer("0381 10 11"));
    assertEquals(new Section.Blocked(2), early);
    assertEquals(
        List.of(),
        decoder.onEncoderStream(
            Octets.buffer("3fbd01 c00f 7777 772e 6578 616d 706c 652e 636f 6d")));
    assertEquals(
        List.of(4L), decoder.onEncoderStream(Octets.buffer("c10c 2f73 616d 706c 652f 7061 7468")));
    assertEquals(
        List.of(
            new FieldLine(":authority", "www.example.com"), new FieldLine(":path", "/sample/path")),
        decoder.resume(4).fields());
    assertEquals("84", taken());
  }

  private void encoderStream(String digits) throws QpackException {
    assertEquals(List.of(), decoder.onEncoderStream(Octets.buffer(digits)));
  }

  private List<FieldLine> section(long streamId, String digits) throws Exception {
    return assertInstanceOf(Section.Decoded.class, decoder.decode(streamId, Octets.buffer(digits)))
        .fields();
  }

  private String taken() {
    String digits = Octets.hex(decoder.instructions());
    decoder.instructions().clear();
    return digits;
  }
}
