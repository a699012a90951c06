package dev.h3kit.qpack;

import org.jspecify.annotations.Nullable;

/**
 * Inserts field lines: makes room as the {@link InsertionPolicy} sees fit, by evicting what is
 * worth little and moving on by Duplicate what is worth much, and writes the instructions. An
 * instruction is written whole or not at all (RFC 9204 §2.1.3). Not thread-safe.
 */
final class TableInserter {
  /** The longest integer that an instruction of ours can have, in octets. */
  private static final int INTEGER = 6;

  private final EncoderTable table;
  private final EncoderInstructions instructions;
  private final InsertionPolicy policy;
  private final int[] kept;

  /** The capacity that is wanted; the table's own may still be another. */
  private int capacity;

  private int credit;

  TableInserter(
      EncoderTable table, EncoderInstructions instructions, InsertionPolicy policy, int capacity) {
    this.table = table;
    this.instructions = instructions;
    this.policy = policy;
    this.capacity = capacity;
    kept = new int[policy.weights().mostDuplicates()];
  }

  /** Sets how many octets of instructions may be written from now on. */
  void credit(int octets) {
    credit = octets;
  }

  /** Wants another capacity from now on. */
  void capacity(int octets) {
    capacity = octets;
  }

  /**
   * Lowers the capacity to what is wanted, if everything that must go for it is evictable by now.
   *
   * @return whether the table is no larger than wanted
   */
  boolean shrink() {
    if (table.capacity() <= capacity) {
      return true;
    }
    if (credit < INTEGER || !table.capacity(capacity)) {
      return false;
    }
    int before = instructions.octets().length();
    instructions.setCapacity(capacity);
    spent(before);
    return true;
  }

  /**
   * Inserts a line if it gains more than it displaces, and there is room and credit.
   *
   * @param referable whether the section can refer to entries that were not acknowledged
   * @return the octets of instructions written, 0 if the line was not inserted
   */
  int insert(SectionPlan plan, int place, boolean referable) {
    FieldLine line = plan.line(place);
    int before = instructions.octets().length();
    if (!makeRoom(plan, plan.gain[place], line, referable)) {
      return 0;
    }
    write(line, plan.staticName[place]);
    policy.inserted(plan, place, table.insert(line, plan.lineHash[place]));
    return spent(before);
  }

  /**
   * Inserts the name of a line, with an empty value, if that gains more than it displaces, and
   * there is room and credit.
   *
   * @param gain what it saves, in octets
   */
  void insertName(SectionPlan plan, int place, float gain, boolean referable) {
    FieldLine line = new FieldLine(plan.line(place).name(), "");
    int before = instructions.octets().length();
    if (makeRoom(plan, gain, line, referable)) {
      instructions.insertWithLiteralName(line.name(), line.value());
      policy.insertedName(plan, place, table.insert(line, EncoderTable.lineHash(line)));
      spent(before);
    }
  }

  /** Whether there is room and credit for a line now; moves on what is to be kept. */
  private boolean makeRoom(SectionPlan plan, float gain, FieldLine line, boolean referable) {
    int keep = findRoom(plan, gain, line.size(), referable);
    if (keep < 0 || credit < (keep + 3) * INTEGER + line.name().length() + line.value().length()) {
      return false;
    }
    if (table.capacity() != capacity) {
      instructions.setCapacity(capacity);
      table.capacity(capacity);
    }
    for (int i = 0; i < keep; i++) {
      plan.move(kept[i], duplicate(kept[i]));
    }
    return true;
  }

  /**
   * Moves the references of this section out of the oldest part of the table: what is referred to
   * there would keep everything newer from being evicted, too.
   */
  void drain(SectionPlan plan, boolean referable) {
    int end = drainingIndex();
    for (int i = 0; i < plan.size(); i++) {
      int source = plan.index[i];
      if (plan.kind[i] == SectionPlan.TABLE
          && source < end
          && mayDuplicate(plan, source, referable)) {
        int before = instructions.octets().length();
        int duplicate = duplicate(source);
        if (referable) {
          plan.move(source, duplicate);
        }
        spent(before);
      }
    }
  }

  /** RFC 9204 §2.1.1.1: entries below this index are draining. */
  private int drainingIndex() {
    float room = policy.drain() - table.free();
    int index = table.oldest();
    while (room > 0 && index < table.insertCount()) {
      room -= table.entry(index).line.size();
      index++;
    }
    return index;
  }

  private boolean mayDuplicate(SectionPlan plan, int source, boolean referable) {
    EncoderTable.Entry entry = table.entry(source);
    int size = entry.line.size();
    return credit >= INTEGER
        && table.find(entry.line, entry.lineHash) == source
        && policy.worthMoving(entry)
        && (referable ? hasRoom(plan, size) : table.free() >= size && 2 * size <= capacity);
  }

  /** Whether there is room for so much without evicting what this section refers to. */
  private boolean hasRoom(SectionPlan plan, int needed) {
    int room = table.free();
    for (int index = table.oldest(); room < needed; index++) {
      if (index >= table.insertCount() || !table.isEvictable(index) || plan.refersTo(index)) {
        return false;
      }
      room += table.entry(index).line.size();
    }
    return true;
  }

  /**
   * Finds room from the end of the table on.
   *
   * @return how many entries of {@link #kept} are to be duplicated first, or -1 if room is not to
   *     be had or not worth it
   */
  private int findRoom(SectionPlan plan, float gain, int size, boolean referable) {
    if (size > capacity || table.insertCount() >= EncoderTable.MOST_INSERTS) {
      return -1;
    }
    float density = gain / size;
    float loss = 0;
    int keep = 0;
    int room = capacity - table.size();
    for (int index = table.oldest(); room < size; index++) {
      if (index == table.insertCount()) {
        return -1;
      }
      boolean used = plan.refersTo(index);
      if (!table.isEvictable(index) || (used && !referable)) {
        policy.roomWanted();
        return -1;
      }
      EncoderTable.Entry entry = table.entry(index);
      boolean newest = table.find(entry.line, entry.lineHash) == index;
      float worth = newest ? policy.worth(entry) : 0;
      if (used || policy.keeps(worth, entry, density)) {
        if (keep == kept.length) {
          return -1;
        }
        kept[keep++] = index;
        loss += policy.weights().duplicateCost();
      } else {
        room += entry.line.size();
        loss += worth * policy.weights().lossShare();
      }
      if (loss > gain) {
        return -1;
      }
    }
    return keep;
  }

  private int duplicate(int source) {
    EncoderTable.Entry entry = table.entry(source);
    int place = entry.namePlace;
    int uses = entry.uses;
    int firstUse = entry.firstUse;
    int lastUse = entry.lastUse;
    instructions.duplicate(table.insertCount() - 1 - source);
    // The source may be evicted by this, and its object be the one that is used again.
    EncoderTable.Entry copy = table.insert(entry.line, entry.lineHash);
    copy.namePlace = place;
    copy.uses = uses;
    copy.firstUse = firstUse;
    copy.lastUse = lastUse;
    return table.insertCount() - 1;
  }

  private void write(FieldLine line, StaticTable.@Nullable Name known) {
    if (known != null) {
      instructions.insertWithStaticName(known.first(), line.value());
      return;
    }
    int named = table.findName(Integer.MAX_VALUE, line.name());
    if (named == EncoderTable.NONE) {
      instructions.insertWithLiteralName(line.name(), line.value());
    } else {
      instructions.insertWithDynamicName(table.insertCount() - 1 - named, line.value());
    }
  }

  private int spent(int before) {
    int octets = instructions.octets().length() - before;
    credit -= octets;
    return octets;
  }
}
