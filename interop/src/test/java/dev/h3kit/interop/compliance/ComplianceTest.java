package dev.h3kit.interop.compliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How rules, quotes and sources are read. */
class ComplianceTest {
  private static final String RULES =
      """
      # RFC 9999, Examples: its sentences with MUST.

      §1.2 A peer MUST send "a; b" before
      it says anything else.

      §1.2 A peer SHOULD be kind; otherwise, it MUST
      say why.
      departs: there is nobody to be kind to

      §3 Gateways MUST pass it on.
      n/a: gateways
      """;

  private static RuleBook book() {
    RuleBook book = new RuleBook();
    book.add(9999, RULES);
    return book;
  }

  private static Survey survey(String file, String source) {
    Survey survey = new Survey(book());
    survey.add(file, source);
    return survey;
  }

  private static List<String> tests(Survey survey, int rule) {
    Rule which = survey.book().rules(9999).get(rule);
    return survey.places(which).tests().stream().map(Survey.Place::name).toList();
  }

  @Test
  void readsRulesAndWhyTheyAreExempt() {
    List<Rule> rules = book().rules(9999);
    assertEquals("Examples", book().title(9999));
    assertEquals(List.of("1.2", "1.2", "3"), rules.stream().map(Rule::section).toList());
    assertEquals(
        "A peer MUST send \"a; b\" before it says anything else.", rules.getFirst().sentence());
    assertEquals(
        List.of(Rule.Kind.NONE, Rule.Kind.DEPARTURE, Rule.Kind.NOT_APPLICABLE),
        rules.stream().map(rule -> rule.exemption().kind()).toList());
    assertEquals("gateways", rules.getLast().exemption().reason());
    assertTrue(rules.get(1).must(), "MUST outweighs SHOULD");
  }

  @Test
  void refusesRulesThatAreNone() {
    assertThrows(IllegalArgumentException.class, () -> book().add(1, "§1 It may rain."));
    assertThrows(IllegalArgumentException.class, () -> book().add(1, "It MUST rain."));
  }

  @Test
  void findsQuotesWithPairsOfQuotationMarksInside() {
    assertEquals(
        List.of(
            new Reference(
                List.of(new Reference.Place(9999, "1.2")),
                List.of("A peer MUST send \"a; b\" before", "it MUST say why.")),
            new Reference(
                List.of(
                    new Reference.Place(9999, "3"),
                    new Reference.Place(9999, "4.1"),
                    new Reference.Place(9998, "2")),
                List.of("pass"))),
        Reference.in(
            "RFC 9999 §1.2: \"A peer MUST send \"a; b\" before\", and \"it MUST say why.\" RFC 9997"
                + " §1 is silent. RFC 9999 §3, §4.1, RFC 9998 §2: \"pass\""));
  }

  @Test
  void aQuoteMayBeCutAndWrapped() {
    Survey survey =
        survey(
            "h3-core/src/main/java/A.java",
            """
            class A {
              // RFC 9999 §1.2: "A peer MUST
              // send [...] before it says anything
              // else. A peer SHOULD be kind"
              int a;
            }
            """);
    for (Rule rule : survey.book().rules(9999).subList(0, 2)) {
      assertEquals("A", survey.places(rule).code().getFirst().name());
    }
    assertEquals(List.of(), survey.mistakes());
    assertTrue(survey.untested(survey.book().rules(9999).getFirst()), "a class is no test");
  }

  @Test
  void tellsOfWordsThatTheSectionDoesNotHave() {
    for (String wrong :
        List.of(
            "RFC 9999 §1.2: \"A peer MUST not send\"",
            "RFC 9999 §3: \"A peer MUST send\"",
            "RFC 9999 §1.2: \"A peer MUST send before\"")) {
      assertEquals(1, survey("x/src/main/java/A.java", "// " + wrong).mistakes().size(), wrong);
    }
    for (String harmless :
        List.of(
            "RFC 9999 §1.2: \"A peer may do without\"",
            "RFC 9990 §1: \"A peer MUST not send\"",
            "RFC 9999 §1.2: no words")) {
      assertEquals(List.of(), survey("A.java", "// " + harmless).mistakes(), harmless);
    }
  }

  @Test
  void aTestIsWhatAQuoteStandsInOrAbove() {
    String quote = "// RFC 9999 §1.2: \"before it says anything else\"\n";
    Survey survey =
        survey(
            "x/src/test/java/ATest.java",
            "class ATest {\n  private final Handler h = e -> { go(\"}\"); };\n\n  "
                + quote
                + "  @ParameterizedTest(name = \"{0}\")\n  @ValueSource(ints = {1, 2})\n"
                + "  void above(int n) throws Exception { /* } */ run(() -> { stop(); }); }\n\n"
                + "  @Timeout(5) void inside() {\n    try {\n      "
                + quote
                + "      go();\n    } finally {\n      stop();\n    }\n  }\n\n"
                + "  static Stream<Arguments> offers() {\n    return Stream.of(\n      "
                + quote
                + "      go());\n  }\n\n  @MethodSource(\"offers\") void taken(String s) {}\n}\n");
    assertEquals(List.of("ATest#above", "ATest#inside", "ATest#taken"), tests(survey, 0));
  }

  @Test
  void stringsAreNotComments() {
    assertTrue(
        Stream.of("\"// RFC 9999 §3: \\\"x\\\"\"", "\"\"\"\n/* no */ \"\"\"", "'\"'")
            .map(JavaFile::new)
            .allMatch(file -> file.comments().isEmpty()));
  }

  @Test
  void longRulesAreCutAroundTheKeyWord() {
    String words = "word ".repeat(60);
    assertEquals("It MUST be.", Shortening.of("It MUST be."));
    String cut = Shortening.of(words + "it MUST be " + words);
    assertTrue(cut.startsWith("[...] word") && cut.contains("MUST") && cut.endsWith("[...]"), cut);
    assertTrue(cut.length() < 230, cut);
  }
}
