package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A body on standard output, octet for octet; on a terminal only if it is text. */
final class StandardOutput implements BodyOutput {
  private static final int LOOKED_AT = 2000;

  private final Terminal terminal;
  private final boolean binaryAllowed;
  private long written;

  /**
   * @param binaryAllowed whether octets that a terminal cannot show may go there: {@code -o -}
   */
  StandardOutput(Terminal terminal, boolean binaryAllowed) {
    this.terminal = terminal;
    this.binaryAllowed = binaryAllowed;
  }

  @Override
  public void write(ByteBuffer octets) throws CommandFailure {
    byte[] chunk = new byte[octets.remaining()];
    octets.get(chunk);
    if (terminal.outIsTerminal() && !binaryAllowed && written < LOOKED_AT && binary(chunk)) {
      throw new CommandFailure(
          ExitCode.WRITE_ERROR,
          "the body is binary and would mess up your terminal",
          "Save it with -o FILE, or write it anyway with -o -.");
    }
    written += chunk.length;
    terminal.out().write(chunk, 0, chunk.length);
    if (terminal.out().checkError()) {
      throw new CommandFailure(ExitCode.WRITE_ERROR, "cannot write to standard output", null);
    }
  }

  @Override
  public void complete() {
    terminal.out().flush();
  }

  @Override
  public void abandon() {
    terminal.out().flush();
  }

  @Override
  public @Nullable String name() {
    return null;
  }

  private static boolean binary(byte[] chunk) {
    for (int i = 0; i < Math.min(chunk.length, LOOKED_AT); i++) {
      if (chunk[i] == 0) {
        return true;
      }
    }
    return false;
  }
}
