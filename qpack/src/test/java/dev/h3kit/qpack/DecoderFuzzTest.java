package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Any octets on the encoder stream and in sections: an error of the RFC or a result, within the
 * limits, and the same however the encoder stream is cut.
 */
class DecoderFuzzTest {
  private static final DecoderLimits LIMITS = new DecoderLimits(300, 3, 2000, 20, 500);

  @FuzzTest(maxDuration = "10m")
  void anyOctets(FuzzedDataProvider data) {
    QpackDecoder whole = new QpackDecoder(LIMITS);
    QpackDecoder cut = new QpackDecoder(LIMITS);
    boolean alive = true;
    while (alive && data.remainingBytes() > 0) {
      int what = data.consumeInt(0, 4);
      byte[] octets = data.consumeBytes(data.consumeInt(0, 60));
      long streamId = data.consumeInt(0, 5);
      switch (what) {
        case 0, 1 -> {
          Object first = result(() -> whole.onEncoderStream(ByteBuffer.wrap(octets)));
          Object second = result(() -> octetByOctet(cut, octets));
          assertEquals(first, second);
          alive = !(first instanceof QpackError);
          if (first instanceof List<?> named) {
            for (Object stream : named) {
              alive &= same(whole, cut, (Long) stream);
            }
          }
        }
        case 2, 3 -> {
          Object first = result(() -> whole.decode(streamId, ByteBuffer.wrap(octets)));
          assertEquals(first, result(() -> cut.decode(streamId, direct(octets))));
          alive = !(first instanceof QpackError);
          if (first instanceof Section.Decoded decoded) {
            check(decoded);
          }
        }
        default -> {
          whole.cancel(streamId);
          cut.cancel(streamId);
        }
      }
      TableStats stats = whole.stats();
      assertTrue(stats.tableSize() <= stats.tableCapacity());
      assertTrue(stats.tableCapacity() <= LIMITS.maxTableCapacity());
    }
  }

  private static boolean same(QpackDecoder whole, QpackDecoder cut, long streamId) {
    Object first = result(() -> whole.resume(streamId));
    assertEquals(first, result(() -> cut.resume(streamId)));
    if (first instanceof Section.Decoded decoded) {
      check(decoded);
    }
    return !(first instanceof QpackError);
  }

  private static void check(Section.Decoded decoded) {
    assertTrue(decoded.fields().size() <= LIMITS.maxFieldLines());
    int size = 0;
    for (FieldLine line : decoded.fields()) {
      size += line.size();
    }
    assertTrue(size <= LIMITS.maxFieldSectionSize());
  }

  private static List<Long> octetByOctet(QpackDecoder decoder, byte[] octets)
      throws QpackException {
    List<Long> named = new ArrayList<>();
    for (byte octet : octets) {
      named.addAll(decoder.onEncoderStream(ByteBuffer.wrap(new byte[] {octet})));
    }
    return named;
  }

  private static ByteBuffer direct(byte[] octets) {
    return ByteBuffer.allocateDirect(octets.length).put(octets).flip();
  }

  private interface Call {
    Object call() throws QpackException, FieldSectionTooLargeException;
  }

  /** What a call brings, or the error or limit it fails with. */
  private static Object result(Call call) {
    try {
      return call.call();
    } catch (QpackException e) {
      return e.error();
    } catch (FieldSectionTooLargeException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
