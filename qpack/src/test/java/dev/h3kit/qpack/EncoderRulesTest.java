package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an encoder must do with a decoder stream and with its peer's settings. */
class EncoderRulesTest {
  private static final FieldLine AGENT =
      new FieldLine("user-agent", "a browser of some length/1.0");
  private static final List<FieldLine> LINES = List.of(new FieldLine(":method", "GET"), AGENT);

  private final QpackEncoder encoder = new QpackEncoder(EncoderLimits.DEFAULT);

  // RFC 9204 §4.4.3: "An encoder that receives an Increment field equal to zero, or one that
  // increases the Known Received Count beyond what the encoder has sent, MUST treat this as a
  // connection error of type QPACK_DECODER_STREAM_ERROR."
  @Test
  void s443AnIncrementOfZeroIsRefused() {
    encoder.peerSettings(4096, 100);
    refused("00");
  }

  // RFC 9204 §4.4.3: "An encoder that receives an Increment field equal to zero, or one that
  // increases the Known Received Count beyond what the encoder has sent, MUST treat this as a
  // connection error of type QPACK_DECODER_STREAM_ERROR."
  @Test
  void s443AnIncrementBeyondTheInsertsSentIsRefused() throws Exception {
    encoder.peerSettings(4096, 100);
    section(4);
    accepted("01");
    refused("01");
  }

  // RFC 9204 §4.4.3: "An encoder that receives an Increment field equal to zero, or one that
  // increases the Known Received Count beyond what the encoder has sent, MUST treat this as a
  // connection error of type QPACK_DECODER_STREAM_ERROR."
  @Test
  void s443AnIncrementAfterTheAcknowledgmentThatCoveredItIsRefused() throws Exception {
    encoder.peerSettings(4096, 100);
    section(4);
    accepted("84");
    refused("01");
  }

  // RFC 9204 §4.4.1: "on which every encoded field section with a non-zero Required Insert Count
  // has already been acknowledged, this MUST be treated as a connection error"
  @Test
  void s441AnAcknowledgmentOfAnUnknownStreamIsRefused() {
    encoder.peerSettings(4096, 100);
    section(4);
    refused("88");
  }

  // RFC 9204 §4.4.1: "on which every encoded field section with a non-zero Required Insert Count
  // has already been acknowledged, this MUST be treated as a connection error"
  @Test
  void s441TheSameAcknowledgmentTwiceIsRefused() throws Exception {
    encoder.peerSettings(4096, 100);
    section(4);
    accepted("84");
    refused("84");
  }

  // RFC 9204 §4.4.1: "on which every encoded field section with a non-zero Required Insert Count
  // has already been acknowledged, this MUST be treated as a connection error"
  @Test
  void s441ASectionWithoutReferencesIsNotAcknowledged() {
    encoder.peerSettings(4096, 100);
    encode(8, List.of(new FieldLine(":path", "/")));
    refused("88");
  }

  @Test
  void s441WithoutATableNothingIsAcknowledged() throws Exception {
    encoder.peerSettings(0, 0);
    section(4);
    accepted("44");
    refused("84");
  }

  @Test
  void s441BeforeTheSettingsNothingIsAcknowledged() {
    section(4);
    refused("84");
  }

  @Test
  void s442ACancellationOfAnUnknownStreamIsNoError() throws Exception {
    encoder.peerSettings(4096, 100);
    accepted("44");
  }

  @Test
  void s442ACancellationEndsEverySectionOfTheStream() throws Exception {
    encoder.peerSettings(4096, 100);
    section(4);
    section(4);
    accepted("44");
    refused("84");
  }

  @Test
  void s441SectionsOfAStreamAreAcknowledgedInOrder() throws Exception {
    encoder.peerSettings(4096, 100);
    section(4);
    section(4);
    accepted("8484");
    refused("84");
  }

  // RFC 9204 §7.4: "If an implementation encounters a value larger than it is able to decode, this
  // MUST be treated"
  @Test
  void s411AnIntegerOverSixtyTwoBitsIsRefused() {
    encoder.peerSettings(4096, 100);
    refused("ffffffffffffffffff7f");
    QpackEncoder other = new QpackEncoder(EncoderLimits.DEFAULT);
    assertThrows(
        QpackException.class, () -> other.onDecoderStream(Octets.buffer("7f808080808080808080")));
  }

