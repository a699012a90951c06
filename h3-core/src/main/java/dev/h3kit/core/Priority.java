package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.List;
import java.util.Map;

/**
 * How much a client wants a response, and how it uses it (RFC 9218 §4). Thread-safe.
 *
 * @param urgency 0 to 7; the smaller, the sooner
 * @param incremental whether parts of the response are of use before the whole has come
 */
public record Priority(int urgency, boolean incremental) {
  /** The name of the header field. */
  public static final String FIELD = "priority";

  /** What holds where nothing is said: urgency 3, not incremental (RFC 9218 §4.1, §4.2). */
  public static final Priority DEFAULT = new Priority(3, false);

  private static final int LEAST_URGENT = 7;

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if {@code urgency} is not in 0 to 7
   */
  public Priority {
    if (urgency < 0 || urgency > LEAST_URGENT) {
      throw new IllegalArgumentException("urgency " + urgency + " is not in 0 to 7");
    }
  }

  /**
   * What the {@code priority} field of a message says. Never fails: what is not understood is as if
   * it were not there.
   *
   * @param fields of a request or response; several lines count as one list
   * @return the default where the message has no such field
   */
  public static Priority of(List<FieldLine> fields) {
    return DEFAULT.changedBy(fields);
  }

  /**
   * Reads a field value, as in a PRIORITY_UPDATE frame; never fails, as {@link #of}.
   *
   * @param value ASCII text
   */
  public static Priority parse(String value) {
    return DEFAULT.changedBy(StructuredDictionary.parse(value));
  }

  /**
   * This priority with what a response says in its own {@code priority} field. RFC 9218 §8: "The
   * absence of a priority parameter in an HTTP response indicates the server's disinterest in
   * changing the client-provided value."
   */
  public Priority changedBy(List<FieldLine> fields) {
    return changedBy(members(fields));
  }

  /** The members of the {@code priority} field of a message; none if it has no such field. */
  static Map<String, Object> members(List<FieldLine> fields) {
    StringBuilder value = null;
    for (FieldLine line : fields) {
      if (line.name().equals(FIELD)) {
        value = value == null ? new StringBuilder() : value.append(", ");
        value.append(line.value());
      }
    }
    return value == null ? Map.of() : StructuredDictionary.parse(value.toString());
  }

  /** This priority with what members of a dictionary say. */
  Priority changedBy(Map<String, Object> members) {
    // RFC 9218 §4: "unknown priority parameters, priority parameters with out-of-range values, or
    // values of unexpected types MUST be ignored."
    int newUrgency =
        members.get("u") instanceof Long u && u >= 0 && u <= LEAST_URGENT ? u.intValue() : urgency;
    boolean newIncremental = members.get("i") instanceof Boolean i ? i : incremental;
    return newUrgency == urgency && newIncremental == incremental
        ? this
        : new Priority(newUrgency, newIncremental);
  }

  /** The value of a {@code priority} field that says this, such as {@code u=5, i}. */
  public String fieldValue() {
    return "u=" + urgency + (incremental ? ", i" : "");
  }

  /** The header field that says this, for a request or a response. */
  public FieldLine toField() {
    return new FieldLine(FIELD, fieldValue());
  }
}
