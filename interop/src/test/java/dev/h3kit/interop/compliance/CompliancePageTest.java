package dev.h3kit.interop.compliance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The compliance page and the quotes it is made from say what is so. */
class CompliancePageTest {
  private static final Path ROOT = Path.of(System.getProperty("h3kit.root", ".."));

  @Test
  void thePageIsWhatItsProgramWrites() throws IOException {
    String written = CompliancePage.of(Compliance.survey(ROOT));
    assertTrue(
        written.equals(Files.readString(Compliance.page(ROOT))),
        "docs/compliance.md is stale; run docs/rules/write-page and commit what it writes");
  }

  @Test
  void whatCommentsQuoteOfARuleStandsInTheRfc() throws IOException {
    assertEquals(
        List.of(),
        Compliance.survey(ROOT).mistakes(),
        "the words of the rules stand in docs/rules; shorten a quote with [...]");
  }
}
