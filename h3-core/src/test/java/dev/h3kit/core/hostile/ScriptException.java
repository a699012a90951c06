package dev.h3kit.core.hostile;

/** A script that cannot be understood. */
final class ScriptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScriptException(String message) {
    super(message);
  }

  /** The same, told with its place. */
  ScriptException at(String file, int line) {
    return new ScriptException(file + ":" + line + ": " + getMessage());
  }
}
