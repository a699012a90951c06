package dev.h3kit.cli.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.compare.Comparison.Pair;
import dev.h3kit.client.HttpProtocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonReportTest {

  @Test
  void fasterIsSaidOnlyWhenTheIntervalExcludesZero() {
    assertTrue(
        text(pairs(new int[] {20, 21, 22, 20, 21}, new int[] {30, 31, 32, 30, 31}))
            .contains("HTTP/3 was faster: 10.0 ms less in the median"));
    assertTrue(
        text(pairs(new int[] {30, 31, 32, 30, 31}, new int[] {20, 21, 22, 20, 21}))
            .contains("HTTP/2 was faster: HTTP/3 took 10.0 ms more"));
    String undecided = text(pairs(new int[] {20, 35, 22, 31, 21}, new int[] {30, 21, 32, 20, 31}));
    assertTrue(undecided.contains("5 runs show no difference"), undecided);
    assertFalse(undecided.contains("faster"), undecided);
  }

  @Test
  void ninetyFifthPercentileOfFewRunsIsCalledWhatItIs() {
    assertTrue(
        text(pairs(new int[] {1, 2, 3}, new int[] {1, 2, 3}))
            .contains("With fewer than 20 runs the p95 is the slowest run."));
    int[] twenty = new int[20];
    java.util.Arrays.setAll(twenty, i -> 10 + i);
    assertFalse(text(pairs(twenty, twenty)).contains("slowest run"));
  }

  @Test
  void differentResponsesAreTold() {
    List<Pair> pairs = new ArrayList<>(pairs(new int[] {1, 2, 3}, new int[] {1, 2, 3}));
    Sample odd = new Sample(HttpProtocol.HTTP_2, ms(1), ms(1), ms(1), 200, 999);
    pairs.add(new Pair(pairs.getFirst().http3(), odd));
    assertTrue(text(pairs).contains("not all of the same size"));
  }

  @Test
  void failedPairsAreTold() {
    Comparison comparison =
        new Comparison("https://x/", pairs(new int[] {1, 2, 3}, new int[] {1, 2, 3}), 2, 1);
    assertTrue(new ComparisonReport(comparison).text().contains("2 pairs of runs do not count"));
  }

  @Test
  void runThatFellBackIsNeverHttp3() {
    Sample tcp = new Sample(HttpProtocol.HTTP_2, ms(1), ms(1), ms(1), 200, 1);
    assertThrows(IllegalArgumentException.class, () -> new Pair(tcp, tcp));
  }

  @Test
  void jsonHoldsEverySample() {
    Comparison comparison =
        new Comparison("https://x/", pairs(new int[] {20, 21, 22}, new int[] {30, 31, 32}), 0, 5);
    String json = new ComparisonReport(comparison).json();
    assertTrue(
        json.startsWith("{\"url\":\"https://x/\",\"runs\":3,\"failed_pairs\":0,\"seed\":5,"));
    assertTrue(json.contains("\"verdict\":\"http3_faster\""), json);
    assertTrue(json.contains("\"total_seconds\":0.022"), json);
    assertEquals(6, json.split("\"octets\":100", -1).length - 1, json);
  }

  @Test
  void timesHaveThreeDigitsAtMost() {
    assertEquals("0.12", ComparisonReport.ms(0.000123));
    assertEquals("12.3", ComparisonReport.ms(0.01234));
    assertEquals("1234", ComparisonReport.ms(1.2341));
  }

  private static String text(List<Pair> pairs) {
    return new ComparisonReport(new Comparison("https://x/", pairs, 0, 1)).text();
  }

  private static List<Pair> pairs(int[] http3, int[] http2) {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < http3.length; i++) {
      pairs.add(
          new Pair(
              new Sample(HttpProtocol.HTTP_3, ms(5), ms(8), ms(http3[i]), 200, 100),
              new Sample(HttpProtocol.HTTP_2, ms(6), ms(9), ms(http2[i]), 200, 100)));
    }
    return pairs;
  }

  private static Duration ms(int ms) {
    return Duration.ofMillis(ms);
  }
}
