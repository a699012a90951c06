package dev.h3kit.cli.qpack;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.console.Version;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.FieldSectionTooLargeException;
import dev.h3kit.qpack.QpackException;
import dev.h3kit.qpack.interop.EncodedRecord;
import dev.h3kit.qpack.interop.Explainer;
import dev.h3kit.qpack.interop.OfflineDecoder;
import dev.h3kit.qpack.interop.OfflineEncoder;
import dev.h3kit.qpack.interop.Qif;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tools for people who write QPACK. */
@Command(
    name = "qpack",
    header = "Encode, decode and explain QPACK (RFC 9204).",
    description = {
      "",
      "Works on the files of the QPACK interoperability tests: lists of field lines as text (qif), and"
          + " records of stream, length and octets."
    },
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class QpackCommand implements Callable<Integer> {
  private static final String TABLE = "SETTINGS_QPACK_MAX_TABLE_CAPACITY in octets. Default: 4096.";
  private static final String BLOCKED = "SETTINGS_QPACK_BLOCKED_STREAMS. Default: 100.";
  private static final String OUTPUT = "Write to FILE instead of standard output.";

  private final Terminal terminal;
  @Spec private @Nullable CommandSpec spec;

  /** A command that reads and writes there. */
  public QpackCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "encode, decode or dump?");
  }

  @Command(
      name = "encode",
      header = "Encode lists of field lines (qif) into records.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int encode(
      @Option(
              names = {"-t", "--table"},
              paramLabel = "N",
              defaultValue = "4096",
              description = TABLE)
          int table,
      @Option(
              names = {"-b", "--blocked"},
              paramLabel = "N",
              defaultValue = "100",
              description = BLOCKED)
          int blocked,
      @Option(
              names = {"-a", "--acknowledge"},
              paramLabel = "N",
              defaultValue = "1",
              description =
                  "When sections and inserts are acknowledged: 0 never (the encoder knows it), 1 at once,"
                      + " N: N sections late. Default: 1.")
          int acknowledge,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "FILE",
              description = OUTPUT)
          @Nullable Path output,
      @Parameters(paramLabel = "FILE", description = "A qif file; - is standard input.")
          String file)
      throws CommandFailure {
    check(table, blocked, acknowledge);
    List<List<FieldLine>> lists;
    try {
      lists = Qif.parse(read(file));
    } catch (IllegalArgumentException e) {
      throw broken(file, e);
    }
    write(output, new OfflineEncoder(table, blocked, acknowledge).encode(lists));
    return ExitCode.OK.number();
  }

  @Command(
      name = "decode",
      header = "Decode records into lists of field lines (qif), ordered by stream.",
      description = {
        "",
        "Where the first instruction of the encoder stream sets no capacity, the table begins with"
            + " that of --table, as in drafts before RFC 9204."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int decode(
      @Option(
              names = {"-t", "--table"},
              paramLabel = "N",
              defaultValue = "4096",
              description = TABLE)
          int table,
      @Option(
              names = {"-b", "--blocked"},
              paramLabel = "N",
              defaultValue = "100",
              description = BLOCKED)
          int blocked,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "FILE",
              description = OUTPUT)
          @Nullable Path output,
      @Parameters(paramLabel = "FILE", description = "A file of records; - is standard input.")
          String file)
      throws CommandFailure {
    check(table, blocked, 0);
    try {
      write(output, Qif.format(new OfflineDecoder(table, blocked).decode(read(file))));
    } catch (QpackException | FieldSectionTooLargeException | IllegalArgumentException e) {
      throw broken(file, e);
    }
    return ExitCode.OK.number();
  }

  @Command(
      name = "dump",
      header = "Explain every octet, with the state of the dynamic table.",
      description = {
        "",
        "Takes a file of records, or octets in hexadecimal: E:HEX for the encoder stream, S:HEX for a"
            + " field section, D:HEX for the decoder stream, in the order in which they count.",
        "",
        "Example: h3 qpack dump -t 220 E:3fbd01c00161 S:020080 D:84"
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int dump(
      @Option(
              names = {"-t", "--table"},
              paramLabel = "N",
              defaultValue = "4096",
              description = TABLE)
          int table,
      @Parameters(
              paramLabel = "FILE|E:HEX|S:HEX|D:HEX",
              arity = "1..*",
              description = "What to explain; - is standard input.")
          List<String> what)
      throws CommandFailure {
    check(table, 0, 0);
    Explainer explainer = new Explainer(table);
    for (String part : what) {
      if (part.matches("[ESD]:.*")) {
        explain(explainer, part.charAt(0), octets(part));
      } else {
        explainFile(explainer, part);
      }
    }
    return ExitCode.OK.number();
  }

  private void explainFile(Explainer explainer, String file) throws CommandFailure {
    List<EncodedRecord> records;
    try {
      records = EncodedRecord.parse(read(file));
    } catch (IllegalArgumentException e) {
      throw broken(file, e);
    }
    for (EncodedRecord record : records) {
      if (record.streamId() == EncodedRecord.ENCODER_STREAM) {
        explain(explainer, 'E', record.octets());
      } else {
        terminal.out().println("stream " + record.streamId());
        explain(explainer, 'S', record.octets());
      }
    }
  }

  private void explain(Explainer explainer, char kind, byte[] octets) {
    terminal
        .out()
        .println(
            switch (kind) {
              case 'E' -> "encoder stream";
              case 'D' -> "decoder stream";
              default -> "field section";
            });
    List<String> lines =
        switch (kind) {
          case 'E' -> explainer.encoderStream(octets);
          case 'D' -> explainer.decoderStream(octets);
          default -> explainer.section(octets);
        };
    for (String line : lines) {
      terminal.out().println("  " + ControlBytes.escape(line));
    }
    terminal.out().println();
  }

  private byte[] octets(String part) {
    try {
      return HexFormat.of().parseHex(part.substring(2).replace(" ", ""));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "not hexadecimal: " + part, e);
    }
  }

  private void check(int table, int blocked, int acknowledge) {
    if (table < 0 || table > 1 << 30 || blocked < 0 || blocked > 65535 || acknowledge < 0) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "--table is 0 to 2^30, --blocked 0 to 65535, --acknowledge 0 or more");
    }
  }

  private byte[] read(String file) throws CommandFailure {
    try {
      return file.equals("-") ? terminal.in().readAllBytes() : Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.READ_ERROR, "cannot read " + file + ": " + e.getMessage(), null, e);
    }
  }

  private void write(@Nullable Path output, byte[] octets) throws CommandFailure {
    try {
      if (output == null) {
        terminal.out().write(octets);
      } else {
        Files.write(output, octets);
      }
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.WRITE_ERROR, "cannot write " + output + ": " + e.getMessage(), null, e);
    }
  }

  private static CommandFailure broken(String file, Exception e) {
    return new CommandFailure(
        ExitCode.READ_ERROR,
        file + ": " + e.getMessage(),
        "'h3 qpack dump' shows where; --table and --blocked must be those it was made with.",
        e);
  }
}
