package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.get.ProtocolOptions.Choice;
import dev.h3kit.client.ProtocolMode;
import java.net.URLDecoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What holds for all URLs of a command line. */
final class GetSettings {
  private final Terminal terminal;
  private final RequestPlan plan;
  private final ProtocolOptions protocol;
  private final RequestOptions request;
  private final OutputOptions output;
  private final Duration maxTime;
  private final Optional<Verbose> verbose;

  GetSettings(
      Terminal terminal,
      RequestPlan plan,
      ProtocolOptions protocol,
      RequestOptions request,
      OutputOptions output,
      Duration maxTime) {
    this.terminal = terminal;
    this.plan = plan;
    this.protocol = protocol;
    this.request = request;
    this.output = output;
    this.maxTime = maxTime;
    this.verbose = output.verbose ? Optional.of(new Verbose(terminal)) : Optional.empty();
  }

  Terminal terminal() {
    return terminal;
  }

  ProtocolMode mode() {
    return switch (protocol.choice) {
      case HTTP3 -> ProtocolMode.HTTP3_FIRST;
      case HTTP3_ONLY -> ProtocolMode.HTTP3_ONLY;
      case HTTP2, HTTP1_1 -> ProtocolMode.TCP_ONLY;
    };
  }

  boolean http11() {
    return protocol.choice == Choice.HTTP1_1;
  }

  boolean followRedirects() {
    return protocol.location || protocol.locationTrusted;
  }

  boolean locationTrusted() {
    return protocol.locationTrusted;
  }

  int maxRedirects() {
    return protocol.maxRedirects;
  }

  boolean include() {
    return output.include || request.head;
  }

  boolean fail() {
    return output.fail || output.failWithBody;
  }

  boolean failWithBody() {
    return output.failWithBody;
  }

  boolean createDirs() {
    return output.createDirs;
  }

  @Nullable String outputDir() {
    return output.outputDir;
  }

  long maxFilesize() {
    return output.maxFilesize == null ? Long.MAX_VALUE : output.maxFilesize;
  }

  Duration maxTime() {
    return maxTime;
  }

  Optional<Verbose> verbose() {
    return verbose;
  }

  /** The plan, with the user and password that stand in the URL. */
  RequestPlan planFor(TargetUrl url) {
    if (url.userInfo() == null || plan.has("authorization")) {
      return plan;
    }
    List<HeaderLine> headers = new ArrayList<>(plan.headers());
    String plus = url.userInfo().replace("+", "%2B");
    String user = URLDecoder.decode(plus, StandardCharsets.UTF_8);
    headers.add(
        new HeaderLine(
            "Authorization", RequestPlanner.basic(user.contains(":") ? user : user + ":")));
    return new RequestPlan(
        plan.method(), plan.methodForced(), headers, plan.body(), plan.queryData());
  }

  /** The URL with what -G and -T add to it. */
  TargetUrl targetFor(TargetUrl url) {
    String path = url.path();
    if (request.upload != null && path.endsWith("/") && !request.upload.equals("-")) {
      path += Path.of(request.upload).getFileName();
    }
    String query = url.query();
    if (plan.queryData() != null) {
      query = query == null || query.isEmpty() ? plan.queryData() : query + "&" + plan.queryData();
    }
    return new TargetUrl(url.scheme(), url.userInfo(), url.host(), url.port(), path, query);
  }

  /** An output that undoes the content coding, with --compressed. */
  BodyOutput decoded(HttpHeaders headers, BodyOutput output) throws CommandFailure {
    String coding = headers.firstValue("content-encoding").orElse("").toLowerCase(Locale.ROOT);
    if (!request.compressed || coding.isEmpty() || coding.equals("identity")) {
      return output;
    }
    if (coding.equals("gzip") || coding.equals("x-gzip")) {
      return new GzipDecoder(output);
    }
    throw new CommandFailure(
        ExitCode.BAD_CONTENT_ENCODING,
        "the body is coded as '" + coding + "', which was not asked for",
        "Without --compressed it comes as it is.");
  }

  /**
   * What shows progress, or null: a person must see it, and must not see the body.
   *
   * @param toFile whether the body goes to a file
   */
  @Nullable ProgressLine progress(boolean toFile, long start) {
    boolean wanted = !output.silent && !output.noProgressMeter && !output.verbose;
    boolean apart = toFile || !terminal.outIsTerminal();
    return wanted && apart && terminal.errIsTerminal()
        ? new ProgressLine(terminal, output.progressBar, start)
        : null;
  }
}
