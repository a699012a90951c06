package dev.h3kit.qpack;

import static dev.h3kit.qpack.DecoderScript.play;

import org.junit.jupiter.api.Test;

/** One conversation for each rule that a decoder must keep; the names lead with the section. */
class DecoderRulesTest {

  @Test
  void s451AnEmptyFieldSectionIsItsPrefix() {
    play(0, 0, "S 0 0000 => ok");
  }

  @Test
  void s451ASectionWithoutPrefixIsRefused() {
    play(0, 0, "S 0 => err 0x200");
    play(0, 0, "S 0 00 => err 0x200");
    play(220, 0, "S 0 ff => err 0x200");
    play(220, 0, "S 0 007f => err 0x200");
  }

  // RFC 9204 §4.5.1.2: "An endpoint MUST treat a field block with a Sign bit of 1 as invalid if the
  // value of Required Insert Count is less than or equal to the value of Delta Base."
  // RFC 9204 §4.5.1.2: "The value of Base MUST NOT be negative."
  @Test
  void s4512TheBaseIsNeverNegative() {
    play(0, 0, "S 0 0080 d1 => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 0281 80 => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 0280 10 => ok :authority=a");
  }

  @Test
  void s4512AHugeBaseDoesNotOverflow() {
    play(
        220,
        100,
        """
        E 3fbd01 c00f 7777 772e 6578 616d 706c 652e 636f 6d
        S 0 02 7f80ffffffffffffff3f 80 => err 0x200
        """);
    play(220, 100, "E 3fbd01 c00161\nS 0 02 7f80ffffffffffffff3f 10 => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 02 00 1f f0ffffffffffffff3f => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 02 05 85 => ok :authority=a");
  }

  // RFC 9204 §4.5.1.1: "If the decoder encounters a value of EncodedInsertCount that could not have
  // been produced by a conformant encoder, it MUST treat this as a connection error of type
  // QPACK_DECOMPRESSION_FAILED."
  @Test
  void s4511AnEncodedInsertCountAboveTheFullRangeIsRefused() {
    play(220, 100, "S 0 0d00 80 => err 0x200");
    play(0, 100, "S 0 0100 80 => err 0x200");
    play(31, 100, "S 0 0100 80 => err 0x200");
  }

  @Test
  void s4511TheInsertCountWraps() {
    play(64, 100, "E 3f21 c00161 c00162 c00163 c00164 c00165\nS 0 0200 80 => ok :authority=e");
    play(64, 100, "E 3f21 c00161 c00162 c00163 c00164 c00165\nS 0 0100 80 => err 0x200");
    play(64, 100, "E 3f21 c00161 c00162 c00163 c00164 c00165\nS 0 0400 80 => blocked");
  }

  // RFC 9204 §4.5.1.1: "If the decoder encounters a value of EncodedInsertCount that could not have
  // been produced by a conformant encoder, it MUST treat this as a connection error of type
  // QPACK_DECOMPRESSION_FAILED."
  @Test
  void s4511ARequiredInsertCountOfZeroIsNotEncodedOtherwise() {
    play(64, 100, "S 0 0100 => err 0x200");
  }

  @Test
  void s4511TheWrapIsUndoneByTheInsertCountOnArrival() {
    // Three inserts arrive while the section waits: read again, its count of 4 would wrap to 8.
    play(
        64,
        1,
        """
        E 3f21 c00161 c00162
        S 4 0100 80 => blocked
        E c00163
        E c00164
        U 4 => ok :authority=d
        """);
  }

  // RFC 9204 §2.2.1: "If it encounters a Required Insert Count smaller than expected, it MUST treat
  // this as a connection error of type QPACK_DECOMPRESSION_FAILED; see Section 2.2.3."
  // RFC 9204 §2.2.3: "that has already been evicted or that has an absolute index greater than or
  // equal to the declared Required Insert Count (Section 4.5.1), it MUST treat this"
  @Test
  void s221ARequiredInsertCountBelowAReferenceIsRefused() {
    play(220, 100, "E 3fbd01 c00161 c00162\nS 0 0201 80 => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 0000 80 => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 0000 10 => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 0000 00 00 => err 0x200");
    play(220, 100, "E 3fbd01 c00161\nS 0 0000 40 00 => err 0x200");
  }