  @Test
  void s44AnInstructionMayBeCutAnywhere() throws Exception {
    encoder.peerSettings(4096, 100);
    section(10_000);
    accepted("ff");
    accepted("91");
    accepted("4d");
    refused("01");
  }

  // RFC 9204 §3.2.3: "When the maximum table capacity is zero, the encoder MUST NOT insert entries
  // into the dynamic table and MUST NOT send any encoder instructions on the encoder stream."
  @Test
  void s323WithAMaximumOfZeroTheEncoderStreamStaysEmpty() {
    encoder.peerSettings(0, 100);
    for (int i = 0; i < 10; i++) {
      section(4L * i);
    }
    assertTrue(encoder.instructions().isEmpty());
  }

  @Test
  void s323ATableThatCannotHoldAnEntryIsNotUsed() {
    encoder.peerSettings(31, 100);
    section(4);
    assertTrue(encoder.instructions().isEmpty());
  }

  // RFC 9204 §3.2.3: "The encoder MUST NOT set a dynamic table capacity that exceeds this maximum,
  // but it can choose to use a lower dynamic table capacity; see Section 4.3.1."
  // RFC 9204 §4.3.1: "The new capacity MUST be lower than or equal to the limit described in
  // Section 3.2.3."
  @Test
  void s431TheCapacityIsTheSmallerOfBothSides() throws Exception {
    encoder.peerSettings((1L << 62) - 1, (1L << 62) - 1);
    section(4);
    assertEquals(4096, encoder.stats().tableCapacity());
    QpackEncoder small = new QpackEncoder(EncoderLimits.DEFAULT);
    small.peerSettings(200, 100);
    small.encode(4, LINES, new OctetBuffer(), Integer.MAX_VALUE);
    assertEquals(200, small.stats().tableCapacity());
  }

  @Test
  void s4511TheInsertCountIsEncodedByTheMaximumNotTheCapacity() throws Exception {
    // The peer allows 65536 octets, 4096 are used: after 300 inserts the counts differ.
    encoder.peerSettings(65536, 100);
    QpackDecoder decoder = new QpackDecoder(new DecoderLimits(65536, 100, 65536, 200, 65536));
    for (int i = 0; i < 600; i++) {
      List<FieldLine> lines = List.of(new FieldLine("x-a", "value " + i / 2 + " of this field"));
      byte[] section = encode(4L * i, lines);
      decoder.onEncoderStream(ByteBuffer.wrap(Octets.take(encoder.instructions())));
      assertEquals(new Section.Decoded(lines), decoder.decode(4L * i, ByteBuffer.wrap(section)));
      encoder.onDecoderStream(ByteBuffer.wrap(Octets.take(decoder.instructions())));
    }
    assertTrue(encoder.stats().inserts() > 256, "inserts: " + encoder.stats().inserts());
  }

  // RFC 9204 §2.1.2: "An encoder MUST limit the number of streams that could become blocked to the
  // value of SETTINGS_QPACK_BLOCKED_STREAMS at all times."
  @Test
  void s21LinesKeepTheirOrder() throws Exception {
    // RFC 9204 §2.1: "An encoder MUST emit field representations in the order they appear in the
    // input field section."
    encoder.peerSettings(4096, 100);
    RuleChecker checker = new RuleChecker(4096, 100);
    List<FieldLine> lines = new ArrayList<>();
    for (String name : List.of("x-b", "accept", "x-a", "x-b", ":path", "authorization", "x-a")) {
      lines.add(new FieldLine(name, "value of " + name, name.equals("authorization")));
      lines.add(new FieldLine(name, "another value", name.equals("authorization")));
    }
    for (int i = 0; i < 3; i++) {
      byte[] section = encode(4L * i, lines);
      checker.encoderStream(Octets.take(encoder.instructions()));
      assertEquals(lines, checker.section(4L * i, section));
      Collections.reverse(lines);
    }
  }

