package dev.h3kit.interop.compliance;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A sentence of an RFC that demands or advises something.
 *
 * @param rfc the number of the RFC
 * @param section the number of the section
 * @param sentence the RFC's words, on one line
 * @param exemption why it does not bind h3kit, or empty
 */
record Rule(int rfc, String section, String sentence, Exemption exemption) {
  private static final Pattern MUST = Pattern.compile("\\b(MUST|SHALL|REQUIRED)\\b");
  private static final Pattern KEY_WORD =
      Pattern.compile("\\b(MUST|SHALL|REQUIRED|SHOULD|(NOT )?RECOMMENDED)\\b");

  /** Why a rule has no test to wait for. */
  record Exemption(Kind kind, String reason) {
    static final Exemption NONE = new Exemption(Kind.NONE, "");
  }

  /** Whether and how a rule is exempt. */
  enum Kind {
    /** It binds h3kit. */
    NONE,
    /** It binds somebody else. */
    NOT_APPLICABLE,
    /** h3kit does otherwise, knowingly. */
    DEPARTURE
  }

  /** Whether the sentence demands; if not, it advises. */
  boolean must() {
    return MUST.matcher(sentence).find();
  }

  /** Whether the rule binds h3kit and h3kit wants to follow it. */
  boolean binds() {
    return exemption.kind() == Kind.NONE;
  }

  /** Whether {@code text} has a word that makes a rule. */
  static boolean hasKeyWord(String text) {
    return KEY_WORD.matcher(text).find();
  }

  /** Whether the pieces stand in the sentence, in this order. */
  boolean has(List<String> pieces) {
    int at = 0;
    for (String piece : pieces) {
      int found = sentence.indexOf(piece, at);
      if (found < 0) {
        return false;
      }
      at = found + piece.length();
    }
    return true;
  }
}
