package dev.h3kit.interop.compliance;

import java.util.List;
import java.util.SortedSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Writes {@code docs/compliance.md}. */
final class CompliancePage {
  private static final String INTRODUCTION =
      """
      # Compliance

      Every sentence of the RFCs below that has MUST, SHALL, REQUIRED, SHOULD or RECOMMENDED, the class of h3kit that
      acts on it, and the test that proves it.

      How it is made: the sentences stand in [docs/rules](rules), a file for each RFC, in the RFC's words. Code and
      tests quote them in comments, `// RFC 9114 §4.1: "A client MUST send only a single request"`; long quotes are cut
      with [...]. A program reads all sources, finds the sentence that each quote comes from, and writes this page:

          docs/rules/write-page

      A test of the build fails when this page is not what the program writes, and when a comment quotes a rule in
      words that the RFC does not have. So the page cannot say of a test what is no longer there. It cannot say
      either whether a test is a good one: a sentence counts as tested when a test quotes it.

      Marks: **n/a** is for somebody else (intermediaries, IANA, HTTP/2) or for a part of the RFC that h3kit leaves out,
      with the reason; **departs** is an advice that h3kit does not follow, with the reason; **no test** is what is
      missing. A rule without a class is kept by the shape of the code, or by what stands below HTTP/3, and its test says
      so from outside.

      """;

  private final Survey survey;
  private final StringBuilder out = new StringBuilder();

  private CompliancePage(Survey survey) {
    this.survey = survey;
  }

  /** The page's text. */
  static String of(Survey survey) {
    CompliancePage page = new CompliancePage(survey);
    page.out.append(INTRODUCTION);
    page.counts();
    page.missing("## MUST without a test", Rule::must);
    page.missing("## SHOULD without a test", rule -> !rule.must());
    survey.book().rfcs().forEach(page::table);
    return page.out.toString();
  }

  private void counts() {
    line("## Counts");
    line("");
    line(
        "| RFC | sentences | n/a | departs | for h3kit | of these MUST | quoted in code | tested |"
            + " MUST without a test | SHOULD without a test |");
    line("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (int rfc : survey.book().rfcs()) {
      List<Rule> rules = survey.book().rules(rfc);
      List<Rule> ours = rules.stream().filter(Rule::binds).toList();
      line(
          "| ["
              + rfc
              + "](#"
              + anchor(rfc)
              + ") | "
              + rules.size()
              + count(rules, rule -> rule.exemption().kind() == Rule.Kind.NOT_APPLICABLE)
              + count(rules, rule -> rule.exemption().kind() == Rule.Kind.DEPARTURE)
              + " | "
              + ours.size()
              + count(ours, Rule::must)
              + count(ours, rule -> !survey.places(rule).code().isEmpty())
              + count(ours, rule -> !survey.untested(rule))
              + count(ours, rule -> rule.must() && survey.untested(rule))
              + count(ours, rule -> !rule.must() && survey.untested(rule))
              + " |");
    }
    line("");
  }

  private static String count(List<Rule> rules, Predicate<Rule> which) {
    return " | " + rules.stream().filter(which).count();
  }

  private void missing(String title, Predicate<Rule> which) {
    line(title);
    line("");
    boolean none = true;
    for (int rfc : survey.book().rfcs()) {
      for (Rule rule : survey.book().rules(rfc)) {
        if (which.test(rule) && survey.untested(rule)) {
          line("* RFC " + rfc + " §" + rule.section() + ": " + escaped(rule.sentence()));
          none = false;
        }
      }
    }
    line(none ? "None.\n" : "");
  }

  private static String anchor(int rfc) {
    return "rfc-" + rfc;
  }

  private void table(int rfc) {
    line("## RFC " + rfc);
    line("");
    line("[" + survey.book().title(rfc) + "](https://www.rfc-editor.org/rfc/rfc" + rfc + ".html)");
    line("");
    line("| § | rule | class | test |");
    line("|---|---|---|---|");
    for (Rule rule : survey.book().rules(rfc)) {
      Survey.Places places = survey.places(rule);
      line(
          "| "
              + rule.section()
              + " | "
              + escaped(Shortening.of(rule.sentence()))
              + " | "
              + links(places.code())
              + " | "
              + proof(rule, places)
              + " |");
    }
    line("");
  }

  private static String proof(Rule rule, Survey.Places places) {
    String tests = links(places.tests());
    String mark =
        switch (rule.exemption().kind()) {
          case NONE -> tests.isEmpty() ? "**no test**" : "";
          case NOT_APPLICABLE -> "**n/a**: " + rule.exemption().reason();
          case DEPARTURE -> "**departs**: " + rule.exemption().reason();
        };
    return tests.isEmpty() || mark.isEmpty() ? tests + mark : mark + "; " + tests;
  }

  private static String links(SortedSet<Survey.Place> places) {
    return places.stream()
        .map(place -> "[" + place.name() + "](../" + place.file() + ")")
        .collect(Collectors.joining(", "));
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;");
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
