package dev.h3kit.interop.compliance;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a comment says of an RFC: {@code RFC 9999 §1.2: "words", "more words"}.
 *
 * @param places the RFCs and sections
 * @param quotes what stands between quotation marks behind them
 */
record Reference(List<Place> places, List<String> quotes) {
  private static final Pattern PLACES =
      Pattern.compile("RFC (\\d{4}) §([A-Z0-9.]*[A-Z0-9])((?:,? (?:and |or |to )?§[0-9.]*\\d)*)");
  private static final Pattern SECTION = Pattern.compile("§([A-Z0-9.]*[A-Z0-9])");
  private static final Pattern LINK = Pattern.compile(",? ?(and |or )?");

  /**
   * A section.
   *
   * @param rfc the number of the RFC
   */
  record Place(int rfc, String section) {
    @Override
    public String toString() {
      return "RFC " + rfc + " §" + section;
    }
  }

  /** The references of a comment that quote something. */
  static List<Reference> in(String comment) {
    List<Reference> all = new ArrayList<>();
    List<Place> places = new ArrayList<>();
    Matcher matcher = PLACES.matcher(comment);
    int behind = 0;
    while (matcher.find()) {
      String between = comment.substring(behind, matcher.start());
      if (!LINK.matcher(between).matches()) {
        addTo(all, places, between);
        places.clear();
      }
      int rfc = Integer.parseInt(matcher.group(1));
      Matcher section = SECTION.matcher(matcher.group());
      while (section.find()) {
        places.add(new Place(rfc, section.group(1)));
      }
      behind = matcher.end();
    }
    addTo(all, places, comment.substring(behind));
    return all;
  }

  private static void addTo(List<Reference> all, List<Place> places, String text) {
    List<String> quotes = quotes(text);
    if (!places.isEmpty() && !quotes.isEmpty()) {
      all.add(new Reference(List.copyOf(places), quotes));
    }
  }

  /** What stands between quotation marks; a quote may have quotation marks inside, in pairs. */
  private static List<String> quotes(String text) {
    List<String> quotes = new ArrayList<>();
    int open = text.indexOf('"');
    while (open >= 0) {
      int close = closing(text, open);
      if (close < 0) {
        break;
      }
      quotes.add(text.substring(open + 1, close));
      open = text.indexOf('"', close + 1);
    }
    return quotes;
  }

  private static int closing(String text, int open) {
    int inside = 0;
    for (int at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
      boolean ends = at + 1 == text.length() || " .,;:)\"'".indexOf(text.charAt(at + 1)) >= 0;
      boolean begins = " (".indexOf(text.charAt(at - 1)) >= 0;
      if (inside % 2 == 0 && ends && !begins) {
        return at;
      }
      inside++;
    }
    return -1;
  }
}