  // RFC 9204 §2.2.3: "that has already been evicted or that has an absolute index greater than or
  // equal to the declared Required Insert Count (Section 4.5.1), it MUST treat this"
  // RFC 9204 §2.2.3: "If the decoder encounters a reference in an encoder instruction to a dynamic
  // table entry that has already been evicted, it MUST treat this as a connection error of type
  // QPACK_ENCODER_STREAM_ERROR."
  @Test
  void s223AnEvictedEntryIsNoReference() {
    play(64, 100, "E 3f21 c00161 c00162\nS 0 0300 81 => err 0x200");
    play(64, 100, "E 3f21 c00161 c00162\nE 81 00 => err 0x201");
    play(64, 100, "E 3f21 c00161 c00162\nE 01 => err 0x201");
  }

  // RFC 9204 §3.1: "When the decoder encounters an invalid static table index in a field line
  // representation, it MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED."
  // RFC 9204 §3.1: "If this index is received on the encoder stream, this MUST be treated as a
  // connection error of type QPACK_ENCODER_STREAM_ERROR."
  @Test
  void s32EqualEntriesAreNoError() {
    // RFC 9204 §3.2: "duplicate entries MUST NOT be treated as an error by the decoder."
    play(
        220,
        100,
        "E 3fbd01 c00161 c00161 00\nS 0 0400 80 81 82"
            + " => ok :authority=a;:authority=a;:authority=a");
  }

  @Test
  void s411AnIntegerThatCannotBeDecodedIsRefusedOnTheEncoderStream() {
    // RFC 9204 §7.4: "If an implementation encounters a value larger than it is able to decode,
    // this MUST be treated as a stream error of type QPACK_DECOMPRESSION_FAILED if on a request
    // stream or a connection error of the appropriate type if on the encoder or decoder stream."
    play(220, 100, "E 3fbd01 c00161\nE 1fffffffffffffffff7f => err 0x201");
    play(220, 100, "E 3fbd01 c00161\nE bfffffffffffffffff7f 00 => err 0x201");
    play(220, 100, "E 3fbd01 c00161\nE c07fffffffffffffffff7f => err 0x201");
  }

  @Test
  void s31AnInvalidStaticIndexIsRefused() {
    play(0, 0, "S 0 0000 ff24 => err 0x200");
    play(0, 0, "S 0 0000 5f54 00 => err 0x200");
    play(220, 0, "E 3fbd01\nE ff24 00 => err 0x201");
    play(0, 0, "S 0 0000 ff23 => ok x-frame-options=sameorigin");
  }

  @Test
  void appendixATextsThatAreEasilyWrong() {
    play(
        0,
        0,
        "S 0 0000 f4 f6 f7 ff16 => ok content-type=text/html; charset=utf-8;"
            + "content-type=text/plain;charset=utf-8;range=bytes=0-;"
            + "content-security-policy=script-src 'none'; object-src 'none'; base-uri 'none'");
  }

  // RFC 9204 §2.2: "The decoder MUST emit field lines in the order their representations appear in
  // the encoded field section."
  @Test
  void s456AllRepresentationsInOneSection() {
    play(
        220,
        100,
        """
        E 3fbd01 c00161 4362617a 0171
        S 0 0381 c1 11 5101 2f 0001 78 0801 79 23 666f6f 03 626172 \
        => ok :path=/;baz=q;:path=/;:authority=x;:authority!=y;foo=bar
        """);
  }

  @Test
  void s713TheNeverIndexedBitIsTold() {
    play(0, 0, "S 0 0000 7101 2f => ok :path!=/");
    play(0, 0, "S 0 0000 31 61 01 62 => ok a!=b");
    play(220, 100, "E 3fbd01 c00161\nS 0 0200 60 01 62 => ok :authority!=b");
  }

  @Test
  void s412PaddingIsLessThanAnOctetOfOnes() {
    play(0, 0, "S 0 0000 5181 18 => err 0x200");
    play(0, 0, "S 0 0000 5182 1fff => err 0x200");
    play(0, 0, "S 0 0000 5181 1f => ok :path=a");
    play(0, 0, "S 0 0000 5181 ff => err 0x200");
    play(0, 0, "S 0 0000 5184 ffffffff => err 0x200");
    play(220, 0, "E 3fbd01\nE c081 18 => err 0x201");
  }

