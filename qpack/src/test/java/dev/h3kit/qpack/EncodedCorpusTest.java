package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.h3kit.qpack.interop.EncodedRecord;
import dev.h3kit.qpack.interop.Qif;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What other implementations have encoded is decoded, whatever the order of its octets. */
class EncodedCorpusTest {
  private enum Order {
    WHOLE,
    OCTET_BY_OCTET,
    SECTIONS_FIRST
  }

  static Stream<String> files() {
    return Corpus.isShared()
        ? Corpus.sharedFiles("encoded").stream()
            .filter(name -> name.contains("-hq.out") || name.contains("netbsd.out"))
        : Stream.of("");
  }

  @ParameterizedTest
  @MethodSource("files")
  void isDecodedWhole(String file) throws Exception {
    check(file, Order.WHOLE);
  }

  @ParameterizedTest
  @MethodSource("files")
  void isDecodedOctetByOctet(String file) throws Exception {
    check(file, Order.OCTET_BY_OCTET);
  }

  @ParameterizedTest
  @MethodSource("files")
  void isDecodedWithSectionsAheadOfTheirInserts(String file) throws Exception {
    check(file, Order.SECTIONS_FIRST);
  }

  @Test
  void errorsAreFound() {
    assumeTrue(Corpus.isShared(), "the qifs collection is not beside the repository");
    for (int number = 1; number <= 12; number++) {
      List<EncodedRecord> records =
          EncodedRecord.parse(Corpus.shared("encoded/errors/err" + number));
      if (number == 9 || number == 10) {
        // They were errors under an earlier draft.
        continue;
      }
      QpackDecoder decoder = new QpackDecoder(new DecoderLimits(4096, 100, 65536, 200, 65536));
      QpackException error =
          assertThrows(
              QpackException.class,
              () -> {
                for (EncodedRecord record : records) {
                  feed(decoder, record.streamId(), record.octets());
                }
              },
              "err" + number);
      assertEquals(
          number >= 11 ? QpackError.ENCODER_STREAM_ERROR : QpackError.DECOMPRESSION_FAILED,
          error.error(),
          "err" + number);
    }
  }

  private static void feed(QpackDecoder decoder, long streamId, byte[] octets)
      throws QpackException, FieldSectionTooLargeException {
    if (streamId == EncodedRecord.ENCODER_STREAM) {
      decoder.onEncoderStream(ByteBuffer.wrap(octets));
    } else {
      decoder.decode(streamId, ByteBuffer.wrap(octets));
    }
  }

  private static void check(String file, Order order) throws Exception {
    assumeTrue(!file.isEmpty(), "the qifs collection is not beside the repository");
    String name = file.substring(file.lastIndexOf('/') + 1);
    String[] settings = name.substring(name.indexOf(".out.") + 5).split("\\.", -1);
    int capacity = Integer.parseInt(settings[0]);
    int blocked = Integer.parseInt(settings[1]);
    List<EncodedRecord> records = EncodedRecord.parse(Corpus.shared(file));
    // Written for a draft where the table began with its full capacity.
    byte[] first =
        records.stream()
            .filter(record -> record.streamId() == EncodedRecord.ENCODER_STREAM)
            .map(EncodedRecord::octets)
            .filter(octets -> octets.length > 0)
            .findFirst()
            .orElse(new byte[] {0x20});
    List<EncodedRecord> fed = new ArrayList<>();
    if ((first[0] & 0xe0) != 0x20) {
      EncoderInstructions instructions = new EncoderInstructions(new StringLiteral());
      instructions.setCapacity(capacity);
      fed.add(new EncodedRecord(EncodedRecord.ENCODER_STREAM, instructions.octets().toArray()));
    }
    fed.addAll(records);
    // Sections first: as far ahead of the encoder stream as the setting allows, and no further
    // than what a decoder can tell apart.
    DecoderLimits limits =
        new DecoderLimits(capacity, Math.max(blocked, 100), 1 << 20, 200, 1 << 20);
    Map<Long, List<FieldLine>> decoded = new TreeMap<>();
    QpackDecoder decoder = new QpackDecoder(limits);
    if (order == Order.SECTIONS_FIRST) {
      fed = sectionsFirst(fed);
    }
    for (EncodedRecord record : fed) {
      if (record.streamId() != EncodedRecord.ENCODER_STREAM) {
        Section section = decoder.decode(record.streamId(), ByteBuffer.wrap(record.octets()));
        if (section instanceof Section.Decoded now) {
          decoded.put(record.streamId(), now.fields());
        }
      } else if (order == Order.OCTET_BY_OCTET) {
        for (byte octet : record.octets()) {
          resume(decoder, decoder.onEncoderStream(ByteBuffer.wrap(new byte[] {octet})), decoded);
        }
      } else {
        resume(decoder, decoder.onEncoderStream(ByteBuffer.wrap(record.octets())), decoded);
      }
    }
    List<List<FieldLine>> wanted =
        name.startsWith("examples")
            ? new ArrayList<>(decoded.values())
            : Qif.parse(Corpus.shared("qifs/" + name.substring(0, name.indexOf(".out.")) + ".qif"));
    assertEquals(plain(wanted), plain(new ArrayList<>(decoded.values())));
  }

  /** Moves each section ahead of the encoder stream's records that stand directly before it. */
  private static List<EncodedRecord> sectionsFirst(List<EncodedRecord> records) {
    List<EncodedRecord> moved = new ArrayList<>();
    List<EncodedRecord> instructions = new ArrayList<>();
    for (EncodedRecord record : records) {
      if (record.streamId() == EncodedRecord.ENCODER_STREAM) {
        instructions.add(record);
      } else {
        moved.add(record);
        moved.addAll(instructions);
        instructions.clear();
      }
    }
    moved.addAll(instructions);
    return moved;
  }

  private static void resume(
      QpackDecoder decoder, List<Long> streams, Map<Long, List<FieldLine>> decoded)
      throws QpackException, FieldSectionTooLargeException {
    for (long streamId : streams) {
      decoded.put(streamId, decoder.resume(streamId).fields());
    }
  }

  private static List<String> plain(List<List<FieldLine>> lists) {
    return lists.stream()
        .map(list ->
            String.join(
                "\n", list.stream().map(line -> line.name() + "\t" + line.value()).toList()))
        .toList();
  }
}
