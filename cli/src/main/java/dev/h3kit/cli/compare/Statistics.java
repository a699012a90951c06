package dev.h3kit.cli.compare;

import java.util.Arrays;
import java.util.Random;

/** What a few measurements tell, and how surely. */
final class Statistics {
  /** Resamples of the bootstrap. */
  static final int RESAMPLES = 10_000;

  private static final double CONFIDENCE = 0.95;

  private Statistics() {}

  /**
   * A range that holds the true value with a confidence of 95 %.
   *
   * @param low its lower end
   * @param high its upper end
   */
  record Interval(double low, double high) {
    boolean excludesZero() {
      return low > 0 || high < 0;
    }
  }

  /** The middle value, or the mean of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = sorted(values);
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  /**
   * The value that a share of the values does not exceed (nearest rank): always one that was
   * measured. With fewer than 20 values the 95th percentile is the largest.
   *
   * @param share above 0 and up to 1
   */
  static double percentile(double[] values, double share) {
    double[] sorted = sorted(values);
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }

  /**
   * The bootstrap interval (percentile method) of {@code median(one) - median(other)}. The values
   * at the same index were measured next to each other and are drawn together, so that what slowed
   * both does not count as a difference.
   *
   * @param seed of the draws: the same values and seed give the same interval
   */
  static Interval differenceOfMedians(double[] one, double[] other, long seed) {
    if (one.length != other.length || one.length == 0) {
      throw new IllegalArgumentException(one.length + " and " + other.length + " values");
    }
    int n = one.length;
    Random random = new Random(seed);
    double[] differences = new double[RESAMPLES];
    double[] drawnOne = new double[n];
    double[] drawnOther = new double[n];
    for (int r = 0; r < RESAMPLES; r++) {
      for (int i = 0; i < n; i++) {
        int drawn = random.nextInt(n);
        drawnOne[i] = one[drawn];
        drawnOther[i] = other[drawn];
      }
      differences[r] = median(drawnOne) - median(drawnOther);
    }
    double tail = (1 - CONFIDENCE) / 2;
    return new Interval(percentile(differences, tail), percentile(differences, 1 - tail));
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
