package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.CommandLines;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.console.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches URLs over HTTP/3, falling back to HTTP/2 and HTTP/1.1. */
@Command(
    name = "get",
    header = "Fetch URLs over HTTP/3, or what the server has. Options are curl's.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    customSynopsis = "h3 get [OPTIONS] URL...",
    sortOptions = false,
    footer = {
      "",
      "A URL without a scheme is https://. The exit code is curl's; with several URLs, that of the last,",
      "with -Z that of the last that failed. 95 is an error of HTTP/3, 96 of QUIC's handshake."
    })
public final class GetCommand implements Callable<Integer> {
  /** Titles of the sections of its help, by the class that declares the options. */
  public static final Map<Class<?>, String> SECTIONS = sections();

  private final Terminal terminal;
  private final List<String> next = new ArrayList<>();

  @Parameters(
      paramLabel = "URL",
      arity = "0..*",
      description = "What to fetch; {a,b}, [1-9] and [a-z:2] in it stand for many.")
  private List<String> urls = new ArrayList<>();

  @Mixin private GetOptions options = new GetOptions();

  @Option(
      names = "--url",
      arity = "0",
      description = "Takes the next word as a URL, for the sake of files of -K.")
  @SuppressWarnings("UnusedVariable") // the next word is a URL without it, too
  private boolean url;

  @Option(
      names = {"-K", "--config"},
      paramLabel = "FILE",
      parameterConsumer = ConfigOption.class,
      description = "Read options from FILE, one on a line; '-' for stdin.")
  @SuppressWarnings("UnusedVariable") // its consumer does what it says
  private @Nullable String config;

  @Option(
      names = {"-:", "--next"},
      arity = "0",
      parameterConsumer = NextOption.class,
      description = "What follows has options of its own.")
  private boolean another;

  private static Map<Class<?>, String> sections() {
    Map<Class<?>, String> titles = new LinkedHashMap<>();
    titles.put(ProtocolOptions.class, "Protocol and redirects");
    titles.put(RequestOptions.class, "Request");
    titles.put(OutputOptions.class, "Output");
    titles.put(TransferOptions.class, "Many transfers, again and slower");
    titles.put(ConnectOptions.class, "Connection and trust");
    titles.put(GetCommand.class, "Where URLs and options come from");
    return titles;
  }

  /** A command that reads and writes there. */
  public GetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<GetCommand> all = new ArrayList<>();
    for (GetCommand each = this; each != null; each = each.following()) {
      all.add(each);
    }
    List<Operation> operations = new ArrayList<>();
    ProgressBoard board = null;
    ExitCode exit;
    try {
      try {
        for (GetCommand each : all) {
          operations.add(new Operation(terminal, each.options, each.urls));
        }
        boolean shown = operations.getFirst().settings().showsProgress(true);
        board = options.transfer.parallel && shown ? new ProgressBoard(terminal) : null;
        exit = new Runner(operations, options.transfer, board).run();
      } finally {
        for (Operation operation : operations) {
          operation.close();
        }
      }
    } catch (CommandFailure e) {
      report(e);
      exit = e.exitCode();
    }
    if (board != null) {
      board.close();
    }
    return exit.number();
  }

  Terminal terminal() {
    return terminal;
  }

  void beginNext() {
    another = true;
  }

  void addNext(String word) {
    next.add(word);
  }

  /** The operation behind {@code --next}, or null. */
  private @Nullable GetCommand following() {
    if (!another) {
      return null;
    }
    GetCommand command = new GetCommand(terminal);
    CommandLine line = CommandLines.withSyntaxOfH3(new CommandLine(command));
    line.parseArgs(next.toArray(String[]::new));
    return command;
  }

  private void report(CommandFailure failure) {
    if (!options.output.silent || options.output.showError) {
      terminal.err().println(failure.report());
    }
  }
}
