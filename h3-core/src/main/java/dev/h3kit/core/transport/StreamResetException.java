package dev.h3kit.core.transport;

import java.io.IOException;

/** The peer reset the stream (RESET_STREAM, RFC 9000 §19.4). */
public final class StreamResetException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long errorCode;

  /**
   * @param errorCode the code of the frame
   */
  public StreamResetException(long errorCode) {
    super("stream reset by the peer with code 0x" + Long.toHexString(errorCode));
    this.errorCode = errorCode;
  }

  /** The application error code of the RESET_STREAM frame. */
  public long errorCode() {
    return errorCode;
  }
}
