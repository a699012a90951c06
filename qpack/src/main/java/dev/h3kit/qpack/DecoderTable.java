package dev.h3kit.qpack;

import org.jspecify.annotations.Nullable;

/**
 * The decoder's copy of the dynamic table (RFC 9204 §3.2): a ring of field lines by absolute index.
 * Not thread-safe.
 */
final class DecoderTable {
  private final int maxCapacity;
  private @Nullable FieldLine[] ring = new @Nullable FieldLine[16];
  private long inserted;
  private long dropped;
  private int size;
  private int capacity;

  DecoderTable(int maxCapacity) {
    this.maxCapacity = maxCapacity;
  }

  /** The number of entries ever inserted (RFC 9204 §1.1, "Insert Count"). */
  long insertCount() {
    return inserted;
  }

  /** The number of entries ever evicted. */
  long evictions() {
    return dropped;
  }

  /** The sum of the sizes of the entries (RFC 9204 §3.2.1). */
  int size() {
    return size;
  }

  /** What the size may reach now. */
  int capacity() {
    return capacity;
  }

  /** What the capacity may reach (RFC 9204 §3.2.3). */
  int maxCapacity() {
    return maxCapacity;
  }

  /** The number of entries that a table of the maximum capacity can hold (RFC 9204 §4.5.1.1). */
  int maxEntries() {
    return maxCapacity / FieldLine.OVERHEAD;
  }

  /** The entry with this absolute index, or null if it was evicted or never inserted. */
  @Nullable FieldLine get(long absoluteIndex) {
    return absoluteIndex >= dropped && absoluteIndex < inserted
        ? ring[(int) absoluteIndex & ring.length - 1]
        : null;
  }

  /** Sets the capacity, which the caller has checked, and evicts what it leaves no room for. */
  void capacity(int newCapacity) {
    capacity = newCapacity;
    // RFC 9204 §3.2.2: "Whenever the dynamic table capacity is reduced by the encoder (Section
    // 4.3.1), entries are evicted from the end of the dynamic table until the size of the dynamic
    // table is less than or equal to the new table capacity."
    evictTo(newCapacity);
  }

  /**
   * Adds an entry, evicting others for it.
   *
   * @return false if the entry is larger than the capacity
   */
  boolean insert(FieldLine line) {
    int needed = line.size();
    if (needed > capacity) {
      return false;
    }
    // RFC 9204 §3.2.2: "Before a new entry is added to the dynamic table, entries are evicted from
    // the end of the dynamic table until the size of the dynamic table is less than or equal to
    // (table capacity - size of new entry)."
    evictTo(capacity - needed);
    if (inserted - dropped == ring.length) {
      grow();
    }
    ring[(int) inserted & ring.length - 1] = line;
    inserted++;
    size += needed;
    return true;
  }

  private void evictTo(int target) {
    while (size > target) {
      int slot = (int) dropped & ring.length - 1;
      FieldLine oldest = ring[slot];
      if (oldest == null) {
        throw new AssertionError("no entry at " + dropped);
      }
      size -= oldest.size();
      ring[slot] = null;
      dropped++;
    }
  }

  private void grow() {
    @Nullable FieldLine[] larger = new @Nullable FieldLine[ring.length * 2];
    for (long index = dropped; index < inserted; index++) {
      larger[(int) index & larger.length - 1] = ring[(int) index & ring.length - 1];
    }
    ring = larger;
  }
}
