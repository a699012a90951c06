package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

  private static final Set<String> PSEUDO = Set.of(":status");

  /**
   * Makes a legal response of a decoded header section, or refuses it.
   *
   * @throws Http3Exception.OfStream H3_MESSAGE_ERROR, naming the rule
   */
  static ResponseHead parse(List<FieldLine> lines) throws Http3Exception.OfStream {
    PseudoFields pseudo = PseudoFields.split(lines, PSEUDO);
    String status = pseudo.get(":status");
    // RFC 9114 §4.3.2: "This pseudo-header field MUST be included in all responses; otherwise, the
    // response is malformed".
    if (status == null) {
      throw FieldRules.malformed("4.3.2", ":status is missing");
    }
    // RFC 9110 §15: "a three-digit integer code", "from 100 to 599".
    if (status.length() != 3
        || status.charAt(0) < '1'
        || status.charAt(0) > '5'
        || !digit(status.charAt(1))
        || !digit(status.charAt(2))) {
      throw FieldRules.malformed(
          "4.3.2", ":status is \"" + FieldRules.printable(status) + "\", not 100 to 599");
    }
    int code = Integer.parseInt(status);
    // RFC 9114 §4.5: "HTTP/3 does not support the HTTP Upgrade mechanism or the 101 (Switching
    // Protocols) informational status code".
    if (code == 101) {
      throw FieldRules.malformed("4.5", ":status is 101");
    }
    FieldRules.refuseTe(pseudo.fields());
    FieldRules.contentLength(pseudo.fields());
    return new ResponseHead(code, pseudo.fields());
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  /**
   * The header section that carries this response.
   *
   * @throws IllegalArgumentException if the client would have to refuse it
   */
  List<FieldLine> toFieldLines() {
    List<FieldLine> lines = new ArrayList<>(fields.size() + 1);
    lines.add(new FieldLine(":status", Integer.toString(status)));
    lines.addAll(FieldRules.tidy(fields));
    try {
      parse(lines);
    } catch (Http3Exception.OfStream e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    return lines;
  }
}
