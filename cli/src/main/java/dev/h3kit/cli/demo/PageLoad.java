package dev.h3kit.cli.demo;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.get.Diagnosis;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.H3Client;
import dev.h3kit.client.H3Response;
import dev.h3kit.client.HttpProtocol;
import dev.h3kit.client.ProtocolMode;
import dev.h3kit.core.Exchange.HeaderWeight;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A page and its sub-resources, fetched as a browser does it: first the page on a new connection,
 * then all the rest at once.
 *
 * @param fetched every fetch, the page first
 * @param handshake when the connection was secured, since the start; null if unknown
 * @param total from the start to the last octet
 */
record PageLoad(List<Fetched> fetched, @Nullable Duration handshake, Duration total) {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /**
   * One file.
   *
   * @param path of the file
   * @param protocol what carried it
   * @param octets of its body
   * @param time from its request to its last octet
   * @param headers what its header sections weighed; null unless over HTTP/3
   * @param wrong what was not as it should be, or null
   */
  record Fetched(
      String path,
      HttpProtocol protocol,
      long octets,
      Duration time,
      @Nullable HeaderWeight headers,
      @Nullable String wrong) {}

  /**
   * Loads a site.
   *
   * @param client one without connections
   * @throws CommandFailure if a fetch failed
   */
  static PageLoad of(DemoSite site, URI origin, H3Client client, ProtocolMode mode)
      throws CommandFailure {
    long start = System.nanoTime();
    List<Fetched> fetched = new ArrayList<>();
    List<Map.Entry<String, byte[]>> files = List.copyOf(site.files().entrySet());
    Map.Entry<String, byte[]> page = files.getFirst();
    try {
      H3Response<byte[]> first = response(send(client, origin, page.getKey(), mode), origin);
      fetched.add(fetched(page, first));
      List<CompletableFuture<H3Response<byte[]>>> sent = new ArrayList<>();
      for (Map.Entry<String, byte[]> file : files.subList(1, files.size())) {
        sent.add(send(client, origin, file.getKey(), mode));
      }
      for (int i = 0; i < sent.size(); i++) {
        fetched.add(fetched(files.get(i + 1), response(sent.get(i), origin)));
      }
      Duration total = Duration.ofNanos(System.nanoTime() - start);
      return new PageLoad(fetched, first.report().timeline().handshaken(), total);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.RECEIVE_ERROR, "interrupted", null, e);
    }
  }

  /** What all header sections weighed, or null where nothing tells. */
  @Nullable HeaderWeight headers() {
    long[] sum = new long[4];
    boolean any = false;
    for (Fetched one : fetched) {
      HeaderWeight weight = one.headers();
      if (weight != null) {
        any = true;
        sum[0] += weight.sentPlain();
        sum[1] += weight.sentCoded();
        sum[2] += weight.receivedPlain();
        sum[3] += weight.receivedCoded();
      }
    }
    return any ? new HeaderWeight(sum[0], sum[1], sum[2], sum[3]) : null;
  }

  long octets() {
    return fetched.stream().mapToLong(Fetched::octets).sum();
  }

  private static CompletableFuture<H3Response<byte[]>> send(
      H3Client client, URI origin, String path, ProtocolMode mode) {
    HttpRequest request =
        HttpRequest.newBuilder(origin.resolve(path))
            .header("User-Agent", "h3kit-demo")
            .header("Accept", "*/*")
            .GET()
            .build();
    return client.sendAsync(request, BodyHandlers.ofByteArray(), mode);
  }

  private static H3Response<byte[]> response(CompletableFuture<H3Response<byte[]>> sent, URI origin)
      throws CommandFailure, InterruptedException {
    try {
      return sent.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw Diagnosis.beforeResponse(e, origin.getAuthority(), false);
    } catch (TimeoutException e) {
      throw new CommandFailure(
          ExitCode.OPERATION_TIMEDOUT,
          "a fetch took longer than " + LONGEST.toSeconds() + " s",
          null,
          e);
    }
  }

  private static Fetched fetched(Map.Entry<String, byte[]> file, H3Response<byte[]> response)
      throws InterruptedException {
    byte[] body = response.body();
    String wrong = null;
    if (response.statusCode() != 200) {
      wrong = "status " + response.statusCode();
    } else if (!Arrays.equals(body, file.getValue())) {
      wrong = "not the octets of the file";
    }
    ExchangeReport report = report(response);
    Duration end = report.timeline().lastByte();
    return new Fetched(
        file.getKey(),
        response.protocol(),
        body.length,
        end == null ? Duration.ZERO : end,
        report.headerWeight(),
        wrong);
  }

  private static ExchangeReport report(H3Response<?> response) throws InterruptedException {
    try {
      return response.finished().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return response.report();
    }
  }
}
