package dev.h3kit.cli.console;

import org.jspecify.annotations.Nullable;

/** A command did not do what was asked: said in one line, with what to try in a second. */
public final class CommandFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;
  private final @Nullable String advice;

  /**
   * @param exitCode curl's number for it
   * @param message the cause in one line
   * @param advice what to try, in one line, or null
   * @param cause the failure below, or null
   */
  public CommandFailure(
      ExitCode exitCode, String message, @Nullable String advice, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.advice = advice;
  }

  /** A failure that nothing below caused. */
  public CommandFailure(ExitCode exitCode, String message, @Nullable String advice) {
    this(exitCode, message, advice, null);
  }

  /** Curl's number for it. */
  public ExitCode exitCode() {
    return exitCode;
  }

  /** The one or two lines for a person, control bytes escaped. */
  public String report() {
    String first =
        "h3: (" + exitCode.number() + ") " + ControlBytes.escape(String.valueOf(getMessage()));
    return advice == null ? first : first + System.lineSeparator() + "    " + advice;
  }
}
