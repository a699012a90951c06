package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.h3kit.qpack.FieldLine;
import java.util.ArrayList;
import java.util.List;

/**
 * Any field lines as the head of a message, and any text as a priority: a legal object that means
 * the same when it is written and read again, or H3_MESSAGE_ERROR.
 */
class MessageFuzzTest {
  private static final String[] NAMES = {
    ":method",
    ":scheme",
    ":authority",
    ":path",
    ":protocol",
    ":status",
    "host",
    "content-length",
    "cookie",
    "te",
    "connection",
    "x",
    "priority"
  };
  private static final String[] VALUES = {
    "GET", "CONNECT", "OPTIONS", "https", "a", "/", "*", "200", "103", "5", "trailers", "b=c", "u=1"
  };

  @FuzzTest(maxDuration = "10m")
  void anyLines(FuzzedDataProvider data) {
    List<FieldLine> lines = new ArrayList<>();
    while (data.remainingBytes() > 0) {
      String name = data.consumeBoolean() ? data.pickValue(NAMES) : data.consumeAsciiString(12);
      String value = data.consumeBoolean() ? data.pickValue(VALUES) : data.consumeAsciiString(12);
      lines.add(new FieldLine(name, value));
    }
    try {
      RequestHead request = RequestHead.parse(lines);
      noSmuggling(request.toFieldLines());
      assertEquals(request, RequestHead.parse(request.toFieldLines()));
    } catch (Http3Exception.OfStream e) {
      assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), e.code());
    }
    try {
      ResponseHead response = ResponseHead.parse(lines);
      noSmuggling(response.toFieldLines());
      assertEquals(response, ResponseHead.parse(response.toFieldLines()));
    } catch (Http3Exception.OfStream e) {
      assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), e.code());
    }
    Priority priority = Priority.of(lines);
    assertTrue(priority.urgency() >= 0 && priority.urgency() <= 7);
  }

  private static void noSmuggling(List<FieldLine> lines) {
    for (FieldLine line : lines) {
      String text = line.name() + line.value();
      for (char c : new char[] {'\r', '\n', 0}) {
        assertFalse(text.indexOf(c) >= 0, "a control character came through");
      }
      assertFalse(line.name().isEmpty());
      assertEquals(line.name().toLowerCase(java.util.Locale.ROOT), line.name());
    }
  }
}
