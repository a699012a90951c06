package dev.h3kit.cli.compare;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.get.Diagnosis;
import dev.h3kit.cli.get.TargetUrl;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.ExchangeTimeline;
import dev.h3kit.client.H3Client;
import dev.h3kit.client.H3Response;
import dev.h3kit.client.HttpProtocol;
import dev.h3kit.client.ProtocolMode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Fetches one URL, again and again, over the protocol asked for and over no other. */
final class Fetch {
  private static final String BOTH =
      "compare needs a server that speaks HTTP/3 and, over TCP, HTTP/2.";

  private final H3Client client;
  private final TargetUrl url;
  private final Duration longest;

  /**
   * @param client makes a new connection for each request
   * @param longest how long a fetch may take
   */
  Fetch(H3Client client, TargetUrl url, Duration longest) {
    this.client = client;
    this.url = url;
    this.longest = longest;
  }

  /** Fetches over HTTP/3; what came over anything else is a failure. */
  Sample overHttp3() throws CommandFailure {
    Sample sample = fetch(ProtocolMode.HTTP3_ONLY, "over HTTP/3");
    if (sample.protocol() != HttpProtocol.HTTP_3) {
      throw new CommandFailure(
          ExitCode.HTTP3, "asked for HTTP/3, but " + sample.protocol() + " came", BOTH);
    }
    return sample;
  }

  /** Fetches over HTTP/2, or HTTP/1.1 if the server has no HTTP/2. */
  Sample overTcp() throws CommandFailure {
    return fetch(ProtocolMode.TCP_ONLY, "over TCP");
  }

  private Sample fetch(ProtocolMode mode, String how) throws CommandFailure {
    HttpRequest request =
        HttpRequest.newBuilder(url.uri()).header("User-Agent", "h3kit").GET().build();
    CompletableFuture<H3Response<Void>> sent =
        client.sendAsync(request, BodyHandlers.discarding(), mode);
    try {
      H3Response<Void> response = sent.get(longest.toNanos(), TimeUnit.NANOSECONDS);
      ExchangeReport report = response.finished().get(longest.toNanos(), TimeUnit.NANOSECONDS);
      return sample(response, report, how);
    } catch (ExecutionException e) {
      CommandFailure why =
          Diagnosis.beforeResponse(e, url.hostAndPort(), mode == ProtocolMode.HTTP3_ONLY);
      throw new CommandFailure(why.exitCode(), how + ": " + why.getMessage(), BOTH, e);
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw new CommandFailure(
          ExitCode.OPERATION_TIMEDOUT,
          how + ": " + url.hostAndPort() + " took longer than " + longest.toSeconds() + " s",
          "-m gives each fetch longer.",
          e);
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.RECEIVE_ERROR, "interrupted", null, e);
    }
  }

  private Sample sample(H3Response<Void> response, ExchangeReport report, String how)
      throws CommandFailure {
    ExchangeTimeline timeline = report.timeline();
    if (report.reused()) {
      throw new CommandFailure(
          ExitCode.RECEIVE_ERROR, how + ": the connection was not a new one", null);
    }
    return new Sample(
        response.protocol(),
        known(timeline.handshaken(), "handshake", how),
        known(timeline.firstByte(), "first byte", how),
        known(timeline.lastByte(), "last byte", how),
        response.statusCode(),
        report.receivedBodyOctets());
  }

  private static Duration known(@Nullable Duration time, String moment, String how)
      throws CommandFailure {
    if (time == null) {
      throw new CommandFailure(
          ExitCode.RECEIVE_ERROR, how + ": the time of the " + moment + " is not known", null);
    }
    return time;
  }
}
