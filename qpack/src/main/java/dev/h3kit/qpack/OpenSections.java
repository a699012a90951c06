package dev.h3kit.qpack;

import java.util.Arrays;

/**
 * The field sections that refer to the dynamic table and were not acknowledged (RFC 9204 §2.1.1),
 * by stream, and the streams that might be blocked by them (§2.1.2). Not thread-safe.
 */
final class OpenSections {
  private static final int NONE = -1;

  private final EncoderTable table;
  private final int maxSections;
  private final long maxBlockedStreams;

  // A section is a number; these say what it is. Sections of one stream form a chain by next.
  private long[] stream = new long[16];
  private int[] requiredInsertCount = new int[16];
  private int[] oldestReference = new int[16];
  private int[] next = new int[16];
  private int free = NONE;
  private int used;
  private int count;

  // An open-addressed table of streams: the first and last section of each.
  private int[] first = filled(32);
  private int[] last = filled(32);
  private int streams;

  // The streams with a section above the Known Received Count.
  private long[] atRisk = new long[8];
  private int[] riskUpTo = new int[8];
  private int atRiskCount;

  OpenSections(EncoderTable table, int maxSections, long maxBlockedStreams) {
    this.table = table;
    this.maxSections = maxSections;
    this.maxBlockedStreams = maxBlockedStreams;
  }

  /** The number of open sections. */
  int size() {
    return count;
  }

  /** Whether one more section can be followed. */
  boolean hasRoom() {
    return count < maxSections;
  }

  /**
   * Whether a section of this stream may refer to entries that were not acknowledged.
   *
   * <p>RFC 9204 §2.1.2: "An encoder MUST limit the number of streams that could become blocked to
   * the value of SETTINGS_QPACK_BLOCKED_STREAMS at all times."
   */
  boolean mayRisk(long streamId) {
    if (atRiskCount < maxBlockedStreams) {
      return true;
    }
    for (int i = 0; i < atRiskCount; i++) {
      if (atRisk[i] == streamId) {
        return true;
      }
    }
    return false;
  }

  /** A section with references was written. */
  void add(long streamId, int sectionRequiredInsertCount, int sectionOldestReference) {
    int section = allocate();
    stream[section] = streamId;
    requiredInsertCount[section] = sectionRequiredInsertCount;
    oldestReference[section] = sectionOldestReference;
    next[section] = NONE;
    table.pin(sectionOldestReference);
    int slot = slot(streamId);
    if (first[slot] == NONE) {
      first[slot] = section;
      last[slot] = section;
      if (++streams * 2 > first.length) {
        growStreams();
      }
    } else {
      next[last[slot]] = section;
      last[slot] = section;
    }
    count++;
    if (sectionRequiredInsertCount > table.knownReceivedCount()) {
      risk(streamId, sectionRequiredInsertCount);
    }
  }

  /**
   * Closes the earliest section of a stream and returns its Required Insert Count, or -1 if the
   * stream has none.
   */
  int acknowledge(long streamId) {
    int slot = slot(streamId);
    int section = first[slot];
    if (section == NONE) {
      return NONE;
    }
    int required = requiredInsertCount[section];
    int following = next[section];
    release(section);
    if (following == NONE) {
      removeStream(slot);
    } else {
      first[slot] = following;
    }
    return required;
  }

  /** Closes every section of a stream; there may be none. */
  void cancel(long streamId) {
    int slot = slot(streamId);
    int section = first[slot];
    if (section == NONE) {
      return;
    }
    while (section != NONE) {
      int following = next[section];
      release(section);
      section = following;
    }
    removeStream(slot);
    for (int i = 0; i < atRiskCount; i++) {
      if (atRisk[i] == streamId) {
        removeRisk(i);
        break;
      }
    }
  }

  /** The Known Received Count has risen: streams are no longer at risk. */
  void inserted() {
    int known = table.knownReceivedCount();
    for (int i = atRiskCount - 1; i >= 0; i--) {
      if (riskUpTo[i] <= known) {
        removeRisk(i);
      }
    }
  }

  private void risk(long streamId, int upTo) {
    for (int i = 0; i < atRiskCount; i++) {
      if (atRisk[i] == streamId) {
        riskUpTo[i] = Math.max(riskUpTo[i], upTo);
        return;
      }
    }
    if (atRiskCount == atRisk.length) {
      atRisk = Arrays.copyOf(atRisk, 2 * atRiskCount);
      riskUpTo = Arrays.copyOf(riskUpTo, 2 * atRiskCount);
    }
    atRisk[atRiskCount] = streamId;
    riskUpTo[atRiskCount++] = upTo;
  }

  private void removeRisk(int place) {
    atRiskCount--;
    atRisk[place] = atRisk[atRiskCount];
    riskUpTo[place] = riskUpTo[atRiskCount];
  }

  private int allocate() {
    if (free != NONE) {
      int section = free;
      free = next[section];
      return section;
    }
    if (used == stream.length) {
      stream = Arrays.copyOf(stream, 2 * used);
      requiredInsertCount = Arrays.copyOf(requiredInsertCount, 2 * used);
      oldestReference = Arrays.copyOf(oldestReference, 2 * used);
      next = Arrays.copyOf(next, 2 * used);
    }
    return used++;
  }

  private void release(int section) {
    table.unpin(oldestReference[section]);
    next[section] = free;
    free = section;
    count--;
  }

  /** The slot of a stream, or the free one where it belongs. */
  private int slot(long streamId) {
    int mask = first.length - 1;
    int slot = hash(streamId) & mask;
    while (first[slot] != NONE && stream[first[slot]] != streamId) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void removeStream(int slot) {
    streams--;
    int mask = first.length - 1;
    first[slot] = NONE;
    // Move back what was pushed behind this slot, so that no search ends here too early.
    for (int i = (slot + 1) & mask; first[i] != NONE; i = (i + 1) & mask) {
      int wanted = hash(stream[first[i]]) & mask;
      if (((i - wanted) & mask) >= ((i - slot) & mask)) {
        first[slot] = first[i];
        last[slot] = last[i];
        first[i] = NONE;
        slot = i;
      }
    }
  }

  private void growStreams() {
    int[] firsts = first;
    int[] lasts = last;
    first = filled(2 * firsts.length);
    last = filled(2 * firsts.length);
    for (int i = 0; i < firsts.length; i++) {
      if (firsts[i] != NONE) {
        int slot = slot(stream[firsts[i]]);
        first[slot] = firsts[i];
        last[slot] = lasts[i];
      }
    }
  }

  private static int hash(long streamId) {
    return (int) ((streamId * 0x9E3779B97F4A7C15L) >>> 40);
  }

  private static int[] filled(int length) {
    int[] array = new int[length];
    Arrays.fill(array, NONE);
    return array;
  }
}
