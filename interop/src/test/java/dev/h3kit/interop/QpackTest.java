package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.qpack.DecoderLimits;
import dev.h3kit.qpack.EncoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.OctetBuffer;
import dev.h3kit.qpack.QpackDecoder;
import dev.h3kit.qpack.QpackEncoder;
import dev.h3kit.qpack.Section;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our QPACK against that of nghttp3, dynamic table and all: sections before and behind their
 * instructions, acknowledgments at once and late, cancelled streams.
 */
@Timeout(60)
class QpackTest {
  private static final int SECTIONS = 400;

  private Nghttp3 library;

  @BeforeEach
  void load() {
    library = Nghttp3.load();
  }

  @AfterEach
  void close() {
    if (library != null) {
      library.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "256, 0, 1",
    "256, 0, 8",
    "256, 100, 1",
    "512, 5, 8",
    "4096, 0, 1",
    "4096, 0, 8",
    "4096, 1, 8",
    "4096, 100, 1",
    "4096, 100, 8",
    "4096, 100, 0"
  })
  void whatWeEncodeTheyDecode(int capacity, int blocked, int acknowledge) throws Exception {
    QpackEncoder ours = new QpackEncoder(EncoderLimits.DEFAULT);
    ours.peerSettings(capacity, blocked);
    Nghttp3.Decoder theirs = library.new Decoder(capacity, blocked);
    ArrayDeque<byte[]> underway = new ArrayDeque<>();
    Random random = new Random(capacity * 31L + blocked * 7L + acknowledge);
    int waited = 0;
    for (int i = 0; i < SECTIONS; i++) {
      long streamId = 4L * i;
      List<FieldLine> lines = lines(random);
      OctetBuffer out = new OctetBuffer();
      ours.encode(streamId, lines, out, Integer.MAX_VALUE);
      byte[] instructions = ours.instructions().toArray();
      ours.instructions().clear();
      boolean overtakes = random.nextBoolean();
      if (!overtakes) {
        theirs.readEncoder(instructions);
      }
      List<byte[]> rest = new ArrayList<>();
      List<FieldLine> decoded = theirs.section(streamId, out.toArray(), rest);
      if (overtakes) {
        theirs.readEncoder(instructions);
      }
      if (decoded == null) {
        assertTrue(overtakes, "blocked with all instructions there");
        waited++;
        if (random.nextInt(5) == 0) {
          theirs.cancel(streamId);
        } else {
          decoded = theirs.section(streamId, rest.getFirst(), rest);
        }
      }
      if (decoded != null) {
        assertEquals(lines, decoded);
      }
      underway.add(theirs.instructions());
      if (acknowledge > 0 && underway.size() >= acknowledge) {
        ours.onDecoderStream(ByteBuffer.wrap(underway.remove()));
      }
    }
    assertEquals(
        capacity > 0, ours.stats().tableReferences() > SECTIONS / 4, () -> "" + ours.stats());
    assertEquals(capacity > 0 && blocked > 0, waited > 0);
    if (capacity == 256) {
      assertTrue(ours.stats().evictions() > 0, () -> "" + ours.stats());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1",
    "256, 100, 1",
    "512, 100, 8",
    "4096, 100, 1",
    "4096, 100, 8",
    "4096, 100, 0"
  })
  void whatTheyEncodeWeDecode(int capacity, int blocked, int acknowledge) throws Exception {
    Nghttp3.Encoder theirs = library.new Encoder(capacity, blocked);
    QpackDecoder ours =
        new QpackDecoder(new DecoderLimits(capacity, blocked, 1 << 16, 200, 1 << 16));
    ArrayDeque<byte[]> underway = new ArrayDeque<>();
    Random random = new Random(capacity * 31L + blocked * 7L + acknowledge);
    for (int i = 0; i < SECTIONS; i++) {
      long streamId = 4L * i;
      List<FieldLine> lines = lines(random);
      Nghttp3.Encoded encoded = theirs.encode(streamId, lines);
      boolean overtakes = random.nextBoolean();
      if (!overtakes) {
        assertEquals(List.of(), ours.onEncoderStream(ByteBuffer.wrap(encoded.instructions())));
      }
      Section section = ours.decode(streamId, ByteBuffer.wrap(encoded.section()));
      if (overtakes) {
        List<Long> ready = ours.onEncoderStream(ByteBuffer.wrap(encoded.instructions()));
        assertEquals(section instanceof Section.Blocked ? List.of(streamId) : List.of(), ready);
      }
      if (section instanceof Section.Blocked) {
        if (random.nextInt(5) == 0) {
          ours.cancel(streamId);
          section = null;
        } else {
          section = ours.resume(streamId);
        }
      }
      if (section != null) {
        List<FieldLine> decoded = assertInstanceOf(Section.Decoded.class, section).fields();
        assertEquals(named(lines), named(decoded));
        for (int k = 0; k < lines.size(); k++) {
          assertTrue(decoded.get(k).neverIndexed() || !lines.get(k).neverIndexed(), "the N bit");
        }
      }
      underway.add(ours.instructions().toArray());
      ours.instructions().clear();
      if (acknowledge > 0 && underway.size() >= acknowledge) {
        theirs.readDecoder(underway.remove());
      }
    }
    assertEquals(
        capacity > 0, ours.stats().tableReferences() > SECTIONS / 4, () -> "" + ours.stats());
  }

  /** A message with values that stay, change, come again, are empty, long, secret or not ASCII. */
  private static List<FieldLine> lines(Random random) {
    List<FieldLine> lines = new ArrayList<>();
    lines.add(new FieldLine(":method", random.nextInt(4) == 0 ? "PATCH" : "GET"));
    lines.add(new FieldLine(":path", "/page/" + random.nextInt(1 << random.nextInt(12))));
    lines.add(new FieldLine(":authority", "www" + random.nextInt(3) + ".example.test"));
    lines.add(new FieldLine("user-agent", "a browser of many words, " + random.nextInt(2)));
    if (random.nextBoolean()) {
      lines.add(new FieldLine("x-request-number", Integer.toString(random.nextInt())));
    }
    if (random.nextBoolean()) {
      lines.add(new FieldLine("x-kind-" + random.nextInt(8), "kind".repeat(random.nextInt(9))));
    }
    if (random.nextInt(3) == 0) {
      lines.add(new FieldLine("authorization", "Bearer " + random.nextInt(3), true));
    }
    if (random.nextInt(3) == 0) {
      lines.add(new FieldLine("x-secret", "s" + random.nextInt(2), true));
    }
    if (random.nextInt(4) == 0) {
      lines.add(new FieldLine("x-octets", "\u00e9\u00ff\u0080".repeat(random.nextInt(4))));
    }
    if (random.nextInt(20) == 0) {
      lines.add(new FieldLine("x-long", "abc".repeat(random.nextInt(700))));
    }
    return lines;
  }

  private static List<FieldLine> named(List<FieldLine> lines) {
    return lines.stream().map(line -> new FieldLine(line.name(), line.value())).toList();
  }
}