  @Test
  void s454ANameOfTheDynamicTableIsReferredTo() throws Exception {
    // RFC 9204 §4.5.4: "A literal field line with name reference representation encodes a field
    // line where the field name matches the field name of an entry in the static table or the field
    // name of an entry in the dynamic table with an absolute index less than the value of the
    // Base."
    encoder.peerSettings(4096, 100);
    encode(0, List.of(new FieldLine("x-of-our-own", "a first value")));
    assertEquals(1, encoder.stats().inserts());
    encoder.instructions().clear();
    byte[] section = encode(4, List.of(new FieldLine("x-of-our-own", "secret", true)));
    assertEquals(1, encoder.stats().inserts());
    // Required Insert Count 1, Base 1, the N bit, the dynamic table, relative index 0.
    assertEquals(0x02, section[0]);
    assertEquals(0x00, section[1]);
    assertEquals(0x60, section[2]);
    assertEquals(2, encoder.stats().tableReferences());
  }

  @Test
  void s432AnInsertTakesItsNameFromTheDynamicTable() throws Exception {
    // RFC 9204 §4.3.2: "An encoder adds an entry to the dynamic table where the field name matches
    // the field name of an entry stored in the static or the dynamic table using an instruction
    // that
    // starts with the '1' 1-bit pattern."
    encoder.peerSettings(4096, 100);
    encode(0, List.of(new FieldLine("x-of-our-own", "a first value")));
    encoder.instructions().clear();
    encode(4, List.of(new FieldLine("x-of-our-own", "a second value")));
    assertEquals(2, encoder.stats().inserts());
    assertEquals((byte) 0x80, Octets.take(encoder.instructions())[0]);
  }

  // RFC 9204 §4.3.3: "An encoder adds an entry to the dynamic table where both the field name and
  // the field value are represented as string literals using an instruction that starts with the
  // '01' 2-bit pattern."
  @Test
  void s433TheNameOfASecretGetsAnEntryWithoutAValueWhenItComesAgain() throws Exception {
    encoder.peerSettings(4096, 100);
    RuleChecker checker = new RuleChecker(4096, 100);
    int first = 0;
    int last = 0;
    for (int i = 0; i < 3; i++) {
      List<FieldLine> lines = List.of(new FieldLine("x-secret-of-ours", "value" + i, true));
      byte[] section = encode(4L * i, lines);
      checker.encoderStream(Octets.take(encoder.instructions()));
      assertEquals(lines, checker.section(4L * i, section));
      assertEquals(i == 0 ? 0 : 1, encoder.stats().inserts());
      first = i == 0 ? section.length : first;
      last = section.length;
    }
    assertEquals(32 + "x-secret-of-ours".length(), encoder.stats().tableSize());
    assertTrue(last <= first - 10, last + " octets after " + first);
  }

  @Test
  void aNameIsNotInsertedWhereNothingWasEverAcknowledged() throws Exception {
    encoder.peerSettings(4096, 0);
    for (int i = 0; i < 20; i++) {
      encode(4L * i, List.of(new FieldLine("x-secret-of-ours", "value" + i, true)));
    }
    assertEquals(0, encoder.stats().inserts());
  }

  @Test
  void s212WithNoBlockedStreamsNothingUnacknowledgedIsReferredTo() throws Exception {
    encoder.peerSettings(4096, 0);
    assertEquals(0, section(4)[0]);
    assertEquals(0, section(8)[0]);
    accepted("01");
    assertNotEquals(0, section(12)[0]);
  }

  // RFC 9204 §2.1.2: "An encoder MUST limit the number of streams that could become blocked to the
  // value of SETTINGS_QPACK_BLOCKED_STREAMS at all times."
  @Test
  void s212AStreamAtRiskMayCarryMoreSections() {
    encoder.peerSettings(4096, 1);
    assertNotEquals(0, section(4)[0]);
    assertEquals(0, section(8)[0]);
    assertNotEquals(0, section(4)[0]);
  }

  @Test
  void s212ACancelledStreamIsNoLongerAtRisk() throws Exception {
    encoder.peerSettings(4096, 1);
    assertNotEquals(0, section(4)[0]);
    accepted("44");
    assertNotEquals(0, section(8)[0]);
  }

