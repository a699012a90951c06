package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.H3Client;
import dev.h3kit.client.H3Response;
import dev.h3kit.client.ProtocolMode;
import java.io.FileNotFoundException;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** One URL of the command line, with the redirects it leads to. Used by one thread, once. */
final class Transfer {
  private static final int FIRST_ERROR = 400;
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long REPORT_WAIT_SECONDS = 2;

  private final H3Client client;
  private final GetSettings settings;
  private final HeaderDump headerDump;
  private final int number;
  private final String given;
  private final @Nullable OutputTarget target;

  private final long start = System.nanoTime();
  private final List<Hop> hops = new ArrayList<>();
  private long sizeDownload;
  private long sizeUpload;
  private @Nullable String redirectUrl;
  private @Nullable String fileName;

  /**
   * @param target where the body goes
   */
  Transfer(
      H3Client client,
      GetSettings settings,
      HeaderDump headerDump,
      int number,
      String given,
      @Nullable OutputTarget target) {
    this.client = client;
    this.settings = settings;
    this.headerDump = headerDump;
    this.number = number;
    this.given = given;
    this.target = target;
  }

  /** Runs to the end; failures are in the result. */
  TransferResult run() {
    CommandFailure failure = null;
    try {
      follow();
    } catch (CommandFailure e) {
      failure = e;
    }
    return new TransferResult(
        number,
        given,
        hops,
        sizeDownload,
        sizeUpload,
        Duration.ofNanos(System.nanoTime() - start),
        redirectUrl,
        fileName,
        failure);
  }

  private void follow() throws CommandFailure {
    TargetUrl url = TargetUrl.parse(given);
    RequestPlan plan = settings.planFor(url);
    url = settings.targetFor(url);
    for (int redirects = 0; ; redirects++) {
      TargetUrl next = exchange(url, plan, redirects);
      if (next == null) {
        return;
      }
      boolean trusted = settings.locationTrusted() || url.sameOrigin(next);
      plan = plan.redirected(hops.getLast().status(), trusted);
      if (plan.body() instanceof RequestBody.Standard) {
        throw new CommandFailure(
            ExitCode.SEND_ERROR, "the server redirects, and standard input is already sent", null);
      }
      url = next;
    }
  }

