package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The header sections of all responses, as {@code -D} wants them. Thread-safe. */
final class HeaderDump {
  private final @Nullable BodyOutput output;

  /**
   * @param output where they go, or null for nowhere
   */
  HeaderDump(@Nullable BodyOutput output) {
    this.output = output;
  }

  synchronized void add(Hop hop) throws CommandFailure {
    if (output != null && hop.head() != null) {
      output.write(ByteBuffer.wrap(hop.head().text().getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  /** All responses came. */
  synchronized void close() throws CommandFailure {
    if (output != null) {
      output.complete();
    }
  }
}
