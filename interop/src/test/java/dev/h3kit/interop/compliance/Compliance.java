package dev.h3kit.interop.compliance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program behind {@code docs/rules/write-page}. It needs nothing but the JDK, so that it runs
 * from its source.
 */
final class Compliance {
  private Compliance() {}

  /**
   * Writes the page, and tells of quotes that no RFC has.
   *
   * @param arguments the root of the project
   */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Survey survey = survey(root);
    Files.writeString(page(root), CompliancePage.of(survey));
    for (String mistake : survey.mistakes()) {
      System.err.println(mistake);
    }
    if (!survey.mistakes().isEmpty()) {
      System.exit(1);
    }
  }

  static Survey survey(Path root) throws IOException {
    return Survey.of(root, RuleBook.read(root.resolve("docs/rules")));
  }

  static Path page(Path root) {
    return root.resolve("docs/compliance.md");
  }
}
