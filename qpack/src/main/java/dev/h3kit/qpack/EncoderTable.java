package dev.h3kit.qpack;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The encoder's copy of the dynamic table (RFC 9204 §3.2): a ring of entries by absolute index,
 * found by field line and by name. It knows which entries may be evicted and evicts no other. Not
 * thread-safe.
 */
final class EncoderTable {
  /** After so many inserts the table stays as it is: indexes are ints. */
  static final int MOST_INSERTS = Integer.MAX_VALUE - (1 << 20);

  /** No such entry. */
  static final int NONE = -1;

  private final int maxCapacity;
  private int capacity;
  private int size;

  private int inserted;
  private int dropped;
  private int knownReceivedCount;

  private @Nullable Entry[] ring = new @Nullable Entry[16];

  /**
   * For each hash of a field line and of a name: the newest entry, plus one; older ones are linked.
   * What points at an evicted entry is the end of its chain.
   */
  private int[] newestLine = new int[32];

  private int[] newestName = new int[32];

  EncoderTable(int maxCapacity) {
    this.maxCapacity = maxCapacity;
  }

  /** An entry; the objects are used again when their place in the ring is. */
  static final class Entry {
    FieldLine line = StaticTable.line(0);
    int lineHash;

    /** See {@link NameStatistics#place}; {@link #NONE} for what is there for its name alone. */
    int namePlace;

    /** How often the field line was seen. */
    int uses;

    /** The number of the section that saw it first and last. */
    int firstUse;

    int lastUse;

    /** Whether it is there for its name alone: uses of the name count. */
    boolean isForName() {
      return namePlace == NONE;
    }

    private int olderLine;
    private int olderName;

    /** The number of open sections whose oldest reference this is. */
    private int pins;
  }

  /** The number of entries ever inserted (RFC 9204 §1.1, "Insert Count"). */
  int insertCount() {
    return inserted;
  }

  /** The absolute index of the oldest entry. */
  int oldest() {
    return dropped;
  }

  /** RFC 9204 §2.1.4. */
  int knownReceivedCount() {
    return knownReceivedCount;
  }

  /** Raises the Known Received Count. */
  void knownReceivedCount(int count) {
    knownReceivedCount = count;
  }

  int size() {
    return size;
  }

  int capacity() {
    return capacity;
  }

  int maxCapacity() {
    return maxCapacity;
  }

  int free() {
    return capacity - size;
  }

  Entry entry(int absoluteIndex) {
    return Objects.requireNonNull(ring[absoluteIndex & ring.length - 1]);
  }

  /**
   * Sets the capacity, unless that would evict an entry that is not evictable.
   *
   * <p>RFC 9204 §4.3.1: "Reducing the dynamic table capacity can cause entries to be evicted; see
   * Section 3.2.2. This MUST NOT cause the eviction of entries that are not evictable; see Section
   * 2.1.1."
   *
   * @return whether it was set
   */
  boolean capacity(int newCapacity) {
    int rest = size;
    int end = dropped;
    while (rest > newCapacity) {
      if (!isEvictable(end)) {
        return false;
      }
      rest -= entry(end).line.size();
      end++;
    }
    size = rest;
    dropped = end;
    capacity = newCapacity;
    return true;
  }

  /** The newest entry with this field line, or {@link #NONE}. */
  int find(FieldLine line, int lineHash) {
    int index = newestLine[lineHash & newestLine.length - 1] - 1;
    while (index >= dropped) {
      Entry entry = entry(index);
      if (entry.lineHash == lineHash
          && entry.line.value().equals(line.value())
          && entry.line.name().equals(line.name())) {
        return index;
      }
      index = entry.olderLine;
    }
    return NONE;
  }

