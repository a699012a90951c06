package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An encoder and a decoder whose streams are delivered in any order, cut anywhere, late, and
 * sometimes cancelled: nothing is lost, nothing hangs, no rule is broken. A failure names its seed.
 */
class RandomNetworkTest {
  private static final int SEEDS = 400;
  private static final int SECTIONS = 120;
  private static final int[] CAPACITIES = {0, 64, 256, 512, 4096};
  private static final int[] BLOCKED = {0, 1, 5, 100};

  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void everySectionArrivesOrIsCancelled(long seed) throws Exception {
    new Network(seed).run();
  }

  private static final class Network {
    private final long seed;
    private final Random random;
    private final QpackEncoder encoder;
    private final QpackDecoder decoder;
    private final RuleChecker checker;
    private final List<List<FieldLine>> lists;

    private final ArrayDeque<Byte> encoderStream = new ArrayDeque<>();
    private final ArrayDeque<Byte> decoderStream = new ArrayDeque<>();
    private final Map<Long, ArrayDeque<byte[]>> underway = new HashMap<>();
    private final Map<Long, ArrayDeque<List<FieldLine>>> wanted = new HashMap<>();
    private final Set<Long> dead = new HashSet<>();
    private int arrived;
    private int sent;
    private int dropped;

    /** What the checker has not seen of the decoder's instructions: they are told whole. */
    private final ArrayDeque<byte[]> told = new ArrayDeque<>();

    private int tellAfter;

    Network(long seed) {
      this.seed = seed;
      random = new Random(seed);
      int capacity = CAPACITIES[random.nextInt(CAPACITIES.length)];
      int blocked = BLOCKED[random.nextInt(BLOCKED.length)];
      Traffic[] kinds = Traffic.values();
      lists = kinds[random.nextInt(kinds.length)].sections(seed, SECTIONS);
      encoder = new QpackEncoder(new EncoderLimits(4096, 100, random.nextInt(1, 60)));
      encoder.peerSettings(capacity, blocked);
      decoder = new QpackDecoder(new DecoderLimits(capacity, blocked, 1 << 20, 200, 1 << 20));
      checker = new RuleChecker(capacity, blocked);
    }

    void run() throws Exception {
      while (sent < lists.size()) {
        step(random.nextInt(12));
      }
      // Then everything that is still underway arrives.
      for (int quiet = 0; quiet < 3; ) {
        int before = arrived + dropped;
        boolean moved = deliverEncoderStream(Integer.MAX_VALUE);
        for (long streamId : List.copyOf(underway.keySet())) {
          moved |= deliverSection(streamId);
        }
        moved |= deliverDecoderStream(Integer.MAX_VALUE);
        quiet = moved || before != arrived + dropped ? 0 : quiet + 1;
      }
      assertEquals(lists.size(), arrived + dropped, "seed " + seed);
      assertTrue(arrived > 0, "seed " + seed);
    }

    private void step(int what) throws Exception {
      switch (what) {
        case 0, 1, 2, 3 -> send();
        case 4, 5, 6 -> deliverEncoderStream(random.nextInt(1, 200));
        case 7, 8 -> {
          if (!underway.isEmpty()) {
            List<Long> streams = new ArrayList<>(underway.keySet());
            deliverSection(streams.get(random.nextInt(streams.size())));
          }
        }
        case 9, 10 -> deliverDecoderStream(random.nextInt(1, 40));
        default -> {
          if (random.nextInt(6) == 0) {
            encoder.tableCapacity(random.nextInt(2 * 4096) * random.nextInt(2));
          } else if (random.nextInt(4) == 0 && !wanted.isEmpty()) {
            List<Long> streams = new ArrayList<>(wanted.keySet());
            cancel(streams.get(random.nextInt(streams.size())));
          }
        }
      }
    }

