package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
  private static final Deadline SOON = Deadline.after(Duration.ofSeconds(30));

  private static FrameReader reader(byte[] octets, int chunk) throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair(1 << 20, 10);
    BlockingQueue<Stream> streams = new ArrayBlockingQueue<>(1);
    pair.server().acceptStreams(streams::add);
    Stream out = pair.client().openUnidirectional(SOON);
    out.write(octets, 0, octets.length, SOON);
    out.finish();
    Stream in = streams.poll(10, TimeUnit.SECONDS);
    return new FrameReader(new Chopped(in, chunk), 1000, 100, () -> SOON);
  }

  private static List<String> read(FrameReader reader) throws IOException {
    List<String> seen = new ArrayList<>();
    for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
      if (frame instanceof Frame.Data data) {
        byte[] content = new byte[(int) data.length()];
        int got = 0;
        while (reader.content() > 0) {
          got += reader.read(content, got, content.length - got);
        }
        seen.add("Data " + new String(content, java.nio.charset.StandardCharsets.ISO_8859_1));
      } else if (frame instanceof Frame.Headers headers) {
        seen.add("Headers " + headers.section().remaining());
      } else {
        seen.add(frame.toString());
      }
    }
    return seen;
  }

  @ParameterizedTest(name = "in chunks of {0}")
  @ValueSource(ints = {1, 2, 3, 7, 64, 5000})
  void readsFramesHoweverTheyAreCut(int chunk) throws Exception {
    byte[] octets =
        Wire.join(
            Wire.frame(FrameType.reserved(5), new byte[5000]),
            Wire.frame(FrameType.HEADERS, new byte[300]),
            Wire.data("x".repeat(6000)),
            Wire.data(""),
            Wire.frame(FrameType.GOAWAY, Wire.varint(70_000)),
            Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(3)),
            Wire.frame(FrameType.CANCEL_PUSH, Wire.varint(2)));
    assertEquals(
        List.of(
            "Unknown[type=188, length=5000]",
            "Headers 300",
            "Data " + "x".repeat(6000),
            "Data ",
            "GoAway[id=70000]",
            "MaxPushId[pushId=3]",
            "CancelPush[pushId=2]"),
        read(reader(octets, chunk)));
  }

  // RFC 9114 §7.1: "When a stream terminates cleanly, if the last frame on the stream was
  // truncated, this MUST be treated as a connection error of type H3_FRAME_ERROR."
  @Test
  void rfc9114_7_1_aStreamThatEndsWithinAFrameIsAFrameError() throws Exception {
    byte[] whole = Wire.join(Wire.frame(FrameType.HEADERS, new byte[20]), Wire.data("content"));
    for (int cut = 1; cut < whole.length; cut++) {
      if (cut == 22) {
        continue;
      }
      FrameReader reader = reader(java.util.Arrays.copyOf(whole, cut), 100);
      Http3Exception.OfConnection error =
          assertThrows(Http3Exception.OfConnection.class, () -> read(reader), "cut at " + cut);
      assertEquals(Http3Error.H3_FRAME_ERROR.code(), error.code());
    }
  }

  @Test
  void anEmptyStreamHasNoFrame() throws Exception {
    assertNull(reader(new byte[0], 10).next());
  }

  // RFC 9114 §7.2.8: "These frame types MUST NOT be sent, and their receipt MUST be treated as a
  // connection error of type H3_FRAME_UNEXPECTED."
  @ParameterizedTest
  @ValueSource(longs = {0x02, 0x06, 0x08, 0x09})
  void rfc9114_7_2_8_frameTypesOfHttp2AreUnexpected(long type) throws Exception {
    FrameReader reader = reader(Wire.frame(type, new byte[4]), 10);
    Http3Exception.OfConnection error =
        assertThrows(Http3Exception.OfConnection.class, reader::next);
    assertEquals(Http3Error.H3_FRAME_UNEXPECTED.code(), error.code());
  }

  // RFC 9114 §7.1: "A frame payload that contains additional bytes after the identified fields or a
  // frame payload that terminates before the end of the identified fields MUST be treated as a
  // connection error of type H3_FRAME_ERROR."
  // RFC 9114 §7.1: "Each frame's payload MUST contain exactly the fields identified in its
  // description."
  // RFC 9114 §10.8: "An implementation MUST ensure that the length of a frame exactly matches the
  // length of the fields it contains."
  // RFC 9114 §7.1: "In particular, redundant length encodings MUST be verified to be
  // self-consistent; see Section 10.8."
  @ParameterizedTest
  @ValueSource(strings = {"0700", "0702 00 00", "0d020101", "070140", "030200 01"})
  void rfc9114_7_1_aFrameThatIsNotExactlyItsFieldsIsAFrameError(String hex) throws Exception {
    FrameReader reader = reader(Wire.hex(hex), 10);
    Http3Exception.OfConnection error =
        assertThrows(Http3Exception.OfConnection.class, reader::next);
    assertEquals(Http3Error.H3_FRAME_ERROR.code(), error.code());
  }

  @Test
  void aHeaderSectionAboveTheLimitIsNotRead() throws Exception {
    FrameReader reader = reader(Wire.frame(FrameType.HEADERS, new byte[1001]), 10);
    assertEquals(new Frame.OversizedHeaders(1001), reader.next());
  }

  @Test
  void aLengthOf2To62IsBelievedOnlyAsFarAsOctetsCome() throws Exception {
    byte[] octets =
        Wire.join(Wire.varint(FrameType.DATA), Wire.varint(VarInt.MAX), new byte[] {1, 2, 3});
    FrameReader reader = reader(octets, 100);
    assertInstanceOf(Frame.Data.class, reader.next());
    byte[] content = new byte[10];
    assertEquals(3, reader.read(content, 0, 10));
    assertThrows(Http3Exception.OfConnection.class, () -> reader.read(content, 0, 10));
  }

  @Test
  void aControlFrameAboveTheLimitIsExcessive() throws Exception {
    FrameReader reader = reader(Wire.frame(FrameType.SETTINGS, new byte[101]), 10);
    Http3Exception.OfConnection error =
        assertThrows(Http3Exception.OfConnection.class, reader::next);
    assertEquals(Http3Error.H3_EXCESSIVE_LOAD.code(), error.code());
  }
}
