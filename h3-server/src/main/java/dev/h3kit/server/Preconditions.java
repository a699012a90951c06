package dev.h3kit.server;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.eclipse.jetty.http.HttpDateTime;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * What the preconditions of a GET or HEAD request come to (RFC 9110 §13).
 *
 * @param etag the strong entity tag, with its quotes
 * @param modified when the file was last modified, whole seconds count
 */
record Preconditions(String etag, Instant modified) {
  /** What to do. */
  enum Verdict {
    /** Answer as if there were no precondition. */
    PROCEED,
    /** 304. */
    NOT_MODIFIED,
    /** 412. */
    FAILED
  }

  Preconditions {
    modified = modified.truncatedTo(ChronoUnit.SECONDS);
  }

  /** RFC 9110 §13.2.2: the order of evaluation. */
  Verdict evaluate(HttpFields request) {
    List<String> ifMatch = request.getValuesList(HttpHeader.IF_MATCH);
    if (!ifMatch.isEmpty()) {
      // §13.1.1: "An origin server MUST use the strong comparison function"
      if (!listed(ifMatch, false)) {
        return Verdict.FAILED;
      }
    } else {
      Instant unmodifiedSince = date(request.get(HttpHeader.IF_UNMODIFIED_SINCE));
      if (unmodifiedSince != null && modified.isAfter(unmodifiedSince)) {
        return Verdict.FAILED;
      }
    }
    List<String> ifNoneMatch = request.getValuesList(HttpHeader.IF_NONE_MATCH);
    if (!ifNoneMatch.isEmpty()) {
      // §13.1.2: "A recipient MUST use the weak comparison function"
      return listed(ifNoneMatch, true) ? Verdict.NOT_MODIFIED : Verdict.PROCEED;
    }
    Instant modifiedSince = date(request.get(HttpHeader.IF_MODIFIED_SINCE));
    return modifiedSince != null && !modified.isAfter(modifiedSince)
        ? Verdict.NOT_MODIFIED
        : Verdict.PROCEED;
  }

  /** Whether Range counts (RFC 9110 §13.1.5). */
  boolean rangeApplies(HttpFields request) {
    String ifRange = request.get(HttpHeader.IF_RANGE);
    if (ifRange == null) {
      return true;
    }
    String value = ifRange.strip();
    if (value.startsWith("\"") || value.startsWith("W/")) {
      // "the client MUST NOT use a weak entity tag", and a weak one matches nothing strongly.
      return value.equals(etag);
    }
    Instant date = date(value);
    return date != null && date.equals(modified);
  }

  private boolean listed(List<String> fieldValues, boolean weak) {
    for (String value : fieldValues) {
      if (value.strip().equals("*") || listed(value, weak)) {
        return true;
      }
    }
    return false;
  }

  /** Goes through a list of entity tags, which may hold commas between their quotes. */
  private boolean listed(String list, boolean weak) {
    int at = 0;
    while (at < list.length()) {
      int open = list.indexOf('"', at);
      int close = open < 0 ? -1 : list.indexOf('"', open + 1);
      if (close < 0) {
        return false;
      }
      boolean markedWeak = open >= 2 && list.startsWith("W/", open - 2);
      if ((weak || !markedWeak) && list.substring(open, close + 1).equals(etag)) {
        return true;
      }
      at = close + 1;
    }
    return false;
  }

  private static @Nullable Instant date(@Nullable String value) {
    if (value == null) {
      return null;
    }
    // §13.1.3, §13.1.4: "A recipient MUST ignore the ... header field if ... the field value is not
    // a valid HTTP-date"
    long epochMillis = HttpDateTime.parseToEpoch(value);
    return epochMillis == -1 ? null : Instant.ofEpochMilli(epochMillis);
  }
}
