package dev.h3kit.cli.get;

import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.ExchangeTimeline;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The variables of {@code -w}: curl's names with curl's meanings, and two of our own. */
final class WriteOutVariables {
  private static final double NANOS = 1e9;

  private WriteOutVariables() {}

  /**
   * All variables of a transfer. Values are strings, numbers, or {@link Seconds}; null is empty.
   */
  static Map<String, @Nullable Object> of(TransferResult result) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    Hop last = result.last();
    Hop.Head head = last == null ? null : last.head();
    ExchangeReport report = last == null ? null : last.report();
    ExitCode exit = result.exitCode();

    all.put(
        "content_type",
        head == null ? null : head.headers().firstValue("content-type").orElse(null));
    all.put("conn_id", null);
    all.put("errormsg", result.failure() == null ? null : result.failure().getMessage());
    all.put("exitcode", exit.number());
    all.put("filename_effective", result.fileName());
    all.put("http_code", new Status(last == null ? 0 : last.status()));
    all.put("http_connect", new Status(0));
    all.put(
        "http_version",
        report == null || report.protocol() == null ? "0" : report.protocol().number());
    all.put("local_ip", report == null ? "" : ip(report.localAddress()));
    all.put("local_port", report == null ? 0 : port(report.localAddress()));
    all.put("method", last == null ? "" : last.plan().method());
    all.put("num_certs", report == null ? 0 : report.peerCertificates().size());
    all.put("num_connects", sum(result, r -> (long) r.connectionsOpened()));
    all.put(
        "num_headers",
        head == null ? 0 : head.headers().map().values().stream().mapToInt(v -> v.size()).sum());
    all.put("num_redirects", Math.max(0, result.hops().size() - 1));
    all.put("num_retries", result.retries());
    all.put("protocol_reason", report == null ? "" : report.reason());
    all.put("proxy_ssl_verify_result", 0);
    all.put("proxy_used", 0);
    all.put("redirect_url", result.redirectUrl());
    all.put(
        "referer",
        last == null
            ? null
            : last.plan().headers().stream()
                .filter(h -> h.named("referer"))
                .map(HeaderLine::value)
                .findFirst()
                .orElse(null));
    all.put("remote_ip", report == null ? "" : ip(report.remoteAddress()));
    all.put("remote_port", report == null ? 0 : port(report.remoteAddress()));
    all.put("response_code", new Status(last == null ? 0 : last.status()));
    all.put("scheme", last == null ? null : last.url().scheme());
    all.put("size_download", result.sizeDownload());
    all.put(
        "size_header",
        result.hops().stream()
            .mapToInt(h -> h.head() == null ? 0 : h.head().text().length())
            .sum());
    all.put(
        "size_request",
        result.hops().stream()
            .filter(h -> h.head() != null)
            .mapToInt(h -> h.requestText("HTTP/3").length())
            .sum());
    all.put("size_upload", result.sizeUpload());
    all.put("speed_download", speed(result.sizeDownload(), result.total()));
    all.put("speed_upload", speed(result.sizeUpload(), result.total()));
    all.put("ssl_verify_result", exit == ExitCode.PEER_FAILED_VERIFICATION ? 1 : 0);
    all.put("time_appconnect", time(result, ExchangeTimeline::handshaken));
    all.put("time_connect", time(result, ExchangeTimeline::connected));
    all.put("time_namelookup", time(result, ExchangeTimeline::resolved));
    all.put("time_posttransfer", time(result, ExchangeTimeline::requestSent));
    all.put("time_pretransfer", time(result, WriteOutVariables::ready));
    all.put("time_queue", new Seconds(Duration.ZERO));
    all.put(
        "time_redirect",
        new Seconds(result.hops().size() > 1 && last != null ? last.started() : Duration.ZERO));
    all.put("time_starttransfer", time(result, ExchangeTimeline::firstByte));
    all.put("time_total", new Seconds(result.total()));
    all.put("url", result.given());
    all.put("url_effective", last == null ? result.given() : last.url().toString());
    all.put("urlnum", result.number());
    all.put("xfer_id", result.id());
    return all;
  }

  /** A time in seconds, printed with six digits. */
  record Seconds(Duration time) {
    double value() {
      return time.toNanos() / NANOS;
    }
  }

  /** A status code, printed with three digits. */
  record Status(int code) {}

  /** When the request could be sent: at once on a connection that stood before. */
  private static @Nullable Duration ready(ExchangeTimeline timeline) {
    return timeline.handshaken() != null ? timeline.handshaken() : timeline.connected();
  }

  /** As in curl, each hop adds what it took from its own start. */
  private static Seconds time(
      TransferResult result, Function<ExchangeTimeline, @Nullable Duration> moment) {
    Duration sum = Duration.ZERO;
    for (Hop hop : result.hops()) {
      Duration time = hop.report() == null ? null : moment.apply(hop.report().timeline());
      if (time != null) {
        sum = sum.plus(time);
      }
    }
    return new Seconds(sum);
  }

  private static long sum(TransferResult result, Function<ExchangeReport, Long> part) {
    long sum = 0;
    for (Hop hop : result.hops()) {
      sum += hop.report() == null ? 0 : part.apply(hop.report());
    }
    return sum;
  }

  private static long speed(long octets, Duration time) {
    return time.isZero() ? 0 : Math.round(octets / (time.toNanos() / NANOS));
  }

  private static String ip(@Nullable InetSocketAddress address) {
    if (address == null || address.getAddress() == null) {
      return "";
    }
    String text = address.getAddress().getHostAddress();
    return text.contains(":") ? Ipv6Text.shortest(text) : text;
  }

  private static int port(@Nullable InetSocketAddress address) {
    return address == null ? 0 : address.getPort();
  }
}
