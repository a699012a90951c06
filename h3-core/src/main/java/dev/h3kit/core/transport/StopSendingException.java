package dev.h3kit.core.transport;

import java.io.IOException;

/** The peer asked to stop sending on the stream (STOP_SENDING, RFC 9000 §19.5). */
public final class StopSendingException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long errorCode;

  /**
   * @param errorCode the code of the frame
   */
  public StopSendingException(long errorCode) {
    super("the peer stopped reading the stream with code 0x" + Long.toHexString(errorCode));
    this.errorCode = errorCode;
  }

  /** The application error code of the STOP_SENDING frame. */
  public long errorCode() {
    return errorCode;
  }
}
