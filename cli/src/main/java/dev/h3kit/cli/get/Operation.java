package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.console.Version;
import dev.h3kit.cli.get.cookies.CookieFile;
import dev.h3kit.cli.get.cookies.CookieJar;
import dev.h3kit.cli.get.glob.UrlGlob;
import dev.h3kit.cli.get.netrc.Netrc;
import dev.h3kit.client.H3Client;
import dev.h3kit.client.H3ClientBuilder;
import dev.h3kit.client.H3ClientEvents;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The URLs and options between two {@code --next}: one by one they become {@link Job}s. */
final class Operation implements AutoCloseable {
  private final Terminal terminal;
  private final GetOptions options;
  private final List<UrlGlob> urls;
  private final @Nullable CookieJar cookies;
  private final GetSettings settings;
  private final RequestPlanner planner;
  private final RequestPlan plan;
  private final @Nullable WriteOut writeOut;
  private final HeaderDump headerDump;
  private final H3Client client;
  private int url;
  private long match;

  /**
   * @throws CommandFailure if the options make no sense, or a file they name cannot be read
   */
  Operation(Terminal terminal, GetOptions options, List<String> urls) throws CommandFailure {
    if (urls.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE, "no URL: what is to be fetched?", "Try 'h3 get --help'.");
    }
    options.check();
    this.terminal = terminal;
    this.options = options;
    this.urls = globs(urls, options.transfer.globOff);
    String agent = "h3kit/" + Version.number();
    this.planner = new RequestPlanner(options.request, terminal, agent);
    this.plan = planner.plan();
    this.cookies = keepsCookies() ? new CookieJar() : null;
    this.settings = new GetSettings(terminal, options, cookies, netrc());
    settings.retries(); // complains of its options now, not in the middle
    readCookies();
    this.writeOut = writeOut();
    if (targets() > urls.size()) {
      settings.warn(targets() + " -o or -O for " + urls.size() + " URL" + plural(urls.size()));
    }
    this.client = makeClient();
    this.headerDump = makeHeaderDump();
  }

  GetSettings settings() {
    return settings;
  }

  H3Client client() {
    return client;
  }

  HeaderDump headerDump() {
    return headerDump;
  }

  /** Prints what {@code -w} asks for, where it is given. */
  @Nullable WriteOut writeOutput() {
    return writeOut;
  }

  /**
   * The next URL to fetch, or null after the last.
   *
   * @param id its number among all
   * @param urlsBefore how many URLs stood on the command line before this operation's
   */
  @Nullable Job next(int id, int urlsBefore) throws CommandFailure {
    while (url < urls.size() && match == urls.get(url).count()) {
      url++;
      match = 0;
    }
    if (url == urls.size()) {
      return null;
    }
    UrlGlob.Match found = urls.get(url).get(match++);
    String upload = url < options.request.uploads.size() ? options.request.uploads.get(url) : null;
    RequestPlan ofUrl = upload == null ? plan : planner.plan(upload);
    return new Job(urlsBefore + url, id, found.url(), upload, target(found), ofUrl, this);
  }

  /** How many URLs it has on the command line. */
  int urls() {
    return urls.size();
  }

  /** Ends its connections and writes its files. */
  @Override
  public void close() throws CommandFailure {
    client.shutdownNow();
    String name = options.request.cookieJar;
    try {
      if (cookies != null && name != null) {
        if (name.equals("-")) {
          terminal.out().print(CookieFile.text(cookies));
          terminal.out().flush();
        } else {
          CookieFile.write(name, cookies);
        }
      }
    } catch (IOException e) {
      settings.warn("the cookies are not saved in " + name + ": " + e.getMessage());
    }
    headerDump.close();
  }

  private static List<UrlGlob> globs(List<String> urls, boolean off) throws CommandFailure {
    List<UrlGlob> globs = new ArrayList<>();
    for (String url : urls) {
      globs.add(off ? UrlGlob.literal(url) : UrlGlob.parse(url));
    }
    return globs;
  }

  private static String plural(int n) {
    return n == 1 ? "" : "s";
  }

  private int targets() {
    return options.output.targets.size();
  }

  private OutputTarget target(UrlGlob.Match found) {
    OutputOptions output = options.output;
    if (url >= targets()) {
      return output.remoteNameAll
          ? new OutputTarget.Remote(found.url(), output.remoteHeaderName)
          : OutputTarget.STANDARD;
    }
    String name = output.targets.get(url);
    if (name == null) {
      return new OutputTarget.Remote(found.url(), output.remoteHeaderName);
    }
    return name.equals("-")
        ? new OutputTarget.Standard(true)
        : new OutputTarget.Named(found.named(name));
  }

  private H3Client makeClient() throws CommandFailure {
    H3ClientBuilder builder = Clients.builder(options.connect);
    Long race = options.protocol.raceMillis;
    if (race != null) {
      if (race < 0) {
        throw new CommandFailure(
            ExitCode.USAGE, "--happy-eyeballs-timeout-ms must not be negative", null);
      }
      Duration hard = Duration.ofMillis(race);
      builder.racing(hard.dividedBy(2), hard);
    }
    keepAltSvc(builder);
    builder.followRedirects(HttpClient.Redirect.NEVER);
    return builder.build();
  }

  private void keepAltSvc(H3ClientBuilder builder) throws CommandFailure {
    String name = options.protocol.altSvc;
    if (name == null || name.isEmpty()) {
      return;
    }
    try {
      builder.altSvcFile(Path.of(name));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "--alt-svc: " + name + " is no file's name", null, e);
    }
    builder.clientEvents(
        new H3ClientEvents() {
          @Override
          public void altSvcFileFailed(Path file, IOException cause) {
            settings.warn(
                "what servers advertise is not kept in " + file + ": " + cause.getMessage());
          }
        });
  }

  private HeaderDump makeHeaderDump() throws CommandFailure {
    String name = options.output.dumpHeader;
    if (name == null) {
      return new HeaderDump(null);
    }
    return new HeaderDump(
        name.equals("-")
            ? new StandardOutput(terminal, true)
            : FileOutput.open(null, name, options.output.createDirs));
  }

  private boolean keepsCookies() {
    RequestOptions request = options.request;
    return request.cookieJar != null || request.cookies.stream().anyMatch(c -> !c.contains("="));
  }

  private void readCookies() throws CommandFailure {
    if (cookies == null) {
      return;
    }
    boolean session = !options.request.junkSessionCookies;
    for (String given : options.request.cookies) {
      if (given.contains("=") || given.isEmpty()) {
        continue;
      }
      try {
        if (given.equals("-")) {
          CookieFile.read(terminal.in(), "standard input", cookies, session, settings::warn);
        } else {
          CookieFile.read(given, cookies, session, settings::warn);
        }
      } catch (IOException e) {
        throw new CommandFailure(
            ExitCode.READ_ERROR, "cannot read cookies: " + e.getMessage(), null, e);
      }
    }
  }

  private Netrc netrc() throws CommandFailure {
    RequestOptions request = options.request;
    if (!request.netrc && !request.netrcOptional && request.netrcFile == null) {
      return Netrc.empty();
    }
    String name = request.netrcFile;
    if (name == null) {
      name = terminal.environment().getOrDefault("HOME", "") + "/.netrc";
    }
    try {
      Path file = Path.of(name);
      if (request.netrcOptional && !Files.exists(file)) {
        return Netrc.empty();
      }
      return Netrc.read(file);
    } catch (IOException | InvalidPathException e) {
      throw new CommandFailure(ExitCode.READ_ERROR, "cannot read " + name, null, e);
    }
  }

  private @Nullable WriteOut writeOut() throws CommandFailure {
    String given = options.output.writeOut;
    return given == null ? null : new WriteOut(format(given), terminal, Version.number());
  }

  /** A format may be in a file, or come from standard input. */
  private String format(String given) throws CommandFailure {
    if (!given.startsWith("@")) {
      return given;
    }
    String name = given.substring(1);
    try {
      return name.equals("-")
          ? new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(name));
    } catch (IOException | InvalidPathException e) {
      throw new CommandFailure(ExitCode.READ_ERROR, "cannot read the format in " + name, null, e);
    }
  }
}
