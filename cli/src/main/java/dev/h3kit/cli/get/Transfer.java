package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.get.cookies.CookieJar;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.H3Response;
import dev.h3kit.client.ProtocolMode;
import java.io.FileNotFoundException;
import java.net.http.HttpClient.Version;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at one URL of the command line, with the redirects it leads to. Used by one thread,
 * once.
 */
final class Transfer {
  private static final int FIRST_ERROR = 400;
  private static final long REPORT_WAIT_SECONDS = 2;

  private final Job job;
  private final GetSettings settings;
  private final HeaderDump headerDump;
  private final RetryPolicy retries;
  private final Progress progress;
  private final TimeLimit limit;
  private final List<Hop> hops = new ArrayList<>();
  private @Nullable Resume resume;
  private long sizeDownload;
  private long sizeUpload;
  private @Nullable String redirectUrl;
  private @Nullable String fileName;
  private @Nullable Duration retryIn;

  /**
   * @param retries says whether there is another attempt after this one
   * @param progress shows it
   */
  Transfer(Job job, RetryPolicy retries, Progress progress) {
    this.job = job;
    this.settings = job.settings();
    this.headerDump = job.operation().headerDump();
    this.retries = retries;
    this.progress = progress;
    this.limit = new TimeLimit(settings.maxTime());
  }

  /** Runs to the end; failures are in the result. */
  TransferResult run() {
    CommandFailure failure = null;
    int before = retries.used();
    try {
      follow();
    } catch (CommandFailure e) {
      failure = e;
    }
    try {
      if (failure != null && retryIn == null && !sentOnce()) {
        retryIn = retries.afterFailure(failure.exitCode());
      }
    } catch (CommandFailure e) {
      failure = e;
    }
    return new TransferResult(
        job.number(),
        job.id(),
        job.url(),
        hops,
        sizeDownload,
        sizeUpload,
        limit.elapsed(),
        redirectUrl,
        fileName,
        failure,
        retryIn,
        before);
  }

  /** Whether the content was standard input, which is gone now. */
  private boolean sentOnce() {
    return job.plan().body() instanceof RequestBody.Standard;
  }

