package dev.h3kit.cli.compare;

import dev.h3kit.cli.compare.Sample.Measure;
import dev.h3kit.cli.compare.Statistics.Interval;
import dev.h3kit.client.HttpProtocol;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pairs of fetches, one over HTTP/3 and one over TCP, and what they tell.
 *
 * @param url what was fetched
 * @param pairs the pairs in the order they ran; never empty
 * @param failedPairs pairs of which one failed; they do not count
 * @param seed of the order of the runs and of the bootstrap
 */
record Comparison(String url, List<Pair> pairs, int failedPairs, long seed) {

  /**
   * Two fetches next to each other.
   *
   * @param http3 the one over HTTP/3
   * @param tcp the one over HTTP/2 or HTTP/1.1
   */
  record Pair(Sample http3, Sample tcp) {
    Pair {
      if (http3.protocol() != HttpProtocol.HTTP_3 || tcp.protocol() == HttpProtocol.HTTP_3) {
        throw new IllegalArgumentException(http3.protocol() + " and " + tcp.protocol());
      }
    }
  }

  /** What may be said of the total time. */
  enum Verdict {
    HTTP3_FASTER,
    TCP_FASTER,
    UNDECIDED;

    /** A difference counts only if the interval excludes zero. */
    static Verdict of(Interval interval) {
      if (!interval.excludesZero()) {
        return UNDECIDED;
      }
      return interval.high() < 0 ? HTTP3_FASTER : TCP_FASTER;
    }
  }

  Comparison {
    pairs = List.copyOf(pairs);
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException("no pairs");
    }
  }

  double[] http3(Measure measure) {
    return pairs.stream().mapToDouble(pair -> measure.of(pair.http3())).toArray();
  }

  double[] tcp(Measure measure) {
    return pairs.stream().mapToDouble(pair -> measure.of(pair.tcp())).toArray();
  }

  /** HTTP/3's median less that of TCP, in seconds: negative where HTTP/3 is faster. */
  double difference(Measure measure) {
    return Statistics.median(http3(measure)) - Statistics.median(tcp(measure));
  }

  /** The uncertainty of the difference; takes some time to compute. */
  Interval interval(Measure measure) {
    return Statistics.differenceOfMedians(http3(measure), tcp(measure), seed);
  }

  /** The version on the TCP side. */
  HttpProtocol tcpProtocol() {
    return pairs.getFirst().tcp().protocol();
  }

  /** Whether every fetch brought a body of the same size with the same status. */
  boolean sameResponses() {
    Sample first = pairs.getFirst().http3();
    return pairs.stream()
        .flatMap(pair -> Stream.of(pair.http3(), pair.tcp()))
        .allMatch(s -> s.octets() == first.octets() && s.status() == first.status());
  }
}