  /** One request; answers where it is redirected to, if that is to be followed. */
  private @Nullable TargetUrl exchange(TargetUrl url, RequestPlan plan, int redirects)
      throws CommandFailure {
    Duration started = Duration.ofNanos(System.nanoTime() - start);
    H3Response<Flow.Publisher<List<ByteBuffer>>> response;
    try {
      response = await(send(url, plan), bytes -> {});
    } catch (ExecutionException e) {
      throw notAnswered(url, plan, started, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      hops.add(new Hop(url, plan, started, null, null));
      throw new CommandFailure(
          ExitCode.OPERATION_TIMEDOUT,
          url.hostAndPort() + " did not answer within the " + seconds() + " s of --max-time",
          null,
          e);
    }
    Hop hop = new Hop(url, plan, started, head(response), response.report());
    hops.add(hop);
    settings.verbose().ifPresent(v -> v.answered(hop));
    headerDump.add(hop);
    Optional<String> location = response.headers().firstValue("location");
    boolean redirect = response.statusCode() / 100 == 3 && location.isPresent();
    boolean followed = redirect && settings.followRedirects();
    if (followed) {
      discard(response);
      TargetUrl next = url.resolve(location.get());
      if (settings.maxRedirects() >= 0 && redirects >= settings.maxRedirects()) {
        redirectUrl = next.toString();
        throw new CommandFailure(
            ExitCode.TOO_MANY_REDIRECTS,
            "more than " + settings.maxRedirects() + " redirects; the next leads to " + next,
            "--max-redirs allows more.");
      }
      return next;
    }
    if (redirect) {
      redirectUrl = url.resolve(location.get()).toString();
    }
    take(hop, response);
    return null;
  }

  private CompletableFuture<H3Response<Flow.Publisher<List<ByteBuffer>>>> send(
      TargetUrl url, RequestPlan plan) throws CommandFailure {
    try {
      HttpRequest.Builder request = HttpRequest.newBuilder(url.uri());
      request.method(
          plan.method(), plan.body() == null ? BodyPublishers.noBody() : plan.body().publisher());
      for (HeaderLine line : plan.headers()) {
        request.header(line.name(), line.value());
      }
      if (settings.http11()) {
        request.version(Version.HTTP_1_1);
      }
      return client.sendAsync(request.build(), BodyHandlers.ofPublisher(), settings.mode());
    } catch (FileNotFoundException e) {
      throw new CommandFailure(
          ExitCode.READ_ERROR, "cannot read the file to send: " + e.getMessage(), null, e);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), null, e);
    }
  }

  private CommandFailure notAnswered(
      TargetUrl url, RequestPlan plan, Duration started, Throwable failure) {
    ExchangeReport report = ExchangeReport.of(failure).orElse(null);
    hops.add(new Hop(url, plan, started, null, report));
    settings.verbose().ifPresent(v -> v.failed(report));
    return Diagnosis.beforeResponse(
        failure, url.hostAndPort(), settings.mode() == ProtocolMode.HTTP3_ONLY);
  }

  private static Hop.Head head(H3Response<?> response) {
    return new Hop.Head(response.protocol().toString(), response.statusCode(), response.headers());
  }

  /** The body of a redirect is of no use. */
  private void discard(H3Response<Flow.Publisher<List<ByteBuffer>>> response)
      throws CommandFailure {
    receive(response, new Nowhere(), -1);
    finish(response);
  }

  private void take(Hop hop, H3Response<Flow.Publisher<List<ByteBuffer>>> response)
      throws CommandFailure {
    boolean error = response.statusCode() >= FIRST_ERROR;
    CommandFailure refused =
        error && settings.fail()
            ? new CommandFailure(
                ExitCode.HTTP_RETURNED_ERROR,
                "the server answered " + response.statusCode() + " for " + hop.url(),
                null)
            : null;
    boolean noBody = hop.plan().method().equals("HEAD");
    if (refused != null && !settings.failWithBody()) {
      receive(response, new Nowhere(), -1);
      finish(response);
      throw refused;
    }
    OutputTarget to = target == null ? OutputTarget.STANDARD : target;
    BodyOutput raw = to.open(hop.url(), settings);
    fileName = raw.name();
    OptionalLong length = response.headers().firstValueAsLong("content-length");
    long expected = noBody ? -1 : length.orElse(-1);
    try {
      if (settings.include() && hop.head() != null) {
        raw.write(ByteBuffer.wrap(hop.head().text().getBytes(StandardCharsets.ISO_8859_1)));
      }
      BodyOutput output = noBody ? raw : settings.decoded(response.headers(), raw);
      receive(response, output, expected);
      output.complete();
    } catch (CommandFailure e) {
      raw.abandon();
      fileName = null;
      finish(response);
      throw e;
    }
    ExchangeReport report = finish(response);
    settings.verbose().ifPresent(v -> v.finished(report, sizeDownload));
    if (refused != null) {
      throw refused;
    }
  }

  private void receive(
      H3Response<Flow.Publisher<List<ByteBuffer>>> response, BodyOutput output, long expected)
      throws CommandFailure {
    BodySubscriber subscriber = new BodySubscriber(output, settings.maxFilesize());
    response.body().subscribe(subscriber);
    ProgressLine progress = settings.progress(fileName != null, start);
    String host = hops.getLast().url().hostAndPort();
    boolean http3Only = settings.mode() == ProtocolMode.HTTP3_ONLY;
    boolean whole = false;
    try {
      await(
          subscriber.done(),
          time -> {
            if (progress != null) {
              progress.at(subscriber.received(), expected);
            }
          });
      whole = true;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw Diagnosis.inBody(cause, host, http3Only, subscriber.received(), expected);
    } catch (TimeoutException e) {
      subscriber.cancel();
      throw new CommandFailure(
          ExitCode.OPERATION_TIMEDOUT,
          "the "
              + seconds()
              + " s of --max-time are over after "
              + subscriber.received()
              + (expected < 0 ? "" : " of " + expected)
              + " octets",
          null,
          e);
    } finally {
      sizeDownload = subscriber.received();
      if (progress != null) {
        progress.end(sizeDownload, expected, whole);
      }
    }
    boolean bodyExpected = expected >= 0 && response.statusCode() != 304;
    if (bodyExpected && sizeDownload != expected) {
      throw new CommandFailure(
          ExitCode.PARTIAL_FILE,
          "the body from "
              + host
              + " is not whole: "
              + sizeDownload
              + " of "
              + expected
              + " octets",
          null);
    }
  }

  /** Puts the final report in the place of the first one. */
  private ExchangeReport finish(H3Response<?> response) {
    ExchangeReport report;
    try {
      report = response.finished().get(REPORT_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      report = response.report();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      report = response.report();
    }
    Hop last = hops.removeLast();
    hops.add(new Hop(last.url(), last.plan(), last.started(), last.head(), report));
    sizeUpload += report.sentBodyOctets();
    return report;
  }

  private <T> T await(CompletableFuture<T> future, LongConsumer tick)
      throws CommandFailure, ExecutionException, TimeoutException {
    try {
      while (true) {
        long left = settings.maxTime().toNanos() - (System.nanoTime() - start);
        if (left <= 0) {
          future.cancel(true);
          throw new TimeoutException();
        }
        try {
          return future.get(Math.min(left, TICK), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          tick.accept(System.nanoTime());
        }
      }
    } catch (InterruptedException e) {
      future.cancel(true);
      throw new CommandFailure(ExitCode.RECEIVE_ERROR, "interrupted", null, e);
    }
  }

  private String seconds() {
    double seconds = settings.maxTime().toNanos() / 1e9;
    return seconds == Math.rint(seconds) ? String.valueOf((long) seconds) : String.valueOf(seconds);
  }
}