  @Test
  void s412AnEmptyHuffmanStringIsEmpty() {
    play(0, 0, "S 0 0000 5180 => ok :path=");
  }

  // RFC 9204 §4.1.1: "QPACK implementations MUST be able to decode integers up to and including 62
  // bits long."
  @Test
  void s411IntegersMayBePaddedWithZeros() {
    play(0, 0, "S 0 0000 ff8000 => ok :status=100");
    play(0, 0, "S 0 0000 ff8080808080808000 => ok :status=100");
  }

  // RFC 9204 §4.1.1: "QPACK implementations MUST be able to decode integers up to and including 62
  // bits long."
  // RFC 9204 §7.4: "If an implementation encounters a value larger than it is able to decode, this
  // MUST be treated"
  @Test
  void s411LargeIntegersDoNotWrap() {
    play(0, 0, "S 0 0000 ffc1ffffff0f => err 0x200");
    play(0, 0, "S 0 0000 ffc0ffffffffffffff3f => err 0x200");
    play(0, 0, "S 0 0000 ffffffffffffffffffff7f => err 0x200");
    play(0, 0, "S 0 0000 ff80808080808080808080808000 => err 0x200");
    play(0, 0, "S 0 0000 517f81ffffff0f 61 => err 0x200");
    play(220, 0, "E 3fffffffffffffffff7f => err 0x201");
    play(220, 0, "E 3f80808080808080808080 => err 0x201");
  }

  @Test
  void s454ARepresentationCutShortIsRefused() {
    play(0, 0, "S 0 0000 510b 2f69 => err 0x200");
    play(0, 0, "S 0 0000 51 => err 0x200");
    play(0, 0, "S 0 0000 ff => err 0x200");
    play(0, 0, "S 0 0000 23 666f => err 0x200");
    play(0, 0, "S 0 0000 23 666f6f => err 0x200");
  }

  // RFC 9204 §2.1.2: "If a decoder encounters more blocked streams than it promised to support, it
  // MUST treat this as a connection error of type QPACK_DECOMPRESSION_FAILED."
  @Test
  void s212MoreBlockedStreamsThanAllowedAreRefused() {
    play(220, 1, "S 4 0200 80 => blocked\nS 8 0200 80 => err 0x200");
    play(220, 0, "S 4 0200 80 => err 0x200");
  }

  @Test
  void s212TwoBlockedSectionsOfOneStreamCountOnce() {
    play(
        220,
        1,
        """
        S 4 0200 80 => blocked
        S 4 0200 80 => blocked
        E 3fbd01 c00161
        U 4 => ok :authority=a
        U 4 => ok :authority=a
        D 8484
        """);
  }

  @Test
  void s212AStreamThatGoesOnMakesRoomForAnother() {
    play(
        220,
        1,
        """
        S 4 0200 80 => blocked
        E 3fbd01 c00161
        S 8 0300 80 => blocked
        U 4 => ok :authority=a
        C 8
        S 12 0300 80 => blocked
        D 8448
        """);
  }

  @Test
  void s221SectionsGoOnInTheOrderOfNeed() {
    play(
        220,
        2,
        """
        S 4 0300 80 => blocked
        S 8 0200 80 => blocked
        E 3fbd01 c00161
        U 8 => ok :authority=a
        E c00162
        U 4 => ok :authority=b
        D 8884
        """);
  }

  @Test
  void s221ASectionBehindABlockedOneOfItsStreamWaits() {
    play(
        220,
        1,
        """
        S 4 0200 80 => blocked
        S 4 0000 c1 => blocked
        E 3fbd01 c00161
        U 4 => ok :authority=a
        U 4 => ok :path=/
        D 84
        """);
  }

