package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.console.Version;
import dev.h3kit.client.H3Client;
import dev.h3kit.client.H3ClientBuilder;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      "A URL without a scheme is https://. The exit code is curl's; with several URLs, that of the last.",
      "95 is an error of HTTP/3, 96 of QUIC's handshake."
    })
public final class GetCommand implements Callable<Integer> {
  /** Titles of the sections of its help, by the class that declares the options. */
  public static final Map<Class<?>, String> SECTIONS = sections();

  private final Terminal terminal;

  @Parameters(paramLabel = "URL", arity = "1..*", description = "What to fetch.")
  private List<String> urls = new ArrayList<>();

  @Mixin private ProtocolOptions protocol = new ProtocolOptions();
  @Mixin private RequestOptions request = new RequestOptions();
  @Mixin private OutputOptions output = new OutputOptions();
  @Mixin private ConnectOptions connect = new ConnectOptions();

  private static Map<Class<?>, String> sections() {
    Map<Class<?>, String> titles = new LinkedHashMap<>();
    titles.put(ProtocolOptions.class, "Protocol and redirects");
    titles.put(RequestOptions.class, "Request");
    titles.put(OutputOptions.class, "Output");
    titles.put(ConnectOptions.class, "Connection and trust");
    return titles;
  }

  /** A command that reads and writes there. */
  public GetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ExitCode exit;
    try {
      exit = fetchAll();
    } catch (CommandFailure e) {
      report(e);
      exit = e.exitCode();
    }
    return exit.number();
  }

  private ExitCode fetchAll() throws CommandFailure {
    String agent = "h3kit/" + Version.number();
    RequestPlan plan = new RequestPlanner(request, terminal, agent).plan();
    Duration maxTime = Clients.maxTime(connect);
    GetSettings settings = new GetSettings(terminal, plan, protocol, request, output, maxTime);
    if (output.targets.size() > urls.size()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          output.targets.size()
              + " -o or -O for "
              + urls.size()
              + " URL"
              + (urls.size() == 1 ? "" : "s"),
          null);
    }
    WriteOut writeOut =
        output.writeOut == null
            ? null
            : new WriteOut(format(output.writeOut), terminal, Version.number());
    HeaderDump dump = headerDump();
    ExitCode exit = ExitCode.OK;
    H3Client client = client();
    try {
      for (int i = 0; i < urls.size(); i++) {
        TransferResult result =
            new Transfer(client, settings, dump, i, urls.get(i), target(i)).run();
        if (result.failure() != null) {
          report(result.failure());
        }
        if (writeOut != null) {
          writeOut.print(result);
        }
        exit = result.exitCode();
      }
      dump.close();
    } finally {
      client.shutdownNow();
    }
    return exit;
  }

  private H3Client client() throws CommandFailure {
    H3ClientBuilder builder = Clients.builder(connect);
    if (protocol.raceMillis != null) {
      if (protocol.raceMillis < 0) {
        throw new CommandFailure(
            ExitCode.USAGE, "--happy-eyeballs-timeout-ms must not be negative", null);
      }
      Duration hard = Duration.ofMillis(protocol.raceMillis);
      builder.racing(hard.dividedBy(2), hard);
    }
    builder.followRedirects(HttpClient.Redirect.NEVER);
    return builder.build();
  }

  private OutputTarget target(int number) {
    if (number >= output.targets.size()) {
      return OutputTarget.STANDARD;
    }
    String name = output.targets.get(number);
    if (name == null) {
      return new OutputTarget.Remote(urls.get(number));
    }
    return name.equals("-") ? new OutputTarget.Standard(true) : new OutputTarget.Named(name);
  }

  private HeaderDump headerDump() throws CommandFailure {
    String name = output.dumpHeader;
    if (name == null) {
      return new HeaderDump(null);
    }
    return new HeaderDump(
        name.equals("-")
            ? new StandardOutput(terminal, true)
            : FileOutput.open(null, name, output.createDirs));
  }

  /** A format may be in a file, or come from standard input. */
  private String format(String given) throws CommandFailure {
    if (!given.startsWith("@")) {
      return given;
    }
    String name = given.substring(1);
    try {
      return name.equals("-")
          ? new String(terminal.in().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
          : Files.readString(Path.of(name));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.READ_ERROR, "cannot read the format in " + name, null, e);
    }
  }

  private void report(CommandFailure failure) {
    if (!output.silent || output.showError) {
      terminal.err().println(failure.report());
    }
    @Nullable Throwable cause = failure.getCause();
    if (output.verbose && cause != null) {
      cause.printStackTrace(terminal.err());
    }
  }
}