  // RFC 9204 §2.1.1: "and the entries that would be evicted are not evictable, the encoder MUST NOT
  // insert that entry into the dynamic table"
  // RFC 9204 §3.2.2: "The encoder MUST NOT cause a dynamic table entry to be evicted unless that
  // entry is evictable; see Section 2.1.1."
  // RFC 9204 §2.1: "An encoder MUST emit field representations in the order they appear in the
  // input field section."
  @Test
  void s211WithoutAcknowledgmentsNothingIsEvicted() {
    encoder.peerSettings(256, 1000);
    RuleChecker checker = new RuleChecker(256, 1000);
    for (int i = 0; i < 200; i++) {
      List<FieldLine> lines = List.of(new FieldLine("x-" + i % 20, "a value of some length"));
      byte[] section = encode(4L * i, lines);
      checker.encoderStream(Octets.take(encoder.instructions()));
      assertEquals(lines, checker.section(4L * i, section));
    }
    assertTrue(checker.inserts() > 0);
  }

  // RFC 9204 §2.1.3: "To avoid these deadlocks, an encoder SHOULD NOT write an instruction unless
  // sufficient stream and connection flow-control credit is available for the entire instruction."
  @Test
  void s213AnInstructionIsWrittenWholeOrNotAtAll() {
    for (int credit = 0; credit < 120; credit++) {
      QpackEncoder frugal = new QpackEncoder(EncoderLimits.DEFAULT);
      frugal.peerSettings(4096, 100);
      RuleChecker checker = new RuleChecker(4096, 100);
      OctetBuffer out = new OctetBuffer();
      for (int i = 0; i < 3; i++) {
        out.clear();
        frugal.encode(4L * i, LINES, out, credit);
        byte[] instructions = Octets.take(frugal.instructions());
        assertTrue(instructions.length <= credit, instructions.length + " of " + credit);
        checker.encoderStream(instructions);
        assertEquals(LINES, checker.section(4L * i, out.toArray()));
      }
      if (credit < 20 || credit > 100) {
        assertEquals(credit > 100, checker.inserts() > 0, "inserted with a credit of " + credit);
      }
    }
  }

  // RFC 9204 §4.5.4: "When the 'N' bit is set, the encoded field line MUST always be encoded with a
  // literal representation."
  // RFC 9204 §4.5.4: "In particular, when a peer sends a field line that it received represented as
  // a literal field line with the 'N' bit set, it MUST use a literal representation to forward this
  // field line."
  // RFC 9204 §7.1.3: "If QPACK is used for re-encoding, a literal representation with the 'N' bit
  // set MUST be used."
  @Test
  void s713MarkedLinesAndCredentialsAreNeverIndexed() {
    encoder.peerSettings(4096, 100);
    RuleChecker checker = new RuleChecker(4096, 100);
    List<FieldLine> lines =
        List.of(
            new FieldLine("authorization", "Basic dGhlIHNlY3JldCBvZiBtaW5lCg=="),
            new FieldLine("proxy-authorization", "Basic dGhlIHNlY3JldCBvZiBtaW5lCg=="),
            new FieldLine("set-cookie", "session=0123456789abcdef0123456789abcdef"),
            new FieldLine("cookie", "pin=1234"),
            new FieldLine("x-token", "a secret that the caller marks", true),
            new FieldLine(":path", "/", true));
    for (int i = 0; i < 20; i++) {
      byte[] section = encode(4L * i, lines);
      byte[] instructions = Octets.take(encoder.instructions());
      checker.encoderStream(instructions);
      for (FieldLine line : checker.section(4L * i, section)) {
        assertTrue(line.neverIndexed(), line.name());
      }
    }
    // Names that the static table lacks are there without a value.
    int names = "proxy-authorization".length() + "x-token".length();
    assertEquals(2, checker.inserts());
    assertEquals(2 * FieldLine.OVERHEAD + names, encoder.stats().tableSize());
  }

  @Test
  void s713ALongCookieMayBeIndexed() {
    encoder.peerSettings(4096, 100);
    for (int i = 0; i < 4; i++) {
      encode(4L * i, List.of(new FieldLine("cookie", "session=0123456789abcdef")));
    }
    assertEquals(1, encoder.stats().inserts());
  }

