package dev.h3kit.qpack;

/**
 * The peer broke a rule of RFC 9204. The connection must be closed with the {@linkplain #error()
 * error's} code; the codec that threw it must not be used again.
 */
public final class QpackException extends Exception {
  private static final long serialVersionUID = 1L;

  private final QpackError error;
  private final String section;

  /**
   * @param error the code the RFC demands
   * @param section the section of RFC 9204 that states the rule, for example {@code "4.5.1.1"}
   * @param message what was wrong
   */
  public QpackException(QpackError error, String section, String message) {
    super(message + " (RFC 9204 §" + section + ", " + error.rfcName() + ")");
    this.error = error;
    this.section = section;
  }

  /** The error code to close the connection with. */
  public QpackError error() {
    return error;
  }

  /** The section of RFC 9204 whose rule was broken. */
  public String section() {
    return section;
  }
}