    private void send() {
      // Some streams carry several sections.
      long streamId = random.nextInt(5) == 0 && sent > 0 ? 4L * random.nextInt(sent) : 4L * sent;
      if (dead.contains(streamId)) {
        streamId = 4L * sent;
      }
      List<FieldLine> list = lists.get(sent++);
      OctetBuffer out = new OctetBuffer();
      int credit = random.nextInt(4) == 0 ? random.nextInt(300) : Integer.MAX_VALUE;
      encoder.encode(streamId, list, out, credit);
      byte[] instructions = Octets.take(encoder.instructions());
      assertTrue(instructions.length <= credit, "seed " + seed);
      checker.encoderStream(instructions);
      Conversation.same(list, checker.section(streamId, out.toArray()));
      for (byte octet : instructions) {
        encoderStream.add(octet);
      }
      underway.computeIfAbsent(streamId, id -> new ArrayDeque<>()).add(out.toArray());
      wanted.computeIfAbsent(streamId, id -> new ArrayDeque<>()).add(list);
    }

    private boolean deliverEncoderStream(int most) throws Exception {
      byte[] octets = take(encoderStream, most);
      if (octets.length == 0) {
        return false;
      }
      for (long streamId : decoder.onEncoderStream(ByteBuffer.wrap(octets))) {
        received(streamId, decoder.resume(streamId).fields());
      }
      flush();
      return true;
    }

    private boolean deliverSection(long streamId) throws Exception {
      ArrayDeque<byte[]> sections = underway.get(streamId);
      if (sections == null || sections.isEmpty()) {
        underway.remove(streamId);
        return false;
      }
      byte[] section = sections.remove();
      if (decoder.decode(streamId, ByteBuffer.wrap(section)) instanceof Section.Decoded decoded) {
        received(streamId, decoded.fields());
      }
      flush();
      return true;
    }

    private boolean deliverDecoderStream(int most) throws Exception {
      byte[] octets = take(decoderStream, most);
      // The checker is told of an instruction when its last octet arrives.
      tellAfter += octets.length;
      while (!told.isEmpty() && told.peek().length <= tellAfter) {
        tellAfter -= told.peek().length;
        checker.decoderStream(told.remove());
      }
      encoder.onDecoderStream(ByteBuffer.wrap(octets));
      return octets.length > 0;
    }

    private void cancel(long streamId) {
      ArrayDeque<List<FieldLine>> lost = wanted.remove(streamId);
      dropped += lost == null ? 0 : lost.size();
      underway.remove(streamId);
      dead.add(streamId);
      decoder.cancel(streamId);
      flush();
    }

    private void received(long streamId, List<FieldLine> lines) {
      ArrayDeque<List<FieldLine>> lists = wanted.get(streamId);
      assertTrue(lists != null, "seed " + seed + ": stream " + streamId + " was cancelled");
      Conversation.same(lists.remove(), lines);
      if (lists.isEmpty() && !underway.containsKey(streamId)) {
        wanted.remove(streamId);
      }
      arrived++;
    }

    private void flush() {
      byte[] instructions = Octets.take(decoder.instructions());
      int start = 0;
      for (int end = 1; end <= instructions.length; end++) {
        if (end == instructions.length || endsInstruction(instructions, start, end)) {
          told.add(Arrays.copyOfRange(instructions, start, end));
          start = end;
        }
      }
      for (byte octet : instructions) {
        decoderStream.add(octet);
      }
    }

    private static boolean endsInstruction(byte[] octets, int start, int end) {
      int first = octets[start] & 0xff;
      int full = first >= 0x80 ? 0x7f : 0x3f;
      return end == start + 1 ? (first & full) != full : octets[end - 1] >= 0;
    }

    private static byte[] take(ArrayDeque<Byte> stream, int most) {
      byte[] octets = new byte[Math.min(most, stream.size())];
      for (int i = 0; i < octets.length; i++) {
        octets[i] = stream.remove();
      }
      return octets;
    }
  }
}
