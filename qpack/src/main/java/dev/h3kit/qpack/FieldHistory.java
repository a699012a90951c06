package dev.h3kit.qpack;

/**
 * Remembers by their hashes the field lines that were sent of late: how often, and in which section
 * last. Bounded: a set of four places forgets the one unseen for longest. Not thread-safe.
 */
final class FieldHistory {
  private static final int WAYS = 4;
  private static final int MOST = 0x7fff;

  private final int[] hashes;
  private final int[] lastSeen;
  private final short[] counts;
  private final int mask;

  /**
   * @param places how many field lines to remember; rounded up to a power of two
   */
  FieldHistory(int places) {
    int length = Math.max(WAYS, Integer.highestOneBit(Math.max(1, places - 1)) << 1);
    hashes = new int[length];
    lastSeen = new int[length];
    counts = new short[length];
    mask = length - 1;
  }

  /** The place of a field line; one that was not known takes the place unseen for longest. */
  int place(int hash) {
    int base = hash & mask & -WAYS;
    int oldest = base;
    for (int place = base; place < base + WAYS; place++) {
      if (hashes[place] == hash && counts[place] > 0) {
        return place;
      }
      if (lastSeen[place] < lastSeen[oldest]) {
        oldest = place;
      }
    }
    hashes[oldest] = hash;
    lastSeen[oldest] = 0;
    counts[oldest] = 0;
    return oldest;
  }

  /** How often the field line was seen, 0 for a new one. */
  int count(int place) {
    return counts[place];
  }

  /** The section that saw it last, 0 for a new one. */
  int lastSeen(int place) {
    return lastSeen[place];
  }

  /** The field line is seen again in {@code section}, 1 or more. */
  void see(int place, int section) {
    if (counts[place] < MOST) {
      counts[place]++;
    }
    lastSeen[place] = section;
  }
}