  // RFC 9204 §4.3.1: "This MUST NOT cause the eviction of entries that are not evictable; see
  // Section 2.1.1."
  @Test
  void s431TheCapacityIsLoweredOnlyWhenWhatMustGoIsEvictable() throws Exception {
    encoder.peerSettings(4096, 100);
    RuleChecker checker = new RuleChecker(4096, 100);
    checkedSection(checker, 4);
    encoder.tableCapacity(0);
    checkedSection(checker, 8);
    assertEquals(4096, encoder.stats().tableCapacity());
    checker.decoderStream(Octets.hex("84"));
    accepted("84");
    checkedSection(checker, 12);
    assertEquals(0, encoder.stats().tableCapacity());
    assertEquals(0, encoder.stats().tableSize());
    encoder.tableCapacity(1 << 20);
    checkedSection(checker, 16);
    assertEquals(4096, encoder.stats().tableCapacity());
    assertEquals(2, checker.inserts());
  }

  @Test
  void openSectionsAreBounded() throws Exception {
    QpackEncoder bounded = new QpackEncoder(new EncoderLimits(4096, 100, 5));
    bounded.peerSettings(4096, 100);
    OctetBuffer out = new OctetBuffer();
    List<Integer> counts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      out.clear();
      bounded.encode(4L * i, LINES, out, Integer.MAX_VALUE);
      counts.add((int) out.array()[0]);
    }
    assertEquals(List.of(2, 2, 2, 2, 2, 0, 0, 0), counts);
    bounded.onDecoderStream(Octets.buffer("80"));
    out.clear();
    bounded.encode(100, LINES, out, Integer.MAX_VALUE);
    assertEquals(2, out.array()[0]);
  }

  @Test
  void theStakeBoundsWhatIsSpentBeforeAnAcknowledgment() throws Exception {
    for (int stake : new int[] {0, 100, 700}) {
      QpackEncoder careful = new QpackEncoder(new EncoderLimits(4096, 100, 1000, stake));
      careful.peerSettings(4096, 0);
      for (int i = 0; i < 300; i++) {
        List<FieldLine> lines = new ArrayList<>();
        for (int k = 0; k < 10; k++) {
          lines.add(new FieldLine("x-field-" + (k + i) % 40, "a value that comes again: " + k));
        }
        careful.encode(4L * i, lines, new OctetBuffer(), Integer.MAX_VALUE);
      }
      long spent = careful.stats().instructionOctets();
      assertTrue(spent <= stake * 5L / 4 + 3, "spent " + spent + " of " + stake);
      assertEquals(stake == 0, spent == 0, "spent " + spent + " of " + stake);
    }
  }

  @Test
  void aCharacterAboveAnOctetLeavesTheEncoderUsable() throws Exception {
    encoder.peerSettings(4096, 100);
    RuleChecker checker = new RuleChecker(4096, 100);
    OctetBuffer out = new OctetBuffer();
    out.put(7);
    List<FieldLine> broken =
        List.of(
            AGENT, new FieldLine("x-name", "caf\u0109 of the town"), new FieldLine("\u0109", ""));
    assertThrows(
        IllegalArgumentException.class, () -> encoder.encode(4, broken, out, Integer.MAX_VALUE));
    assertEquals(1, out.length());
    byte[] section = encode(8, LINES);
    checker.encoderStream(Octets.take(encoder.instructions()));
    assertEquals(LINES, checker.section(8, section));
    assertFalse(encoder.stats().sections() > 1);
  }

  private void checkedSection(RuleChecker checker, long streamId) {
    byte[] section = section(streamId);
    checker.encoderStream(Octets.take(encoder.instructions()));
    assertEquals(LINES, checker.section(streamId, section));
  }

  private byte[] section(long streamId) {
    return encode(streamId, LINES);
  }

  private byte[] encode(long streamId, List<FieldLine> lines) {
    OctetBuffer out = new OctetBuffer();
    encoder.encode(streamId, lines, out, Integer.MAX_VALUE);
    return out.toArray();
  }

  private void accepted(String digits) throws QpackException {
    encoder.onDecoderStream(Octets.buffer(digits));
  }

  private void refused(String digits) {
    QpackException error =
        assertThrows(QpackException.class, () -> encoder.onDecoderStream(Octets.buffer(digits)));
    assertEquals(QpackError.DECODER_STREAM_ERROR, error.error());
  }
}