  private void follow() throws CommandFailure {
    Destination destination = Destination.of(job);
    TargetUrl url = destination.url();
    RequestPlan plan = destination.plan();
    if (settings.continueAt() != null && plan.method().equals("GET")) {
      resume = Resume.of(settings.continueAt(), job.target().file(settings));
      plan = resume.asked(plan);
    }
    for (int redirects = 0; ; redirects++) {
      TargetUrl next = exchange(url, withCookies(url, plan), redirects);
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

  /** The plan with the cookies that the jar has for a URL, before those of the command line. */
  private RequestPlan withCookies(TargetUrl url, RequestPlan plan) {
    CookieJar jar = settings.cookies();
    String kept = jar == null ? "" : jar.header(url.host(), url.path(), url.secure());
    if (kept.isEmpty()) {
      return plan;
    }
    String own =
        plan.headers().stream()
            .filter(h -> h.named("cookie"))
            .map(h -> "; " + h.value())
            .findFirst()
            .orElse("");
    return plan.with(new HeaderLine("Cookie", kept + own));
  }

  /** One request; answers where it is redirected to, if that is to be followed. */
  private @Nullable TargetUrl exchange(TargetUrl url, RequestPlan plan, int redirects)
      throws CommandFailure {
    Duration started = limit.elapsed();
    H3Response<Flow.Publisher<List<ByteBuffer>>> response;
    try {
      response = limit.await(send(url, plan), () -> {});
    } catch (ExecutionException e) {
      throw notAnswered(url, plan, started, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      hops.add(new Hop(url, plan, started, null, null));
      throw new CommandFailure(
          ExitCode.OPERATION_TIMEDOUT,
          url.hostAndPort() + " did not answer within the " + limit + " s of --max-time",
          null,
          e);
    }
    Hop hop = new Hop(url, plan, started, head(response), response.report());
    hops.add(hop);
    settings.verbose().ifPresent(v -> v.answered(hop));
    headerDump.add(hop);
    CookieJar jar = settings.cookies();
    if (jar != null) {
      jar.take(response.headers().allValues("set-cookie"), url.host(), url.path(), url.secure());
    }
    Optional<String> location = response.headers().firstValue("location");
    boolean redirect = response.statusCode() / 100 == 3 && location.isPresent();
    if (redirect && settings.followRedirects()) {
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
      request.method(plan.method(), publisher(plan.body()));
      for (HeaderLine line : plan.headers()) {
        request.header(line.name(), line.value());
      }
      if (settings.http11()) {
        request.version(Version.HTTP_1_1);
      }
      return job.client().sendAsync(request.build(), BodyHandlers.ofPublisher(), settings.mode());
    } catch (FileNotFoundException e) {
      throw new CommandFailure(
          ExitCode.READ_ERROR, "cannot read the file to send: " + e.getMessage(), null, e);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), null, e);
    }
  }

  private BodyPublisher publisher(@Nullable RequestBody body) throws FileNotFoundException {
    if (body == null) {
      return BodyPublishers.noBody();
    }
    BodyPublisher publisher = body.publisher();
    return settings.limitRate() == 0
        ? publisher
        : new ThrottledPublisher(publisher, settings.limitRate());
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

  /** A body that is of no use. */
  private void discard(H3Response<Flow.Publisher<List<ByteBuffer>>> response)
      throws CommandFailure {
    receive(response, new Nowhere(), -1);
    finish(response);
  }

  private void take(Hop hop, H3Response<Flow.Publisher<List<ByteBuffer>>> response)
      throws CommandFailure {
    int status = response.statusCode();
    HttpHeaders headers = response.headers();
    boolean resumed = resume != null && status == 416;
    CommandFailure refused =
        status >= FIRST_ERROR && settings.fail() && !resumed
            ? new CommandFailure(
                ExitCode.HTTP_RETURNED_ERROR,
                "the server answered " + status + " for " + hop.url(),
                null)
            : null;
    retryIn = sentOnce() ? null : retries.afterStatus(status, headers);
    boolean unwanted = refused != null && !settings.failWithBody();
    boolean file = job.target().file(settings) != null;
    if (unwanted || (retryIn != null && file)) {
      discard(response);
      if (refused != null) {
        throw refused;
      }
      return;
    }
    boolean noBody = hop.plan().method().equals("HEAD");
    long expected = noBody ? -1 : headers.firstValueAsLong("content-length").orElse(-1);
    BodyOutput raw = open(hop, response, expected);
    if (raw == null) {
      discard(response);
      return;
    }
    fileName = raw.name();
    try {
      if (settings.include() && hop.head() != null) {
        raw.write(ByteBuffer.wrap(hop.head().text().getBytes(StandardCharsets.ISO_8859_1)));
      }
      BodyOutput output = noBody ? raw : settings.decoded(headers, raw);
      try {
        receive(response, output, expected);
        output.complete();
        fileName = output.name();
      } catch (CommandFailure e) {
        output.abandon();
        throw e;
      }
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

  /** Opens where the body goes; null if the body is not needed. */
  private @Nullable BodyOutput open(Hop hop, H3Response<?> response, long expected)
      throws CommandFailure {
    try {
      if (expected > settings.maxFilesize()) {
        throw BodySubscriber.tooLarge(settings.maxFilesize());
      }
      if (resume == null) {
        return job.target().open(response.headers(), settings);
      }
      Resume.Answer answer = resume.answer(hop.url(), response.statusCode(), response.headers());
      if (answer == Resume.Answer.DONE) {
        return null;
      }
      if (answer == Resume.Answer.WHOLE && resume.offset() > 0) {
        settings.warn(hop.url() + " has changed: it is fetched from its beginning");
      }
      if (resume.file() == null) {
        return job.target().open(response.headers(), settings);
      }
      return ResumableOutput.open(
          settings.place(),
          job.target().name(),
          answer == Resume.Answer.REST,
          response.headers().firstValue("etag").orElse(null));
    } catch (CommandFailure e) {
      cancel(response);
      finish(response);
      throw e;
    }
  }

  /** Wants nothing of the body. */
  @SuppressWarnings("unchecked") // all bodies here are publishers
  private static void cancel(H3Response<?> response) {
    BodySubscriber none = new BodySubscriber(new Nowhere(), 0, new Throttle(0));
    if (response.body() instanceof Flow.Publisher<?> body) {
      ((Flow.Publisher<List<ByteBuffer>>) body).subscribe(none);
      none.cancel();
    }
  }

  private void receive(
      H3Response<Flow.Publisher<List<ByteBuffer>>> response, BodyOutput output, long expected)
      throws CommandFailure {
    BodySubscriber subscriber =
        new BodySubscriber(output, settings.maxFilesize(), new Throttle(settings.limitRate()));
    response.body().subscribe(subscriber);
    String host = hops.getLast().url().hostAndPort();
    boolean http3Only = settings.mode() == ProtocolMode.HTTP3_ONLY;
    boolean whole = false;
    try {
      limit.await(subscriber.done(), () -> progress.at(subscriber.received(), expected));
      whole = true;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw Diagnosis.inBody(cause, host, http3Only, subscriber.received(), expected);
    } catch (TimeoutException e) {
      subscriber.cancel();
      throw new CommandFailure(
          ExitCode.OPERATION_TIMEDOUT,
          "the "
              + limit
              + " s of --max-time are over after "
              + subscriber.received()
              + (expected < 0 ? "" : " of " + expected)
              + " octets",
          null,
          e);
    } finally {
      sizeDownload = subscriber.received();
      progress.end(sizeDownload, expected, whole);
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
}
