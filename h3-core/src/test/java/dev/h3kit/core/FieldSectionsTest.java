package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The bounds of what a connection keeps for its QPACK streams. */
class FieldSectionsTest {

  // RFC 9204 §7.3: "Implementations should limit the size of unsent data, especially on the decoder
  // stream"
  @Test
  void rfc9204_7_3_cancellationsThatNobodyReadsAreBounded() {
    FieldSections sections = new FieldSections(Http3Limits.SERVER, Http3Events.NONE);
    long streamId = VarInt.MAX - 3;
    int most = 2 * InstructionStream.MAX_UNSENT;
    int told = 0;
    while (sections.cancel(streamId)) {
      streamId -= 4;
      assertTrue(++told < most, "a cancellation has at least an octet");
    }
    assertFalse(sections.cancel(streamId));
  }

  @Test
  void instructionsForNoSectionAreBounded() throws Exception {
    InstructionAllowance allowance = new InstructionAllowance("encoder", 4096);
    for (int i = 0; i < 10; i++) {
      allowance.spend(InstructionAllowance.LEAST);
      allowance.renew();
    }
    allowance.spend(InstructionAllowance.LEAST);
    Http3Exception.OfConnection end =
        assertThrows(Http3Exception.OfConnection.class, () -> allowance.spend(1));
    assertEquals(Http3Error.H3_EXCESSIVE_LOAD.code(), end.code());
  }
}
