package dev.h3kit.core.transport;

import java.io.IOException;

/** The connection has ended. */
public final class ConnectionClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Termination termination;

  /**
   * @param termination how it ended
   */
  public ConnectionClosedException(Termination termination) {
    super(
        "connection closed by "
            + termination.by()
            + " ("
            + termination.kind()
            + " 0x"
            + Long.toHexString(termination.errorCode())
            + (termination.reason().isEmpty() ? "" : ", " + termination.reason())
            + ")");
    this.termination = termination;
  }

  /** How the connection ended. */
  public Termination termination() {
    return termination;
  }
}
