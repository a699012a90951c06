package dev.h3kit.bench.qpack;

import dev.h3kit.qpack.DecoderLimits;
import dev.h3kit.qpack.EncoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.FieldSectionTooLargeException;
import dev.h3kit.qpack.OctetBuffer;
import dev.h3kit.qpack.QpackDecoder;
import dev.h3kit.qpack.QpackEncoder;
import dev.h3kit.qpack.QpackException;
import dev.h3kit.qpack.interop.Qif;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection's lists of field lines at one setting, with everything that a coder is fed: what
 * an encoder gets as acknowledgments, and what a decoder gets as instructions and sections.
 */
final class Workload {
  /** Large enough for every list. */
  private static final int LIMIT = 1 << 20;

  final List<List<FieldLine>> lists;
  final int capacity;
  final int blocked;

  /** For each section: the instructions before it, the section, the acknowledgment behind it. */
  final List<ByteBuffer> instructions = new ArrayList<>();

  final List<ByteBuffer> sections = new ArrayList<>();
  final List<ByteBuffer> acknowledgments = new ArrayList<>();
  final long octets;

  /**
   * @param acknowledge 0 never, 1 at once, n: n sections late
   */
  Workload(List<List<FieldLine>> lists, int capacity, int blocked, int acknowledge)
      throws QpackException, FieldSectionTooLargeException {
    this.lists = lists;
    this.capacity = capacity;
    this.blocked = blocked;
    QpackEncoder encoder = encoder();
    QpackDecoder decoder = decoder();
    ArrayDeque<byte[]> underway = new ArrayDeque<>();
    OctetBuffer out = new OctetBuffer();
    long total = 0;
    long streamId = 0;
    for (List<FieldLine> list : lists) {
      encoder.encode(streamId, list, out, Integer.MAX_VALUE);
      instructions.add(take(encoder.instructions()));
      sections.add(take(out));
      total += instructions.getLast().remaining() + sections.getLast().remaining();
      decoder.onEncoderStream(instructions.getLast().duplicate());
      decoder.decode(streamId, sections.getLast().duplicate());
      underway.add(take(decoder.instructions()).array());
      byte[] due = new byte[0];
      if (acknowledge > 0 && underway.size() > (acknowledge == 1 ? 0 : acknowledge)) {
        due = underway.remove();
      }
      acknowledgments.add(ByteBuffer.wrap(due));
      encoder.onDecoderStream(ByteBuffer.wrap(due));
      streamId += 4;
    }
    octets = total;
  }

  static List<List<FieldLine>> read(Path qif) throws IOException {
    return Qif.parse(Files.readAllBytes(qif));
  }

  QpackEncoder encoder() {
    QpackEncoder encoder = new QpackEncoder(new EncoderLimits(capacity, blocked, 1000));
    encoder.peerSettings(capacity, blocked);
    return encoder;
  }

  QpackDecoder decoder() {
    return new QpackDecoder(new DecoderLimits(capacity, blocked, LIMIT, LIMIT, LIMIT));
  }

  /** Encodes everything with a new encoder; returns the octets written. */
  long encode(OctetBuffer out) throws QpackException {
    QpackEncoder encoder = encoder();
    long total = 0;
    for (int i = 0; i < lists.size(); i++) {
      out.clear();
      encoder.encode(4L * i, lists.get(i), out, Integer.MAX_VALUE);
      total += out.length() + encoder.instructions().length();
      encoder.instructions().clear();
      if (capacity > 0) {
        encoder.onDecoderStream(acknowledgments.get(i).rewind());
      }
    }
    return total;
  }

  /** Decodes everything with a new decoder; returns the number of lines. */
  long decode() throws QpackException, FieldSectionTooLargeException {
    QpackDecoder decoder = decoder();
    long lines = 0;
    for (int i = 0; i < lists.size(); i++) {
      if (capacity > 0) {
        decoder.onEncoderStream(instructions.get(i).rewind());
      }
      if (decoder.decode(4L * i, sections.get(i).rewind())
          instanceof dev.h3kit.qpack.Section.Decoded decoded) {
        lines += decoded.fields().size();
      }
      decoder.instructions().clear();
    }
    return lines;
  }

  private static ByteBuffer take(OctetBuffer buffer) {
    byte[] octets = buffer.toArray();
    buffer.clear();
    return ByteBuffer.wrap(octets);
  }
}
