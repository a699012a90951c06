package dev.h3kit.core.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Http3Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in trace files, and their bounds. */
class TraceFilesTest {
  @TempDir Path folder;

  @Test
  void jsonEscapesWhatItMust() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("a\"b\\", List.of(1, -2L, 1.5, true, "x\n\u007f\ud800é"));
    value.put("b", Map.of());
    assertEquals(
        "{\"a\\\"b\\\\\":[1,-2,1.5,true,\"x\\u000a\\u007f\\ud800é\"],\"b\":{}}", Json.of(value));
  }

  /** What a scanner finds, a line each. */
  private static List<String> frames(boolean unidirectional, String hex, int step) {
    List<String> found = new ArrayList<>();
    FrameScanner scanner =
        new FrameScanner(
            unidirectional,
            new FrameScanner.Findings() {
              @Override
              public void streamType(long type) {
                found.add("type " + type);
              }

              @Override
              public void frame(Map<String, Object> frame, long length) {
                found.add(length + " " + Json.of(frame));
              }

              @Override
              public void raw(byte[] octets, int offset, int length) {
                found.add("raw " + HexFormat.of().formatHex(octets, offset, offset + length));
              }
            });
    byte[] octets = HexFormat.of().parseHex(hex);
    for (int at = 0; at < octets.length; at += step) {
      scanner.scan(octets, at, Math.min(step, octets.length - at));
    }
    return found;
  }

  @Test
  void framesAreFoundHoweverTheyAreCut() {
    String request = "0102d1d7" + "0003616263" + "0000" + "21021122" + "4041017f";
    List<String> wanted =
        List.of(
            "2 {\"frame_type\":\"headers\",\"headers\":[]}",
            "3 {\"frame_type\":\"data\"}",
            "0 {\"frame_type\":\"data\"}",
            "2 {\"frame_type\":\"reserved\",\"frame_type_value\":33}",
            "1 {\"frame_type\":\"unknown\",\"frame_type_value\":65}");
    for (int step = 1; step <= request.length() / 2; step++) {
      assertEquals(wanted, frames(false, request, step));
    }
    assertEquals(
        List.of(
            "type 0",
            "3 {\"frame_type\":\"settings\",\"settings\":"
                + "[{\"name\":\"settings_qpack_max_table_capacity\",\"value\":64}]}",
            "1 {\"frame_type\":\"goaway\",\"id\":8}"),
        frames(true, "00" + "0403014040" + "070108", 1));
    assertEquals(List.of("type 2", "raw 20", "raw 3f"), frames(true, "02203f", 1));
    // A push stream begins with its push id.
    assertEquals(List.of("type 1", "0 {\"frame_type\":\"data\"}"), frames(true, "01050000", 1));
  }

  private static List<String> instructions(boolean encoder, String hex, int step) {
    List<String> found = new ArrayList<>();
    InstructionScanner scanner =
        new InstructionScanner(encoder, (told, length) -> found.add(length + " " + told.values()));
    byte[] octets = HexFormat.of().parseHex(hex);
    for (int at = 0; at < octets.length; at += step) {
      scanner.scan(octets, at, Math.min(step, octets.length - at));
    }
    return found;
  }

  @Test
  void qpackInstructionsAreFoundHoweverTheyAreCut() {
    // RFC 9204 Appendix B.2 to B.4.
    String encoder =
        "3fbd01"
            + "c00f7777772e6578616d706c652e636f6d"
            + "c10c2f73616d706c652f70617468"
            + "4a637573746f6d2d6b65790c637573746f6d2d76616c7565"
            + "02";
    List<String> wanted =
        List.of(
            "3 [set_dynamic_table_capacity, 220]",
            "17 [insert_with_name_reference, static, 0, 15]",
            "14 [insert_with_name_reference, static, 1, 12]",
            "24 [insert_without_name_reference, 10, 12]",
            "1 [duplicate, 2]");
    for (int step = 1; step <= encoder.length() / 2; step++) {
      assertEquals(wanted, instructions(true, encoder, step));
    }
    assertEquals(
        List.of(
            "1 [section_acknowledgment, 4]",
            "1 [stream_cancellation, 8]",
            "1 [insert_count_increment, 1]",
            "2 [section_acknowledgment, 128]"),
        instructions(false, "84" + "48" + "01" + "ff01", 1));
  }

  @Test
  void anInstructionThatIsTooLongIsNotKept() {
    byte[] octets = new byte[InstructionScanner.LONGEST + 100];
    // A literal name that never ends.
    byte[] begin = HexFormat.of().parseHex("5fffffff7f");
    System.arraycopy(begin, 0, octets, 0, begin.length);
    List<String> found = new ArrayList<>();
    InstructionScanner scanner =
        new InstructionScanner(true, (told, length) -> found.add(told.toString()));
    scanner.scan(octets, 0, octets.length);
    scanner.scan(HexFormat.of().parseHex("02"), 0, 1);
    assertEquals(List.of(), found);
  }

  @Test
  void aFileEndsWhenItIsFull() throws Exception {
    List<IOException> troubles = new ArrayList<>();
    QlogTrace trace = new Qlog(folder, 2000, troubles::add).begin("host").orElseThrow();
    for (int i = 0; i < 100; i++) {
      trace.sectionBlocked(i, 1);
    }
    trace.failed(new IOException("late"));
    try (Stream<Path> files = Files.list(folder)) {
      Path file = files.findFirst().orElseThrow();
      assertTrue(Files.size(file) < 2200, () -> "" + file);
      List<String> lines = Files.readAllLines(file);
      assertTrue(lines.getLast().contains("as large as it may be"), lines::getLast);
    }
    assertEquals(List.of(), troubles);
    assertThrows(IllegalArgumentException.class, () -> new Qlog(folder, 10, troubles::add));
  }

  @Test
  void anotherListenerHearsAllEventsToo() throws Exception {
    QlogTrace trace = new Qlog(folder, Qlog.GREATEST, e -> {}).begin("host").orElseThrow();
    List<String> heard = new ArrayList<>();
    Http3Events both =
        trace.events(
            new Http3Events() {
              @Override
              public void goaway(boolean received, long id) {
                heard.add("goaway " + id);
              }
            });
    both.goaway(true, 4);
    both.sectionBlocked(0, 1);
    trace.failed(new IOException("over"));
    assertEquals(List.of("goaway 4"), heard);
    try (Stream<Path> files = Files.list(folder)) {
      assertTrue(Files.readString(files.findFirst().orElseThrow()).contains("\"blocked\""));
    }
  }
}
