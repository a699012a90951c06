package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.h3kit.qpack.FieldLine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@code priority} field. */
class PriorityTest {

  // RFC 9218 §4: "unknown priority parameters, priority parameters with out-of-range values, or
  // values of unexpected types MUST be ignored."  RFC 8941 §4.2: "When parsing fails, either the
  // entire field value MUST be ignored".
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|3|false",
        "u=0|0|false",
        "u=7|7|false",
        "i|3|true",
        "u=5, i|5|true",
        "u=5,i|5|true",
        "u=5 \t,\t i|5|true",
        "`  u=5, i  `|5|true",
        "i=?1, u=1|1|true",
        "i=?0, u=1|1|false",
        // the last of duplicates counts
        "u=1, u=6|6|false",
        "i, i=?0|3|false",
        // parameters of members mean nothing
        "u=2;x, i;a=b;c=\"d\"|2|true",
        // out of range
        "u=8, i|3|true",
        "u=-1|3|false",
        "u=999999999999999|3|false",
        // of another type
        "u=1.0, i|3|true",
        "u=\"1\", i|3|true",
        "u=a, i|3|true",
        "u=?1, i|3|true",
        "u=(1), i|3|true",
        "u, i|3|true",
        "u=:AQ==:, i|3|true",
        "u=@1, i|3|true",
        "u=%\"1%41\", i|3|true",
        "u=2, i=1|2|false",
        "u=2, i=a|2|false",
        // unknown
        "x, u=2, y=(a b;q=1 \"c\"), i, z=*t/o:k|2|true",
        "*a_-.9=1, u=2|2|false",
        // no dictionary at all
        "u=2,|3|false",
        "u=2, |3|false",
        ",u=2|3|false",
        "u=2 i|3|false",
        "u=2;;|3|false",
        "u=|3|false",
        "u=-|3|false",
        "u=1.|3|false",
        "u=1.2345|3|false",
        "u=1234567890123456|3|false",
        "i=?2|3|false",
        "i=?|3|false",
        "u=2, x=\"a|3|false",
        "u=2, x=\"\\a\"|3|false",
        "u=2, x=(a|3|false",
        "u=2, x=(a\"b\")|3|false",
        "u=2, x=:a|3|false",
        "u=2, x=:~:|3|false",
        "U=2|3|false",
        "u=2, \u00e4|3|false",
        "2|3|false",
      })
  void thePriorityFieldIsADictionary(String value, int urgency, boolean incremental) {
    assertEquals(new Priority(urgency, incremental), Priority.parse(value));
  }

  // RFC 9110 §5.3: "A recipient MAY combine multiple field lines [...] into one [...] by appending
  // each subsequent field line value to the initial field line value in order".
  @Test
  void severalLinesAreOneList() {
    assertEquals(
        new Priority(2, true), Priority.of(lines("a", "b", "priority", "u=2", "priority", "i")));
    assertEquals(Priority.DEFAULT, Priority.of(lines("a", "b")));
  }

  @Test
  void aFieldAboveTheLimitOfLengthIsAsIfItWereNotThere() {
    String most = "u=1, x=\"" + "a".repeat(StructuredDictionary.MAX_LENGTH - 9) + "\"";
    assertEquals(new Priority(1, false), Priority.parse(most));
    assertEquals(Priority.DEFAULT, Priority.parse(most + " "));
  }

  // RFC 9218 §8: "The absence of a priority parameter in an HTTP response indicates the server's
  // disinterest in changing the client-provided value."
  @Test
  void aResponseChangesOnlyWhatItNames() {
    Priority client = new Priority(5, true);
    assertEquals(new Priority(1, true), client.changedBy(lines("priority", "u=1")));
    assertEquals(new Priority(5, false), client.changedBy(lines("priority", "i=?0")));
    assertEquals(client, client.changedBy(lines("priority", "u=9, x")));
    assertEquals(client, client.changedBy(List.of()));
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    for (int urgency = 0; urgency <= 7; urgency++) {
      for (boolean incremental : new boolean[] {false, true}) {
        Priority priority = new Priority(urgency, incremental);
        assertEquals(priority, Priority.parse(priority.fieldValue()));
        assertEquals(priority, Priority.of(List.of(priority.toField())));
      }
    }
    assertEquals("u=5, i", new Priority(5, true).fieldValue());
    assertThrows(IllegalArgumentException.class, () -> new Priority(8, false));
    assertThrows(IllegalArgumentException.class, () -> new Priority(-1, false));
  }

  @Test
  void noTextBreaksTheParser() {
    String alphabet = "ui=?01;, \t()\"\\:@%*.-azA9\u00e4\0";
    Random random = new Random(9218);
    int understood = 0;
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      understood += Priority.parse(text.toString()).equals(Priority.DEFAULT) ? 0 : 1;
    }
    assertEquals(true, understood > 100, "understood " + understood);
  }

  private static List<FieldLine> lines(String... namesAndValues) {
    return Wire.lines(namesAndValues);
  }
}
