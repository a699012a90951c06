package dev.h3kit.qpack;

/**
 * One field line: a name and a value (RFC 9110 §5, RFC 9204 §1.1).
 *
 * <p>Both strings carry octets, one {@code char} an octet (ISO 8859-1); a character above U+00FF is
 * refused by the encoder. The record does not judge names or values: what is legal in a message is
 * the business of HTTP/3.
 *
 * @param name the field name, pseudo-header names with their colon
 * @param value the field value
 * @param neverIndexed whether the line must be sent as a never-indexed literal and must stay so
 *     when it is forwarded (the N bit, RFC 9204 §4.5.4 and §7.1)
 */
public record FieldLine(String name, String value, boolean neverIndexed) {

  /**
   * The overhead RFC 9204 §3.2.1 and RFC 9114 §4.2.2 add to the length of name and value, in
   * octets.
   */
  public static final int OVERHEAD = 32;

  /** A field line that may be indexed. */
  public FieldLine(String name, String value) {
    this(name, value, false);
  }

  /** The size of the line in octets: name, value and 32 (RFC 9204 §3.2.1). */
  public int size() {
    return name.length() + value.length() + OVERHEAD;
  }
}
