package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.get.ProtocolOptions.Choice;
import dev.h3kit.cli.get.cookies.CookieJar;
import dev.h3kit.cli.get.netrc.Netrc;
import dev.h3kit.client.ProtocolMode;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What holds for all URLs between two {@code --next} of a command line. Immutable. */
final class GetSettings {
  private final Terminal terminal;
  private final GetOptions options;
  private final Duration maxTime;
  private final FilePlace place;
  private final long maxFilesize;
  private final long limitRate;
  private final @Nullable CookieJar cookies;
  private final Netrc netrc;
  private final Optional<Verbose> verbose;

  /**
   * @param cookies keeps cookies, or null
   */
  GetSettings(Terminal terminal, GetOptions options, @Nullable CookieJar cookies, Netrc netrc)
      throws CommandFailure {
    this.terminal = terminal;
    this.options = options;
    this.cookies = cookies;
    this.netrc = netrc;
    OutputOptions output = options.output;
    this.maxTime = Clients.maxTime(options.connect);
    this.place =
        new FilePlace(
            output.outputDir,
            output.createDirs,
            output.noClobber ? FilePlace.Existing.NUMBER : FilePlace.Existing.REPLACE,
            output.fileMode == null ? null : FilePlace.permissions(output.fileMode));
    TransferOptions transfer = options.transfer;
    this.maxFilesize =
        transfer.maxFilesize == null
            ? Long.MAX_VALUE
            : SizeText.parse("--max-filesize", transfer.maxFilesize);
    this.limitRate =
        transfer.limitRate == null ? 0 : SizeText.parse("--limit-rate", transfer.limitRate);
    this.verbose = output.verbose ? Optional.of(new Verbose(terminal)) : Optional.empty();
  }

  Terminal terminal() {
    return terminal;
  }

  ProtocolMode mode() {
    return switch (options.protocol.choice) {
      case HTTP3 -> ProtocolMode.HTTP3_FIRST;
      case HTTP3_ONLY -> ProtocolMode.HTTP3_ONLY;
      case HTTP2, HTTP1_1 -> ProtocolMode.TCP_ONLY;
    };
  }

  boolean http11() {
    return options.protocol.choice == Choice.HTTP1_1;
  }

  boolean followRedirects() {
    return options.protocol.location || options.protocol.locationTrusted;
  }

  boolean locationTrusted() {
    return options.protocol.locationTrusted;
  }

  int maxRedirects() {
    return options.protocol.maxRedirects;
  }

  boolean pathAsIs() {
    return options.protocol.pathAsIs;
  }

  boolean include() {
    return options.output.include || options.request.head;
  }

  boolean fail() {
    return options.output.fail || options.output.failWithBody;
  }

  boolean failWithBody() {
    return options.output.failWithBody;
  }

  /** Where files go. */
  FilePlace place() {
    return place;
  }

  boolean remoteTime() {
    return options.output.remoteTime;
  }

  /** The value of {@code -C}, or null. */
  @Nullable String continueAt() {
    return options.output.continueAt;
  }

  boolean skipExisting() {
    return options.output.skipExisting;
  }

  boolean timing() {
    return options.output.timing;
  }

  /** Octets above which a body is refused. */
  long maxFilesize() {
    return maxFilesize;
  }

  /** Octets in a second, each way; 0 for no limit. */
  long limitRate() {
    return limitRate;
  }

  Duration maxTime() {
    return maxTime;
  }

  Optional<Verbose> verbose() {
    return verbose;
  }

  /** Keeps the cookies, or null. */
  @Nullable CookieJar cookies() {
    return cookies;
  }

  /** User and password of a host that {@code .netrc} knows; {@code user} may be null. */
  Optional<String> credentials(String host, @Nullable String user) {
    return netrc.credentials(host, user);
  }

  RetryPolicy retries() throws CommandFailure {
    return new RetryPolicy(options.transfer);
  }

  /** Says something on standard error that is no failure, unless {@code -s} forbids it. */
  void warn(String text) {
    if (!options.output.silent) {
      terminal.err().println("h3: warning: " + ControlBytes.escape(text));
    }
  }

  /** Says why something failed, unless {@code -s} forbids it. */
  void report(CommandFailure failure) {
    if (!options.output.silent || options.output.showError) {
      terminal.err().println(failure.report());
    }
    Throwable cause = failure.getCause();
    if (options.output.verbose && cause != null) {
      cause.printStackTrace(terminal.err());
    }
  }

  /** An output that undoes the content coding, with --compressed. */
  BodyOutput decoded(HttpHeaders headers, BodyOutput output) throws CommandFailure {
    String coding = headers.firstValue("content-encoding").orElse("").toLowerCase(Locale.ROOT);
    if (!options.request.compressed) {
      return output;
    }
    return switch (coding.strip()) {
      case "", "identity" -> output;
      case "gzip", "x-gzip" -> new GzipDecoder(output);
      case "br" -> new BrotliDecoder(output);
      default ->
          throw new CommandFailure(
              ExitCode.BAD_CONTENT_ENCODING,
              "the body is coded as '" + coding + "', which was not asked for",
              "Without --compressed it comes as it is.");
    };
  }

  /**
   * Whether progress is shown: a person must see it, and must not see the body.
   *
   * @param toFile whether the body goes to a file
   */
  boolean showsProgress(boolean toFile) {
    OutputOptions output = options.output;
    boolean wanted = !output.silent && !output.noProgressMeter && !output.verbose && !output.timing;
    return wanted && (toFile || !terminal.outIsTerminal()) && terminal.errIsTerminal();
  }

  /** What shows the progress of a transfer that runs alone. */
  Progress line(long start) {
    return new ProgressLine(terminal, options.output.progressBar, start);
  }
}
