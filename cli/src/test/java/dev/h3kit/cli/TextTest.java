package dev.h3kit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.Human;
import dev.h3kit.cli.console.Json;
import dev.h3kit.cli.console.Terminal;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {

  @Test
  void controlBytesAreEscapedAndTextIsKept() {
    assertEquals("tab\tstays, é too", ControlBytes.escape("tab\tstays, é too"));
    assertEquals("\\x1b[2J\\x0a\\x9b", ControlBytes.escape("\u001b[2J\n\u009b"));
    assertEquals("\\u202eabc", ControlBytes.escape("\u202eabc"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.00 kB",
    "1250000, 1.25 MB",
    "12345678, 12.3 MB",
    "999999, 1.00 MB",
    "1000000000, 1.00 GB"
  })
  void sizesHaveThreeDigits(long octets, String text) {
    assertEquals(text, Human.octets(octets));
  }

  @ParameterizedTest
  @CsvSource({"412, 0.41 ms", "1240, 1.2 ms", "63400, 63.4 ms", "150400, 150 ms"})
  void timesHaveTheDigitsThatTellSomething(long micros, String text) {
    assertEquals(text, Human.millis(Duration.ofNanos(micros * 1000)));
  }

  @Test
  void clockShowsHoursOnlyWhenThereAreAny() {
    assertEquals("0:07", Human.clock(Duration.ofSeconds(7)));
    assertEquals("1:02:03", Human.clock(Duration.ofSeconds(3723)));
  }

  @Test
  void jsonQuotesWhatRfc8259Wants() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("text", "a\"\\\n\u0001é");
    map.put("numbers", List.of(1, 2.5, 0.000001, 3.0));
    map.put("yes", true);
    assertEquals(
        "{\"text\":\"a\\\"\\\\\\n\\u0001é\",\"numbers\":[1,2.5,0.000001,3],\"yes\":true}",
        Json.of(map));
    assertEquals("null", Json.of(null));
    assertEquals("null", Json.of(Double.NaN));
  }

  @Test
  void noColourWhereTheEnvironmentForbidsIt() {
    assertTrue(terminal(Map.of()).colours(true));
    assertTrue(terminal(Map.of("NO_COLOR", "")).colours(true));
    assertFalse(terminal(Map.of("NO_COLOR", "1")).colours(true));
    assertFalse(terminal(Map.of("TERM", "dumb")).colours(true));
    assertFalse(terminal(Map.of()).colours(false));
  }

  private static Terminal terminal(Map<String, String> environment) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Terminal(InputStream.nullInputStream(), nowhere, nowhere, true, true, environment);
  }
}
