package dev.h3kit.cli.compare;

import dev.h3kit.cli.compare.Comparison.Pair;
import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.console.Version;
import dev.h3kit.cli.get.Clients;
import dev.h3kit.cli.get.ConnectOptions;
import dev.h3kit.cli.get.TargetUrl;
import dev.h3kit.client.H3Client;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a URL in turn over HTTP/3 and over TCP and says whether one is faster. */
@Command(
    name = "compare",
    header = "Compare the load time of a URL over HTTP/3 and over HTTP/2.",
    description = {
      "",
      "Fetches the URL in pairs, once over each, in random order, every time on a new connection, and"
          + " tells medians, 95th percentiles and the 95 % bootstrap interval of the difference."
    },
    customSynopsis = "h3 compare [OPTIONS] URL",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
public final class CompareCommand implements Callable<Integer> {
  private static final int FEWEST_RUNS = 3;
  private static final int MOST_RUNS = 1000;
  private static final Duration LONGEST_FETCH = Duration.ofSeconds(60);

  private final Terminal terminal;

  @Parameters(paramLabel = "URL", description = "What to fetch.")
  private String url = "";

  @Option(
      names = {"-n", "--runs"},
      paramLabel = "N",
      description = "Fetches over each protocol that count, 3 to 1000. Default 10.")
  private int runs = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "Fetches over each protocol before, which do not count. Default 3.")
  private int warmUp = 3;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the order of the runs; printed with --json.")
  private @Nullable Long seed;

  @Option(names = "--json", description = "Print JSON, with every sample.")
  private boolean json;

  @Mixin private ConnectOptions connect = new ConnectOptions();

  /** A command that writes there. */
  public CompareCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws CommandFailure {
    if (runs < FEWEST_RUNS || runs > MOST_RUNS) {
      throw new CommandFailure(
          ExitCode.USAGE, "--runs needs 3 to " + MOST_RUNS + ", not " + runs, null);
    }
    if (warmUp < 0 || warmUp > MOST_RUNS) {
      throw new CommandFailure(
          ExitCode.USAGE, "--warm-up needs 0 to " + MOST_RUNS + ", not " + warmUp, null);
    }
    TargetUrl target = TargetUrl.parse(url);
    if (!target.scheme().equals("https")) {
      throw new CommandFailure(
          ExitCode.UNSUPPORTED_PROTOCOL, "HTTP/3 needs an https:// URL, not " + url, null);
    }
    Duration longest = connect.hasMaxTime() ? Clients.maxTime(connect) : LONGEST_FETCH;
    H3Client client = Clients.builder(connect).freshConnections(true).build();
    try {
      Comparison comparison = run(new Fetch(client, target, longest), target.toString());
      ComparisonReport report = new ComparisonReport(comparison);
      terminal.out().print(json ? report.json() + System.lineSeparator() : report.text());
      terminal.out().flush();
    } finally {
      client.shutdownNow();
    }
    return ExitCode.OK.number();
  }

  private Comparison run(Fetch fetch, String shown) throws CommandFailure {
    for (int i = 0; i < warmUp; i++) {
      fetch.overHttp3();
      fetch.overTcp();
    }
    long chosen = seed != null ? seed : System.nanoTime() & 0xffff_ffffL;
    Random order = new Random(chosen);
    List<Pair> pairs = new ArrayList<>();
    int failed = 0;
    while (pairs.size() + failed < runs) {
      progress(pairs.size() + failed);
      try {
        pairs.add(pair(fetch, order.nextBoolean()));
      } catch (CommandFailure e) {
        failed++;
        if (failed > runs / 2) {
          progressEnd();
          throw new CommandFailure(
              e.exitCode(),
              failed + " of " + runs + " runs failed; the last: " + e.getMessage(),
              null,
              e);
        }
      }
    }
    progressEnd();
    return new Comparison(shown, pairs, failed, chosen);
  }

  private static Pair pair(Fetch fetch, boolean http3First) throws CommandFailure {
    if (http3First) {
      Sample http3 = fetch.overHttp3();
      return new Pair(http3, fetch.overTcp());
    }
    Sample tcp = fetch.overTcp();
    return new Pair(fetch.overHttp3(), tcp);
  }

  private void progress(int done) {
    if (terminal.errIsTerminal()) {
      terminal.err().print("\rrun " + (done + 1) + " of " + runs + "\u001b[K");
      terminal.err().flush();
    }
  }

  private void progressEnd() {
    if (terminal.errIsTerminal()) {
      terminal.err().print("\r\u001b[K");
      terminal.err().flush();
    }
  }
}
