package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Any field lines over any network, watched by the {@link RuleChecker}: everything arrives as it
 * was sent.
 */
class PairFuzzTest {

  @FuzzTest(maxDuration = "10m")
  void anyLinesOverAnyNetwork(FuzzedDataProvider data) throws Exception {
    int capacity = data.consumeInt(0, 700);
    int blocked = data.consumeInt(0, 3);
    QpackEncoder encoder = new QpackEncoder(new EncoderLimits(data.consumeInt(0, 700), 3, 10));
    encoder.peerSettings(capacity, blocked);
    QpackDecoder decoder =
        new QpackDecoder(new DecoderLimits(capacity, blocked, 1 << 16, 200, 1 << 16));
    RuleChecker checker = new RuleChecker(capacity, blocked);
    ArrayDeque<byte[]> instructions = new ArrayDeque<>();
    ArrayDeque<byte[]> acknowledgments = new ArrayDeque<>();
    Map<Long, ArrayDeque<List<FieldLine>>> blockedLines = new HashMap<>();
    Set<Long> dead = new HashSet<>();
    while (data.remainingBytes() > 0) {
      switch (data.consumeInt(0, 4)) {
        case 0, 1 -> {
          long streamId = data.consumeInt(0, 40);
          if (dead.contains(streamId)) {
            continue;
          }
          List<FieldLine> lines = lines(data);
          OctetBuffer out = new OctetBuffer();
          int credit = data.consumeBoolean() ? data.consumeInt(0, 100) : Integer.MAX_VALUE;
          encoder.encode(streamId, lines, out, credit);
          byte[] written = Octets.take(encoder.instructions());
          assertTrue(written.length <= credit);
          checker.encoderStream(written);
          Conversation.same(lines, checker.section(streamId, out.toArray()));
          instructions.add(written);
          // The section overtakes its instructions.
          if (decoder.decode(streamId, ByteBuffer.wrap(out.toArray()))
              instanceof Section.Decoded decoded) {
            Conversation.same(lines, decoded.fields());
          } else {
            blockedLines.computeIfAbsent(streamId, id -> new ArrayDeque<>()).add(lines);
          }
        }
        case 2 -> {
          if (!instructions.isEmpty()) {
            for (long streamId : decoder.onEncoderStream(ByteBuffer.wrap(instructions.remove()))) {
              ArrayDeque<List<FieldLine>> lines = blockedLines.get(streamId);
              assertTrue(lines != null, "stream " + streamId + " was not blocked");
              Conversation.same(lines.remove(), decoder.resume(streamId).fields());
            }
          }
        }
        case 3 -> {
          if (!acknowledgments.isEmpty()) {
            byte[] acknowledgment = acknowledgments.remove();
            checker.decoderStream(acknowledgment);
            encoder.onDecoderStream(ByteBuffer.wrap(acknowledgment));
          }
        }
        default -> {
          long streamId = data.consumeInt(0, 40);
          if (dead.add(streamId)) {
            decoder.cancel(streamId);
            blockedLines.remove(streamId);
          }
        }
      }
      acknowledgments.add(Octets.take(decoder.instructions()));
    }
    for (byte[] rest : instructions) {
      for (long streamId : decoder.onEncoderStream(ByteBuffer.wrap(rest))) {
        ArrayDeque<List<FieldLine>> lines = blockedLines.get(streamId);
        assertTrue(lines != null, "stream " + streamId + " was not blocked");
        Conversation.same(lines.remove(), decoder.resume(streamId).fields());
      }
    }
    assertEquals(0, blockedLines.values().stream().mapToInt(ArrayDeque::size).sum());
  }

  private static List<FieldLine> lines(FuzzedDataProvider data) {
    List<FieldLine> lines = new ArrayList<>();
    for (int i = data.consumeInt(0, 5); i > 0; i--) {
      String name =
          data.consumeBoolean()
              ? StaticTable.line(data.consumeInt(0, StaticTable.SIZE - 1)).name()
              : "x" + data.consumeInt(0, 5);
      String value =
          data.consumeBoolean()
              ? "value " + data.consumeInt(0, 5) + "*".repeat(data.consumeInt(0, 60))
              : data.consumeAsciiString(20);
      lines.add(new FieldLine(name, value, data.consumeInt(0, 20) == 0));
    }
    return lines;
  }
}
