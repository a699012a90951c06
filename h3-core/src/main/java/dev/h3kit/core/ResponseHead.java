package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.List;

/**
 * The status and header section of a response, interim (100 to 199) or final (RFC 9114 §4.3.2).
 *
 * @param status 100 to 599
 * @param fields the header fields, without {@code :status}, unmodifiable
 */
public record ResponseHead(int status, List<FieldLine> fields) {

  /** Copies the list. */
  public ResponseHead {
    if (status < 100 || status > 599) {
      throw new IllegalArgumentException("status " + status + " is not in 100 to 599");
    }
    fields = List.copyOf(fields);
  }

  /** Whether a final response is still to come (RFC 9110 §15.2). */
  public boolean interim() {
    return status < 200;
  }
}
