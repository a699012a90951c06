package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.qpack.FieldLine;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The bounds of what a connection keeps for its QPACK streams. */
class FieldSectionsTest {
  /** Set Dynamic Table Capacity 4096, Insert with Literal Name "a", "b". */
  private static final byte[] INSERT = {0x3f, (byte) 0xe1, 0x1f, 0x41, 'a', 0x01, 'b'};

  /** Required Insert Count 1, Base 1, relative index 0. */
  private static final byte[] REFERENCE = {0x02, 0x00, (byte) 0x80};

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

  // RFC 9204 §4.4.1: "If an encoder receives a Section Acknowledgment instruction referring to a
  // stream on which every encoded field section with a non-zero Required Insert Count has already
  // been acknowledged, this MUST be treated as a connection error of type
  // QPACK_DECODER_STREAM_ERROR."
  @Test
  void rfc9204_2_2_2_2_nothingIsAcknowledgedBehindACancellation() throws Exception {
    FieldSections sections = new FieldSections(Http3Limits.SERVER, Http3Events.NONE);
    sections.onEncoderStream(INSERT, INSERT.length);
    assertThrows(
        Http3Exception.OfStream.class,
        () -> sections.decode(0, ByteBuffer.wrap(REFERENCE), () -> true, RawPeer.soon()));
    assertEquals(
        List.of(new FieldLine("a", "b")),
        sections.decode(4, ByteBuffer.wrap(REFERENCE), () -> false, RawPeer.soon()));
    assertEquals(1, sections.stats().getLast().sections());
  }

  @Test
  void aSectionThatIsCancelledJustWhenItCouldGoOnEndsItsStreamOnly() throws Exception {
    for (int i = 0; i < 300; i++) {
      CountDownLatch blocked = new CountDownLatch(1);
      Http3Events events =
          new Http3Events() {
            @Override
            public void sectionBlocked(long streamId, long requiredInsertCount) {
              blocked.countDown();
            }
          };
      FieldSections sections = new FieldSections(Http3Limits.SERVER, events);
      FutureTask<List<FieldLine>> decoding =
          new FutureTask<>(
              () -> sections.decode(0, ByteBuffer.wrap(REFERENCE), () -> false, RawPeer.soon()));
      Thread.ofVirtual().start(decoding);
      assertTrue(blocked.await(10, TimeUnit.SECONDS));
      sections.onEncoderStream(INSERT, INSERT.length);
      sections.cancel(0);
      try {
        assertEquals(List.of(new FieldLine("a", "b")), decoding.get(10, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        assertInstanceOf(Http3Exception.OfStream.class, e.getCause());
      }
    }
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