  // RFC 9204 §2.2.2.1: "After the decoder finishes decoding a field section encoded using
  // representations containing dynamic table references, it MUST emit a Section Acknowledgment
  // instruction (Section 4.4.1)."
  @Test
  void s2221OnlySectionsThatNeedInsertsAreAcknowledged() {
    play(
        220,
        1,
        """
        S 4 0000 c1 => ok :path=/
        E 3fbd01 c00161
        S 8 0200 80 => ok :authority=a
        D 88
        """);
  }

  @Test
  void s2223InsertsThatNoSectionNeedsAreAcknowledgedByAnIncrement() {
    play(220, 1, "E 3fbd01 c00161 c00162\nD 02\nE c00163\nD 01\nD");
  }

  @Test
  void s2223AnIncrementSaysWhatAcknowledgmentsDidNot() {
    play(
        220,
        1,
        """
        S 4 0200 80 => blocked
        E 3fbd01 c00161 c00162
        D
        U 4 => ok :authority=a
        D 8401
        """);
  }

  @Test
  void s2222ACancelledStreamIsReportedAndItsSectionsAreDropped() {
    play(
        220,
        1,
        """
        S 4 0200 80 => blocked
        C 4
        D 44
        S 8 0200 80 => blocked
        E 3fbd01 c00161
        U 8 => ok :authority=a
        D 88
        """);
    play(0, 0, "C 4\nD");
  }

  @Test
  void s2222AStreamCancelledAfterItWasUnblockedLeavesTheIncrement() {
    play(220, 1, "S 4 0200 80 => blocked\nE 3fbd01 c00161\nC 4\nD 4401");
  }

  // RFC 9204 §4.3.1: "The decoder MUST treat a new dynamic table capacity value that exceeds this
  // limit as a connection error of type QPACK_ENCODER_STREAM_ERROR."
  @Test
  void s431ACapacityAboveTheMaximumIsRefused() {
    play(100, 100, "E 3fbd01 => err 0x201");
    play(0, 0, "E 21 => err 0x201");
    play(0, 0, "E 20");
  }

  // RFC 9204 §3.2.2: "It is an error if the encoder attempts to add an entry that is larger than
  // the dynamic table capacity; the decoder MUST treat this as a connection error of type
  // QPACK_ENCODER_STREAM_ERROR."
  @Test
  void s322AnEntryLargerThanTheCapacityIsRefused() {
    play(220, 100, "E c00161 => err 0x201");
    play(4096, 100, "E 3f10 c005 6262626262\nS 0 0200 80 => ok :authority=bbbbb");
    play(4096, 100, "E 3f10\nE c006 626262626262 => err 0x201");
  }

  @Test
  void s322AnEntryThatCannotFitIsRefusedByItsLengthPrefix() {
    play(220, 100, "E 3fbd01\nE c0 7fffffff07 => err 0x201");
    play(220, 100, "E 3fbd01\nE 5fffffff07 => err 0x201");
    play(220, 100, "E 3fbd01\nE c0 ff8006 => err 0x201");
  }

  @Test
  void s322ReducingTheCapacityEvicts() {
    play(220, 100, "E 3fbd01 c00161 20 3fbd01\nS 0 0200 80 => err 0x200");
    play(220, 100, "E 3fbd01 c00161 c00162 3f0c\nS 0 0300 80 => ok :authority=b");
  }

  // RFC 9204 §3.2: "Therefore, duplicate entries MUST NOT be treated as an error by the decoder."
  @Test
  void s322ADuplicateMayEvictItsSource() {
    play(64, 100, "E 3f21 c00161 00\nS 0 0300 80 => ok :authority=a");
  }

  @Test
  void s322ANameMayComeFromTheEntryThatIsEvictedForIt() {
    play(64, 100, "E 3f21 43626172 0161 80 0162\nS 0 0300 80 => ok bar=b");
  }

  @Test
  void s43InstructionsMayBeCutAnywhere() {
    play(
        220,
        100,
        """
        E 3f
        E bd
        E 01
        E 4a
        E 6375
        E 73746f6d2d6b6579
        E 0c
        E 637573746f6d2d76616c75
        E 65
        S 0 0200 80 => ok custom-key=custom-value
        """);
  }

  @Test
  void s43ACapacityAndAnInsertMayComeTogether() {
    play(220, 100, "E 3fbd01c00161\nS 0 0200 80 => ok :authority=a");
  }
}
