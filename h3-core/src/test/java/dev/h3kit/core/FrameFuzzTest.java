package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.OctetBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Any octets as frames, SETTINGS among them: the same frames or the same error of the RFC however
 * the stream is cut, and integers that read as they were written.
 */
class FrameFuzzTest {
  private static final Set<Long> LEGAL =
      Set.of(
          Http3Error.H3_FRAME_ERROR.code(),
          Http3Error.H3_FRAME_UNEXPECTED.code(),
          Http3Error.H3_SETTINGS_ERROR.code(),
          Http3Error.H3_EXCESSIVE_LOAD.code());

  @FuzzTest(maxDuration = "10m")
  void anyOctets(byte[] octets) throws IOException {
    List<String> whole = frames(octets, Integer.MAX_VALUE);
    assertEquals(whole, frames(octets, 1));
    assertEquals(whole, frames(octets, 3));
    integer(octets);
  }

  private static List<String> frames(byte[] octets, int chunk) throws IOException {
    MemoryTransport.Pair pair = MemoryTransport.pair(Math.max(1, octets.length), 1);
    List<Stream> accepted = new ArrayList<>();
    pair.server().acceptStreams(accepted::add);
    Stream stream = pair.client().openUnidirectional(Deadline.NEVER);
    stream.write(octets, 0, octets.length, Deadline.NEVER);
    stream.finish();
    FrameReader reader =
        new FrameReader(new Chopped(accepted.getFirst(), chunk), 60, 30, () -> Deadline.NEVER);
    List<String> frames = new ArrayList<>();
    try {
      for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
        frames.add(text(frame));
        assertTrue(frames.size() <= octets.length, "a frame has two octets at least");
      }
    } catch (Http3Exception.OfConnection e) {
      assertTrue(LEGAL.contains(e.code()), () -> "ended with " + Http3Error.nameOf(e.code()));
      frames.add(Http3Error.nameOf(e.code()));
    }
    return frames;
  }

  private static String text(Frame frame) {
    if (frame instanceof Frame.Headers headers) {
      return "HEADERS " + hex(headers.section());
    }
    return frame instanceof Frame.PushPromise promise
        ? "PUSH_PROMISE " + promise.pushId() + " " + hex(promise.section())
        : frame.toString();
  }

  private static String hex(ByteBuffer octets) {
    byte[] copy = new byte[octets.remaining()];
    octets.duplicate().get(copy);
    return HexFormat.of().formatHex(copy);
  }

  private static void integer(byte[] octets) {
    if (octets.length == 0 || octets.length < VarInt.length(octets[0])) {
      return;
    }
    long value = VarInt.read(octets, 0, VarInt.length(octets[0]));
    assertTrue(value >= 0 && value <= VarInt.MAX);
    OctetBuffer out = new OctetBuffer(8);
    VarInt.write(out, value);
    byte[] written = out.toArray();
    assertEquals(VarInt.sizeOf(value), written.length);
    assertTrue(written.length <= VarInt.length(octets[0]));
    assertEquals(value, VarInt.read(written, 0, written.length));
  }
}
