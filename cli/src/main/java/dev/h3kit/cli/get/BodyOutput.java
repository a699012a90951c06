package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where a body goes. Used by one thread at a time. */
interface BodyOutput {

  /** Writes all of {@code octets}. */
  void write(ByteBuffer octets) throws CommandFailure;

  /** All is there: what was written may be seen now. */
  void complete() throws CommandFailure;

  /** It will not become whole: leaves nothing behind that could pass for it. Never fails. */
  void abandon();

  /** The file's name as curl's {@code filename_effective} gives it, or null for standard output. */
  @Nullable String name();
}
