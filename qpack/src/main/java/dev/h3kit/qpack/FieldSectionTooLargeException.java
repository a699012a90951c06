package dev.h3kit.qpack;

/**
 * A field section is legal QPACK but larger than the decoder's limits allow. It concerns one stream
 * only: the decoder has already let go of the section (acknowledged or cancelled it) and goes on
 * working.
 */
public final class FieldSectionTooLargeException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the limit and by what it was passed
   */
  public FieldSectionTooLargeException(String message) {
    super(message);
  }
}
