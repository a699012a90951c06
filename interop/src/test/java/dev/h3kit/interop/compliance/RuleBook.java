package dev.h3kit.interop.compliance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The rules of the files {@code docs/rules/rfcNNNN.txt}: blocks that an empty line ends, each with
 * the section's number, the sentence and perhaps a line that begins with {@code n/a:} or {@code
 * departs:}. Lines that begin with {@code #} are left out, but for the first, which has the RFC's
 * title.
 */
final class RuleBook {
  private static final Pattern FILE = Pattern.compile("rfc(\\d{4})\\.txt");
  private static final Pattern TITLE = Pattern.compile("# RFC \\d{4}, ([^\n]*?): its sentences ");
  private static final Pattern BLOCK =
      Pattern.compile(
          "§(?<section>\\S+) (?<sentence>.+?)(\n(?<kind>n/a|departs): (?<reason>.+))?",
          Pattern.DOTALL);

  private final Map<Integer, List<Rule>> rules = new TreeMap<>();
  private final Map<Integer, String> titles = new TreeMap<>();

  /** Reads all the files of a folder. */
  static RuleBook read(Path folder) throws IOException {
    RuleBook book = new RuleBook();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        Matcher name = FILE.matcher(file.getFileName().toString());
        if (name.matches()) {
          book.add(Integer.parseInt(name.group(1)), Files.readString(file));
        }
      }
    }
    return book;
  }

  /** Adds the rules of one RFC. */
  void add(int rfc, String text) {
    Matcher title = TITLE.matcher(text);
    titles.put(rfc, title.find() ? title.group(1) : "");
    List<Rule> all = new ArrayList<>();
    for (String block : text.replaceAll("(?m)^#.*\n", "").strip().split("\n\\s*\n", -1)) {
      Matcher parts = BLOCK.matcher(block.strip());
      if (!parts.matches()) {
        throw new IllegalArgumentException("RFC " + rfc + ": this is no rule: " + block);
      }
      Rule rule =
          new Rule(
              rfc,
              parts.group("section"),
              parts.group("sentence").replaceAll("\\s+", " "),
              parts.group("kind") == null
                  ? Rule.Exemption.NONE
                  : new Rule.Exemption(
                      parts.group("kind").equals("n/a")
                          ? Rule.Kind.NOT_APPLICABLE
                          : Rule.Kind.DEPARTURE,
                      parts.group("reason").replaceAll("\\s+", " ")));
      if (!Rule.hasKeyWord(rule.sentence())) {
        throw new IllegalArgumentException("RFC " + rfc + ": no key word in: " + block);
      }
      all.add(rule);
    }
    rules.put(rfc, all);
  }

  /** The RFCs, in ascending order. */
  List<Integer> rfcs() {
    return List.copyOf(rules.keySet());
  }

  /** The title of an RFC. */
  String title(int rfc) {
    return titles.getOrDefault(rfc, "");
  }

  /** The rules of an RFC in its order; none if the RFC is not in the book. */
  List<Rule> rules(int rfc) {
    return rules.getOrDefault(rfc, List.of());
  }
}
