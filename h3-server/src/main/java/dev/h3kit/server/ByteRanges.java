package dev.h3kit.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a Range field asks for (RFC 9110 §14). */
sealed interface ByteRanges {
  /** How many ranges of one request are served; more is nobody's honest need. */
  int MOST = 16;

  /** All of it: no field, another unit, not understood, or too many ranges. */
  record Everything() implements ByteRanges {}

  /** 416: no range begins before the end. */
  record Unsatisfiable() implements ByteRanges {}

  /**
   * These parts.
   *
   * @param parts at least one; in the order they were asked for, or by position if some overlapped
   *     and were joined
   */
  record Parts(List<Part> parts) implements ByteRanges {
    public Parts {
      parts = List.copyOf(parts);
    }
  }

  /**
   * Octets from {@code first} to {@code last}, both included.
   *
   * @param first the first octet, 0 is the file's first
   * @param last the last octet
   */
  record Part(long first, long last) {
    long length() {
      return last - first + 1;
    }

    String contentRange(long size) {
      return "bytes " + first + "-" + last + "/" + size;
    }
  }

  /** One range-spec; the numbers have at most 18 digits, which fit a long. */
  Pattern SPEC = Pattern.compile("([0-9]{1,18})?-([0-9]{1,18})?");

  /** Parses the values of the Range field lines of one request for a file of {@code size}. */
  static ByteRanges parse(List<String> values, long size) {
    // RFC 9110 §14.2: "A server MAY ignore the Range header field", and must where it does not
    // understand the unit.
    if (values.size() != 1 || !values.getFirst().regionMatches(true, 0, "bytes=", 0, 6)) {
      return new Everything();
    }
    String[] specs = values.getFirst().substring(6).split(",", MOST + 2);
    List<Part> parts = new ArrayList<>();
    int asked = 0;
    for (String padded : specs) {
      String spec = padded.strip();
      if (spec.isEmpty()) {
        continue;
      }
      Matcher matcher = SPEC.matcher(spec);
      // §14.2: "A server that supports range requests MAY ignore or reject a Range header field
      // that contains an invalid ranges-specifier ..., more than two overlapping ranges, or a set
      // of many small ranges"
      if (!matcher.matches() || ++asked > MOST) {
        return new Everything();
      }
      String first = matcher.group(1);
      String last = matcher.group(2);
      if ((first == null && last == null)
          || (first != null && last != null && Long.parseLong(last) < Long.parseLong(first))) {
        return new Everything();
      }
      Part part = part(first, last, size);
      if (part != null) {
        parts.add(part);
      }
    }
    if (asked == 0) {
      return new Everything();
    }
    return parts.isEmpty() ? new Unsatisfiable() : new Parts(joined(parts));
  }

  private static @Nullable Part part(@Nullable String first, @Nullable String last, long size) {
    if (first == null) {
      // §14.1.2: a suffix range; "If the selected representation is shorter than the specified
      // suffix-length, the entire representation is used."
      long suffix = last == null ? 0 : Long.parseLong(last);
      return suffix == 0 || size == 0 ? null : new Part(Math.max(0, size - suffix), size - 1);
    }
    long from = Long.parseLong(first);
    if (from >= size) {
      return null;
    }
    return new Part(from, last == null ? size - 1 : Math.min(Long.parseLong(last), size - 1));
  }

  /** Joins ranges that overlap or touch, so that no octet is sent twice. */
  private static List<Part> joined(List<Part> parts) {
    List<Part> sorted = new ArrayList<>(parts);
    sorted.sort(Comparator.comparingLong(Part::first));
    List<Part> joined = new ArrayList<>();
    for (Part part : sorted) {
      Part before = joined.isEmpty() ? null : joined.getLast();
      if (before != null && part.first() <= before.last() + 1) {
        joined.set(
            joined.size() - 1, new Part(before.first(), Math.max(before.last(), part.last())));
      } else {
        joined.add(part);
      }
    }
    return joined.size() == parts.size() ? parts : joined;
  }
}
