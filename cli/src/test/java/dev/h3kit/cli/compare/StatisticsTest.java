package dev.h3kit.cli.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.compare.Statistics.Interval;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void medianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
    assertEquals(2, Statistics.median(new double[] {3, 1, 2}));
    assertEquals(2.5, Statistics.median(new double[] {4, 1, 3, 2}));
    assertEquals(7, Statistics.median(new double[] {7}));
  }

  @Test
  void percentileIsAValueThatWasMeasured() {
    double[] values = new double[20];
    for (int i = 0; i < 20; i++) {
      values[i] = i + 1;
    }
    assertEquals(19, Statistics.percentile(values, 0.95));
    assertEquals(20, Statistics.percentile(values, 1));
    assertEquals(3, Statistics.percentile(new double[] {1, 3, 2}, 0.95));
  }

  @Test
  void intervalOfADifferenceThatIsThereExcludesZero() {
    double[] fast = around(0.020, 0.002, 30, 1);
    double[] slow = around(0.030, 0.002, 30, 2);
    Interval interval = Statistics.differenceOfMedians(fast, slow, 3);
    assertTrue(interval.excludesZero());
    assertTrue(interval.low() < -0.010 && -0.010 < interval.high(), interval.toString());
  }

  @Test
  void intervalOfNoDifferenceHoldsZero() {
    double[] one = around(0.020, 0.005, 30, 1);
    double[] other = around(0.020, 0.005, 30, 2);
    assertFalse(Statistics.differenceOfMedians(one, other, 3).excludesZero());
  }

  @Test
  void intervalHoldsTheTruthAboutAsOftenAsItSays() {
    int held = 0;
    for (int i = 0; i < 100; i++) {
      double[] one = around(0.020, 0.004, 21, 1000 + i);
      double[] other = around(0.025, 0.004, 21, 5000 + i);
      Interval interval = Statistics.differenceOfMedians(one, other, i);
      held += interval.low() <= -0.005 && -0.005 <= interval.high() ? 1 : 0;
    }
    assertTrue(held >= 88, "held the truth in " + held + " of 100");
  }

  @Test
  void whatSlowsBothOfAPairIsNoDifference() {
    double[] drift = around(0.100, 0.050, 25, 7);
    double[] one = drift.clone();
    double[] other = new double[drift.length];
    for (int i = 0; i < drift.length; i++) {
      other[i] = drift[i] + 0.010;
    }
    Interval interval = Statistics.differenceOfMedians(one, other, 1);
    assertEquals(-0.010, interval.low(), 1e-9);
    assertEquals(-0.010, interval.high(), 1e-9);
  }

  @Test
  void sameSeedSameInterval() {
    double[] one = around(1, 0.3, 10, 1);
    double[] other = around(1, 0.3, 10, 2);
    assertEquals(
        Statistics.differenceOfMedians(one, other, 9),
        Statistics.differenceOfMedians(one, other, 9));
  }

  @Test
  void pairsAreNeeded() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Statistics.differenceOfMedians(new double[2], new double[3], 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> Statistics.differenceOfMedians(new double[0], new double[0], 1));
  }

  private static double[] around(double centre, double spread, int n, long seed) {
    Random random = new Random(seed);
    return random.doubles(n).map(u -> centre + spread * (2 * u - 1)).toArray();
  }
}
