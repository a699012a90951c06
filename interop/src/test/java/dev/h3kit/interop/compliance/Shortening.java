package dev.h3kit.interop.compliance;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a long rule to the words around its key word. */
final class Shortening {
  private static final int LONGEST = 200;
  private static final int BEFORE = 110;
  private static final Pattern KEY_WORD = Pattern.compile("\\b(MUST|SHALL|REQUIRED|SHOULD|RECO)");

  private Shortening() {}

  static String of(String sentence) {
    if (sentence.length() <= LONGEST) {
      return sentence;
    }
    Matcher key = KEY_WORD.matcher(sentence);
    int from = key.find() && key.start() > BEFORE ? blank(sentence, key.start() - BEFORE) : 0;
    int to = blank(sentence, Math.min(from + LONGEST, sentence.length()));
    return (from > 0 ? "[...] " : "")
        + sentence.substring(from, to).strip()
        + (to < sentence.length() ? " [...]" : "");
  }

  /** The first blank at or behind a place, or the end. */
  private static int blank(String text, int place) {
    int blank = text.indexOf(' ', place);
    return blank < 0 ? text.length() : blank;
  }
}
