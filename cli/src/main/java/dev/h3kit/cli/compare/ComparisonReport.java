package dev.h3kit.cli.compare;

import dev.h3kit.cli.compare.Comparison.Pair;
import dev.h3kit.cli.compare.Comparison.Verdict;
import dev.h3kit.cli.compare.Sample.Measure;
import dev.h3kit.cli.compare.Statistics.Interval;
import dev.h3kit.cli.console.Human;
import dev.h3kit.cli.console.Json;
import dev.h3kit.cli.console.Version;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says what a comparison found: to people in a table, to programs in JSON. */
final class ComparisonReport {
  private static final int FEWEST_FOR_P95 = 20;

  private final Comparison comparison;
  private final Map<Measure, Interval> intervals = new EnumMap<>(Measure.class);

  ComparisonReport(Comparison comparison) {
    this.comparison = comparison;
    for (Measure measure : Measure.values()) {
      intervals.put(measure, comparison.interval(measure));
    }
  }

  private Interval interval(Measure measure) {
    return Objects.requireNonNull(intervals.get(measure));
  }

  private Verdict verdict() {
    return Verdict.of(interval(Measure.TOTAL));
  }

  /** The table and, in words, what may be concluded from it. */
  String text() {
    int n = comparison.pairs().size();
    Sample sample = comparison.pairs().getFirst().http3();
    String tcp = comparison.tcpProtocol().toString();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: status %d, %s; %d runs of each, every one on a new connection%n%n",
            comparison.url(),
            sample.status(),
            Human.octets(sample.octets()),
            n));
    text.append(row("ms", "HTTP/3", "", tcp, "", "difference", ""));
    text.append(row("", "median", "p95", "median", "p95", "of medians", "95 % interval"));
    for (Measure measure : Measure.values()) {
      double[] h3 = comparison.http3(measure);
      double[] other = comparison.tcp(measure);
      Interval interval = interval(measure);
      text.append(
          row(
              measure.title(),
              ms(Statistics.median(h3)),
              ms(Statistics.percentile(h3, 0.95)),
              ms(Statistics.median(other)),
              ms(Statistics.percentile(other, 0.95)),
              signed(comparison.difference(measure)),
              signed(interval.low()) + " to " + signed(interval.high())));
    }
    text.append(System.lineSeparator()).append(verdict(tcp, n)).append(System.lineSeparator());
    notes(n).forEach(note -> text.append(note).append(System.lineSeparator()));
    return text.toString();
  }

  private String verdict(String tcp, int n) {
    Interval interval = interval(Measure.TOTAL);
    double difference = comparison.difference(Measure.TOTAL);
    String range = signed(interval.low()) + " to " + signed(interval.high()) + " ms";
    return switch (verdict()) {
      case HTTP3_FASTER ->
          "HTTP/3 was faster: "
              + ms(-difference)
              + " ms less in the median (95 % interval "
              + range
              + ").";
      case TCP_FASTER ->
          tcp
              + " was faster: HTTP/3 took "
              + ms(difference)
              + " ms more in the median (95 % interval "
              + range
              + ").";
      case UNDECIDED ->
          n
              + " runs show no difference in total time: the interval "
              + range
              + " holds zero. More --runs narrow it.";
    };
  }

  private List<String> notes(int n) {
    List<String> notes = new ArrayList<>();
    if (n < FEWEST_FOR_P95) {
      notes.add("With fewer than " + FEWEST_FOR_P95 + " runs the p95 is the slowest run.");
    }
    if (comparison.failedPairs() > 0) {
      notes.add(
          comparison.failedPairs() + " pairs of runs do not count because a run of them failed.");
    }
    if (!comparison.sameResponses()) {
      notes.add(
          "The responses were not all of the same size and status: the times may not be comparable.");
    }
    return notes;
  }

  /** All of it, with every sample; times in seconds. */
  String json() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("url", comparison.url());
    all.put("runs", comparison.pairs().size());
    all.put("failed_pairs", comparison.failedPairs());
    all.put("seed", comparison.seed());
    all.put("same_responses", comparison.sameResponses());
    all.put("http3", side(Pair::http3, comparison::http3));
    all.put("tcp", side(Pair::tcp, comparison::tcp));
    Map<String, Object> difference = new LinkedHashMap<>();
    for (Measure measure : Measure.values()) {
      Interval interval = interval(measure);
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("of_medians", comparison.difference(measure));
      one.put("interval_95", List.of(interval.low(), interval.high()));
      difference.put(measure.key(), one);
    }
    all.put("difference", difference);
    all.put("verdict", verdict().name().toLowerCase(Locale.ROOT));
    all.put("h3_version", Version.number());
    return Json.of(all);
  }

  private Map<String, Object> side(
      Function<Pair, Sample> which, Function<Measure, double[]> values) {
    Map<String, Object> side = new LinkedHashMap<>();
    side.put("protocol", which.apply(comparison.pairs().getFirst()).protocol().toString());
    for (Measure measure : Measure.values()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("median", Statistics.median(values.apply(measure)));
      one.put("p95", Statistics.percentile(values.apply(measure), 0.95));
      side.put(measure.key(), one);
    }
    side.put(
        "samples", comparison.pairs().stream().map(which).map(ComparisonReport::sample).toList());
    return side;
  }

  private static Map<String, Object> sample(Sample sample) {
    Map<String, Object> one = new LinkedHashMap<>();
    for (Measure measure : Measure.values()) {
      one.put(measure.key(), measure.of(sample));
    }
    one.put("status", sample.status());
    one.put("octets", sample.octets());
    return one;
  }

  private static String row(String... cells) {
    String line =
        String.format("%-12s %9s %9s   %9s %9s   %11s   %s", (Object[]) cells).stripTrailing();
    return line + System.lineSeparator();
  }

  /** Milliseconds with three digits that count; more would pretend. */
  static String ms(double seconds) {
    double ms = seconds * 1e3;
    double size = Math.abs(ms);
    String format = size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, ms);
  }

  private static String signed(double seconds) {
    String text = ms(seconds);
    return text.startsWith("-") ? text : "+" + text;
  }
}
