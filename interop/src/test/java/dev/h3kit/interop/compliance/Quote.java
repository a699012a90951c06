package dev.h3kit.interop.compliance;

import java.util.ArrayList;
import java.util.List;

/** Finds the rules whose words a quote has. */
final class Quote {
  /** Fewer characters than this say nothing. */
  private static final int SHORTEST = 12;

  private Quote() {}

  /**
   * What a quote means.
   *
   * @param rules the rules that it quotes
   * @param unknown sentences of it that sound like rules, and are none of the section, or could be
   *     several
   */
  record Meaning(List<Rule> rules, List<String> unknown) {}

  /**
   * Looks up a quote.
   *
   * @param section the rules of the section that is said to have these words
   */
  static Meaning of(String quote, List<Rule> section) {
    Meaning meaning = new Meaning(new ArrayList<>(), new ArrayList<>());
    String plain = quote.replaceAll("\\s+", " ").replace("“", "\"").replace("”", "\"");
    for (String sentence : plain.split("(?<=[.!?:]) (?=[A-Z\":(])", -1)) {
      List<String> pieces = pieces(sentence);
      if (!find(pieces, section, meaning)) {
        for (String piece : pieces) {
          if (!find(List.of(piece), section, meaning) && Rule.hasKeyWord(piece)) {
            meaning.unknown().add(piece);
          }
        }
      }
    }
    return meaning;
  }

  private static List<String> pieces(String sentence) {
    List<String> pieces = new ArrayList<>();
    for (String piece : sentence.split("\\[\\.\\.\\.]|…", -1)) {
      String words = piece.replaceAll("^[ .,;:]+|[ .,;:]+$", "");
      if (!words.isEmpty()) {
        pieces.add(words);
      }
    }
    return pieces;
  }

  private static boolean find(List<String> pieces, List<Rule> section, Meaning meaning) {
    if (String.join(" ", pieces).length() < SHORTEST) {
      return false;
    }
    List<Rule> found = section.stream().filter(rule -> rule.has(pieces)).toList();
    if (found.size() != 1) {
      return false;
    }
    meaning.rules().addAll(found);
    return true;
  }
}
