package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Any octets on the decoder stream of a working encoder: QPACK_DECODER_STREAM_ERROR, or the encoder
 * goes on and what it writes can be decoded.
 */
class DecoderStreamFuzzTest {

  @FuzzTest(maxDuration = "10m")
  void anyOctets(FuzzedDataProvider data) throws Exception {
    int capacity = data.consumeInt(0, 600);
    int blocked = data.consumeInt(0, 3);
    QpackEncoder encoder = new QpackEncoder(new EncoderLimits(4096, 100, 20));
    encoder.peerSettings(capacity, blocked);
    QpackDecoder decoder =
        new QpackDecoder(new DecoderLimits(capacity, 100, 1 << 16, 200, 1 << 16));
    long streamId = 0;
    while (data.remainingBytes() > 0) {
      if (data.consumeBoolean()) {
        byte[] octets = data.consumeBytes(data.consumeInt(0, 4));
        try {
          encoder.onDecoderStream(ByteBuffer.wrap(octets));
        } catch (QpackException e) {
          assertEquals(QpackError.DECODER_STREAM_ERROR, e.error());
          return;
        }
      } else {
        List<FieldLine> lines = new ArrayList<>();
        for (int i = data.consumeInt(0, 6); i > 0; i--) {
          lines.add(
              new FieldLine(
                  "x-name-" + data.consumeInt(0, 9), "some value " + data.consumeInt(0, 9)));
        }
        OctetBuffer out = new OctetBuffer();
        encoder.encode(streamId, lines, out, Integer.MAX_VALUE);
        // What the peer claims to have may be a lie that evicts what a section needs; the encoder
        // stream itself is always in order.
        decoder.onEncoderStream(ByteBuffer.wrap(Octets.take(encoder.instructions())));
        Section section = decoder.decode(streamId, ByteBuffer.wrap(out.toArray()));
        assertEquals(new Section.Decoded(lines), section);
        streamId += 4;
      }
    }
  }
}
