package dev.h3kit.qpack;

import org.jspecify.annotations.Nullable;

/**
 * Learns for each field name how likely a value that was seen so many times is seen again, and
 * after how many sections. Names of the static table have their own place, others share 64. Not
 * thread-safe.
 */
final class NameStatistics {
  /** A value seen this often counts like one seen more often. */
  private static final int LEVELS = 4;

  private static final int FOREIGN = 64;
  private static final int NAMES = 128;

  /** Above these, what was counted is halved, so that it can be unlearned. */
  private static final int MOST_SEEN = 64;

  private static final int MOST_GAPS = 32;
  private static final float GAP_WEIGHT = 2;

  private static final float[] DEFAULT_PRIOR = prior(PolicyWeights.DEFAULT);

  private final PolicyWeights weights;
  private final float[] prior;
  private final short[] seen = new short[NAMES * LEVELS];
  private final short[] again = new short[NAMES * LEVELS];
  private final float[] gaps = new float[NAMES];
  private final float[] gapCount = new float[NAMES];

  NameStatistics(PolicyWeights weights) {
    this.weights = weights;
    prior = weights.equals(PolicyWeights.DEFAULT) ? DEFAULT_PRIOR : prior(weights);
  }

  /** The place of a name. */
  static int place(StaticTable.@Nullable Name known, String name) {
    return known != null ? known.ordinal() : FOREIGN + ((name.hashCode() * 0x9E3779B1) >>> 26);
  }

  /** Whether the place is one of names that the static table does not have. */
  static boolean isForeign(int place) {
    return place >= FOREIGN;
  }

  /**
   * A value with this name is seen.
   *
   * @param before how often it was seen before
   * @param gap how many sections ago, if it was
   */
  void see(int place, int before, int gap) {
    int base = place * LEVELS;
    if (before > 0) {
      again[base + Math.min(before, LEVELS) - 1]++;
      gaps[place] += gap;
      if (++gapCount[place] > MOST_GAPS) {
        gaps[place] /= 2;
        gapCount[place] /= 2;
      }
    }
    int level = base + Math.min(before + 1, LEVELS) - 1;
    if (++seen[level] > MOST_SEEN) {
      seen[level] = (short) (seen[level] / 2);
      again[level] = (short) (again[level] / 2);
    }
  }

  /** The chance that a value seen {@code count} times, 1 or more, is seen again. */
  float chance(int place, int count) {
    int level = place * LEVELS + Math.min(count, LEVELS) - 1;
    return (again[level] + prior[level]) / (seen[level] + weights.priorWeight());
  }

  /** How many sections lie between two sightings of a value, 1 or more. */
  float gap(int place) {
    return Math.max(
        1, (gaps[place] + weights.firstGap() * GAP_WEIGHT) / (gapCount[place] + GAP_WEIGHT));
  }

  private static float[] prior(PolicyWeights weights) {
    float[] prior = new float[NAMES * LEVELS];
    for (int name = 0; name < NAMES; name++) {
      float miss = 1 - first(weights, name);
      for (int level = 0; level < LEVELS; level++) {
        prior[name * LEVELS + level] = (1 - miss) * weights.priorWeight();
        miss *= weights.missAfterRepeat();
      }
    }
    return prior;
  }

  private static float first(PolicyWeights weights, int place) {
    if (place >= FOREIGN) {
      return weights.foreign();
    }
    return switch (NameHabit.of(place)) {
      case STEADY -> weights.steady();
      case MIXED -> weights.mixed();
      case FICKLE -> weights.fickle();
    };
  }
}
