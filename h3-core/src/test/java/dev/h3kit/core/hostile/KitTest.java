package dev.h3kit.core.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kit itself: it tells where a script is wrong, and it fails when our side does not do as
 * expected.
 */
class KitTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          jump high                                 | "jump" is no verb
          open sideways s                           | open uni, bidi or control, not sideways
          open bidi request HEADERS(:method=GET     | ')' is missing behind the fields
          open bidi request DATA "hello             | a quotation mark is missing
          open bidi request XDATA                   | "XDATA" is neither hexadecimal digits nor a known word
          open bidi request SHAPE(1)                | "SHAPE" is no function
          open bidi request varint(5,3)             | an integer has 1, 2, 4 or 8 octets, not 3
          fin                                       | the name of a stream is missing before ""
          fin s twice                               | "twice" is too much
          reset s H3_NO_SUCH_ERROR                  | "H3_NO_SUCH_ERROR" is no number
          expect applause                           | nothing is known to expect as "applause"
          end                                       | end without repeat
          limit patience 5s                         | there is no limit "patience"
          limit idle soon                           | "soon" is no time; write 200ms or 5s
          """)
  void aWrongLineIsToldWithFileAndLine(String line, String message) {
    ScriptException wrong =
        assertThrows(
            ScriptException.class,
            () ->
                ScriptParser.parse(
                    "theme/some.h3", List.of("against server", "# a title", line, "fin s")));
    assertEquals("theme/some.h3:3: " + message, wrong.getMessage());
  }

  @Test
  void aFileWithoutACaseOrARoleIsWrong() {
    assertThrows(ScriptException.class, () -> ScriptParser.parse("f", List.of("against server")));
    assertThrows(ScriptException.class, () -> ScriptParser.parse("f", List.of("fin s")));
    assertThrows(
        ScriptException.class,
        () -> ScriptParser.parse("f", List.of("# no role", "expect nothing")));
    assertThrows(
        ScriptException.class,
        () -> ScriptParser.parse("f", List.of("against server", "# no end", "repeat 3")));
  }

  private static byte[] octets(String payload) {
    return PayloadParser.parse(new Scanner(payload)).octets(7);
  }

  @Test
  void octetsAreWrittenInManyWays() {
    assertArrayEquals(Wire.hex("0001ff"), octets("00 01FF"));
    assertArrayEquals(Wire.hex("61220d0a00"), octets("\"a\\\"\\r\\n\\0\""));
    assertArrayEquals(Wire.hex("ffffffffffffffff"), octets("varint(2^62-1)"));
    assertArrayEquals(Wire.hex("4005"), octets("varint(5,2)"));
    assertArrayEquals(Wire.hex("1c"), octets("varint(4*$i)"));
    assertArrayEquals(Wire.hex("3fe11f"), octets("int(5,0x20,4096)"));
    assertArrayEquals(Wire.hex("0003 616263"), octets("DATA \"abc\""));
    assertArrayEquals(Wire.hex("0105 0000 d1 d7 c1"), octets("HEADERS(#17 #23 #1) // a comment"));
    assertArrayEquals(Wire.hex("0402 0609"), octets("SETTINGS(6=9)"));
    assertArrayEquals(Wire.hex("01 5000"), octets("head(HEADERS,4096)"));
    assertArrayEquals(Wire.hex("0101 0101"), octets("times(2,0101)"));
    assertArrayEquals(Wire.hex("0000 21 61 01 62"), octets("fields(a=b)"));
    assertArrayEquals(Wire.hex("0000 20 00"), octets("fields(\"\"=\"\")"));
  }

  private static AssertionError failing(String... lines) {
    Script script = ScriptParser.parse("f", List.of(lines));
    return assertThrows(AssertionError.class, () -> Player.play(script.cases().getFirst(), false));
  }

  @Test
  void aCaseFailsWithItsLineWhenOurSideDoesOtherwise() {
    AssertionError wrongCode =
        failing(
            "against server",
            "# another code",
            "open bidi request DATA \"x\"",
            "expect connection-error H3_ID_ERROR");
    assertTrue(String.valueOf(wrongCode.getMessage()).startsWith("f:4: "), wrongCode::getMessage);
    assertTrue(
        String.valueOf(wrongCode.getMessage()).contains("closed with H3_FRAME_UNEXPECTED"),
        wrongCode::getMessage);
    failing(
        "against server",
        "# a good request is no offence",
        "open bidi request GET",
        "fin request",
        "expect stream-error request H3_MESSAGE_ERROR");
    failing(
        "against server",
        "# closed, and good requests all the same",
        "open control",
        "fin control",
        "expect connection-error H3_CLOSED_CRITICAL_STREAM",
        "good");
    failing(
        "against client",
        "# another answer",
        "request one",
        "send one HEADERS(:status=204)",
        "fin one",
        "expect response one 200");
  }
}
