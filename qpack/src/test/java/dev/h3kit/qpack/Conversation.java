package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

/**
 * An encoder, a decoder and a {@link RuleChecker} between them, with acknowledgments never, at once
 * or some sections late.
 */
final class Conversation {
  private final QpackEncoder encoder;
  private final QpackDecoder decoder;
  private final RuleChecker checker;
  private final int acknowledge;
  private final ArrayDeque<byte[]> underway = new ArrayDeque<>();
  private final OctetBuffer out = new OctetBuffer();
  private long streamId;
  private long octets;

  /**
   * @param acknowledge 0 never, 1 at once, n: n sections late
   */
  Conversation(int capacity, int blocked, int acknowledge, EncoderLimits limits) {
    this.acknowledge = acknowledge;
    encoder = new QpackEncoder(limits);
    encoder.peerSettings(capacity, blocked);
    decoder = new QpackDecoder(new DecoderLimits(capacity, blocked, 1 << 24, 1 << 20, 1 << 24));
    checker = new RuleChecker(capacity, blocked);
  }

  /** The octets of sections and encoder stream when every list was sent. */
  static long octets(
      List<List<FieldLine>> lists, int capacity, int blocked, int acknowledge, int stake)
      throws Exception {
    Conversation conversation =
        new Conversation(
            capacity, blocked, acknowledge, new EncoderLimits(capacity, blocked, 1000, stake));
    for (List<FieldLine> list : lists) {
      conversation.send(list);
    }
    return conversation.octets;
  }

  private void send(List<FieldLine> list) throws Exception {
    out.clear();
    encoder.encode(streamId, list, out, Integer.MAX_VALUE);
    byte[] section = out.toArray();
    byte[] instructions = Octets.take(encoder.instructions());
    octets += section.length + instructions.length;
    checker.encoderStream(instructions);
    same(list, checker.section(streamId, section));
    assertEquals(List.of(), decoder.onEncoderStream(ByteBuffer.wrap(instructions)));
    Section decoded = decoder.decode(streamId, ByteBuffer.wrap(section));
    same(list, assertInstanceOf(Section.Decoded.class, decoded).fields());
    streamId += 4;
    underway.add(Octets.take(decoder.instructions()));
    if (acknowledge > 0 && underway.size() > (acknowledge == 1 ? 0 : acknowledge)) {
      byte[] acknowledgment = underway.remove();
      checker.decoderStream(acknowledgment);
      encoder.onDecoderStream(ByteBuffer.wrap(acknowledgment));
    }
  }

  /** The same names and values; a line may have become never-indexed on its way. */
  static void same(List<FieldLine> sent, List<FieldLine> received) {
    assertEquals(sent.size(), received.size(), "lines");
    for (int i = 0; i < sent.size(); i++) {
      FieldLine line = sent.get(i);
      boolean never =
          line.neverIndexed() || (SensitiveFields.isSensitive(line) && !line.value().isEmpty());
      assertEquals(new FieldLine(line.name(), line.value(), never), received.get(i));
    }
  }
}
