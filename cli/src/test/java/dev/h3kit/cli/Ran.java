package dev.h3kit.cli;

import dev.h3kit.cli.console.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A command that ran in this process, and what it wrote.
 *
 * @param exit its exit code
 * @param octets what it wrote to standard output
 * @param err what it wrote to standard error
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Ran(int exit, byte[] octets, String err) {

  /** Runs h3 with these arguments and streams that are no terminals. */
  public static Ran h3(String... args) {
    return with(false, false, "", args);
  }

  /** Runs h3 on streams that are terminals or not. */
  public static Ran with(boolean outTerminal, boolean errTerminal, String input, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            outTerminal,
            errTerminal,
            Map.of());
    int exit = H3.run(terminal, args);
    terminal.out().flush();
    return new Ran(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  /** Standard output as text. */
  public String out() {
    return new String(octets, StandardCharsets.UTF_8);
  }

  /** Everything, for the message of an assertion. */
  @Override
  public String toString() {
    return "exit " + exit + "\nout: " + out() + "\nerr: " + err;
  }
}
