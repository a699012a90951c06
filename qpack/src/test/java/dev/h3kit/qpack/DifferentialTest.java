package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tech.kwik.qpack.Decoder;
import tech.kwik.qpack.Encoder;

/** The static part, against the codec of the kwik project: each reads what the other wrote. */
class DifferentialTest {

  static Stream<Map.Entry<String, List<List<FieldLine>>>> lists() {
    return Corpus.own().entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("lists")
  void theOtherDecoderReadsWhatIsEncoded(Map.Entry<String, List<List<FieldLine>>> lists)
      throws Exception {
    Decoder other = Decoder.newBuilder().build();
    QpackEncoder encoder = new QpackEncoder(EncoderLimits.DEFAULT);
    for (List<FieldLine> list : lists.getValue()) {
      OctetBuffer out = new OctetBuffer();
      encoder.encode(0, list, out, Integer.MAX_VALUE);
      assertEquals(entries(list), other.decodeStream(new ByteArrayInputStream(out.toArray())));
    }
  }

  @ParameterizedTest
  @MethodSource("lists")
  void whatTheOtherEncoderWritesIsDecoded(Map.Entry<String, List<List<FieldLine>>> lists)
      throws Exception {
    Encoder other = Encoder.newBuilder().build();
    QpackDecoder decoder = new QpackDecoder(DecoderLimits.DEFAULT);
    for (List<FieldLine> list : lists.getValue()) {
      ByteBuffer section = other.compressHeaders(entries(list)).flip();
      assertEquals(new Section.Decoded(indexable(list)), decoder.decode(0, section));
    }
  }

  /** The other encoder knows no never-indexed literals. */
  private static List<FieldLine> indexable(List<FieldLine> lines) {
    return lines.stream().map(line -> new FieldLine(line.name(), line.value())).toList();
  }

  private static List<Map.Entry<String, String>> entries(List<FieldLine> lines) {
    return lines.stream().map(line -> Map.entry(line.name(), line.value())).toList();
  }
}
