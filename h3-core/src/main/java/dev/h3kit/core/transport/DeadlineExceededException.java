package dev.h3kit.core.transport;

import java.io.IOException;

/** A wait reached its deadline. */
public final class DeadlineExceededException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what was waited for
   */
  public DeadlineExceededException(String message) {
    super(message);
  }
}