  /** The newest entry with this field line below {@code limit}, or {@link #NONE}. */
  int findBelow(int limit, FieldLine line, int lineHash) {
    int index = newestLine[lineHash & newestLine.length - 1] - 1;
    while (index >= dropped) {
      Entry entry = entry(index);
      if (index < limit
          && entry.lineHash == lineHash
          && entry.line.value().equals(line.value())
          && entry.line.name().equals(line.name())) {
        return index;
      }
      index = entry.olderLine;
    }
    return NONE;
  }

  /** The newest entry with this name below {@code limit}, or {@link #NONE}. */
  int findName(int limit, String name) {
    int index = newestName[nameHash(name) & newestName.length - 1] - 1;
    while (index >= dropped) {
      Entry entry = entry(index);
      if (index < limit && entry.line.name().equals(name)) {
        return index;
      }
      index = entry.olderName;
    }
    return NONE;
  }

  /**
   * Whether an entry may be evicted once all older ones are gone.
   *
   * <p>RFC 9204 §2.1.1: "A dynamic table entry cannot be evicted immediately after insertion, even
   * if it has never been referenced. Once the insertion of a dynamic table entry has been
   * acknowledged and there are no outstanding references to the entry in unacknowledged
   * representations, the entry becomes evictable."
   */
  boolean isEvictable(int absoluteIndex) {
    return absoluteIndex < knownReceivedCount && entry(absoluteIndex).pins == 0;
  }

  /** An open section's oldest reference is this entry: it and newer ones stay. */
  void pin(int absoluteIndex) {
    entry(absoluteIndex).pins++;
  }

  /** The section was acknowledged or cancelled. */
  void unpin(int absoluteIndex) {
    entry(absoluteIndex).pins--;
  }

  /** Whether {@code needed} octets fit when everything evictable is evicted. */
  boolean canInsert(int needed) {
    int room = free();
    for (int index = dropped; room < needed && index < inserted && isEvictable(index); index++) {
      room += entry(index).line.size();
    }
    return room >= needed;
  }

  /** Adds an entry, evicting others for it; there must be {@linkplain #canInsert room}. */
  Entry insert(FieldLine line, int lineHash) {
    int needed = line.size();
    while (free() < needed) {
      if (dropped == inserted || !isEvictable(dropped)) {
        throw new IllegalStateException("entry " + dropped + " cannot be evicted");
      }
      size -= entry(dropped).line.size();
      dropped++;
    }
    if (inserted - dropped == ring.length) {
      grow();
    }
    int slot = inserted & ring.length - 1;
    Entry entry = ring[slot];
    if (entry == null) {
      entry = new Entry();
      ring[slot] = entry;
    }
    entry.line = line;
    entry.lineHash = lineHash;
    entry.pins = 0;
    link(entry, inserted);
    inserted++;
    size += needed;
    return entry;
  }

  private void link(Entry entry, int index) {
    int lineBucket = entry.lineHash & newestLine.length - 1;
    entry.olderLine = newestLine[lineBucket] - 1;
    newestLine[lineBucket] = index + 1;
    int nameBucket = nameHash(entry.line.name()) & newestName.length - 1;
    entry.olderName = newestName[nameBucket] - 1;
    newestName[nameBucket] = index + 1;
  }

  private void grow() {
    @Nullable Entry[] larger = new @Nullable Entry[2 * ring.length];
    for (int index = dropped; index < inserted; index++) {
      larger[index & larger.length - 1] = ring[index & ring.length - 1];
    }
    ring = larger;
    newestLine = new int[4 * larger.length];
    newestName = new int[2 * larger.length];
    for (int index = dropped; index < inserted; index++) {
      link(entry(index), index);
    }
  }

  /** The hash of a field line. */
  static int lineHash(FieldLine line) {
    int hash = (line.name().hashCode() * 31 + line.value().hashCode()) * 0x9E3779B1;
    return hash ^ hash >>> 15;
  }

  /** The hash of a field name. */
  static int nameHash(String name) {
    int hash = name.hashCode() * 0x9E3779B1;
    return hash ^ hash >>> 15;
  }
}
