package dev.h3kit.qpack;

/**
 * Decides what is worth a place in the dynamic table. RFC 9204 leaves that to the encoder; nothing
 * here can break a rule, only waste octets.
 *
 * <p>The gain of an entry is what its expected uses save. How many uses are to be expected is
 * learned for each name ({@link NameStatistics}) from how often its values came again so far
 * ({@link FieldHistory}). Not thread-safe.
 */
final class InsertionPolicy {
  /** What a character of a literal costs by Huffman code, on average, in octets. */
  private static final float CHARACTER = 0.78f;

  /** What the first octets of a literal cost: the representation and a length. */
  private static final float LITERAL = 2.5f;

  /** What a character of a name costs that the static table does not have; the table often has. */
  private static final float FOREIGN_CHARACTER = 0.3f;

  /** The chance that a name that came again goes on to do so. */
  private static final float NAME_CHANCE = 0.85f;

  private final PolicyWeights weights;
  private final NameStatistics names;
  private final FieldHistory history;
  private final int capacity;
  private int section;
  private int pressure;

  /**
   * @param capacity the capacity of the table that is decided about, in octets
   */
  InsertionPolicy(PolicyWeights weights, int capacity) {
    this.weights = weights;
    this.capacity = capacity;
    names = new NameStatistics(weights);
    history = new FieldHistory(Math.min(4096, capacity / 8));
  }

  PolicyWeights weights() {
    return weights;
  }

  /** A new section begins. */
  void nextSection() {
    section++;
    if (pressure > 0) {
      pressure--;
    }
  }

  /** A line of this section was looked up: it is remembered, and its name learned from. */
  void see(SectionPlan plan, int line) {
    int place = history.place(plan.lineHash[line]);
    int before = history.count(place);
    int gap = before == 0 ? 0 : section - history.lastSeen(place);
    names.see(plan.namePlace[line], before, gap);
    history.see(place, section);
    plan.count[line] = before + 1;
    plan.gap[line] = gap;
  }

  /** Whether the line's name, which no entry has, was seen before; it is remembered. */
  boolean seeName(SectionPlan plan, int line) {
    String name = plan.line(line).name();
    int place = history.place(~EncoderTable.nameHash(name));
    int before = history.count(place);
    plan.count[line] = before + 1;
    plan.gap[line] = before == 0 ? 0 : section - history.lastSeen(place);
    plan.namePlace[line] = NameStatistics.place(null, name);
    history.see(place, section);
    return before > 0;
  }

  /** An entry is used by this section. */
  void use(EncoderTable.Entry entry) {
    entry.uses++;
    entry.lastUse = section;
  }

  /** A line of this section became an entry. */
  void inserted(SectionPlan plan, int line, EncoderTable.Entry entry) {
    entry.namePlace = plan.namePlace[line];
    entry.uses = plan.count[line];
    entry.firstUse = section - (plan.count[line] - 1) * Math.max(1, plan.gap[line]);
    entry.lastUse = section;
  }

  /**
   * What inserting a line saves, in octets.
   *
   * @param referable whether this section can refer to the new entry; else the line is sent twice
   */
  float gain(SectionPlan plan, int line, boolean referable) {
    FieldLine text = plan.line(line);
    int place = plan.namePlace[line];
    float literal = literal(text, place);
    float uses = uses(names.chance(place, plan.count[line]), 0, names.gap(place));
    float cost = referable ? 1 : literal * weights.copyCost();
    float size = text.size();
    float gain = uses * (literal - 1) - cost - rent(size);
    return gain < weights.leastDensity() * size ? 0 : gain;
  }

  /**
   * What an entry for the name of a line saves, in octets.
   *
   * @param referable whether this section can refer to the new entry; else the name is sent twice
   */
  float nameGain(SectionPlan plan, int line, boolean referable) {
    int length = plan.line(line).name().length();
    float saved = length * CHARACTER;
    float gap = Math.max(plan.gap[line], weights.firstGap());
    float size = length + FieldLine.OVERHEAD;
    float cost = LITERAL + (referable ? 0 : saved);
    float gain = uses(NAME_CHANCE, 0, gap) * saved - cost - rent(size);
    return gain < weights.leastDensity() * size ? 0 : gain;
  }

  /** The name of a line of this section became an entry. */
  void insertedName(SectionPlan plan, int line, EncoderTable.Entry entry) {
    inserted(plan, line, entry);
    entry.namePlace = EncoderTable.NONE;
  }

  private float rent(float size) {
    return weights.rent() * size * size / capacity;
  }

  /** What keeping an entry saves, in octets. */
  float worth(EncoderTable.Entry entry) {
    if (entry.isForName()) {
      float uses = uses(NAME_CHANCE, section - entry.lastUse, gap(entry));
      return uses * entry.line.name().length() * CHARACTER;
    }
    float chance = names.chance(entry.namePlace, Math.max(1, entry.uses));
    float more = uses(chance, section - entry.lastUse, gap(entry));
    return more * (literal(entry.line, entry.namePlace) - 1);
  }

  /** The sections between two uses of an entry. */
  private float gap(EncoderTable.Entry entry) {
    return entry.uses > 1
        ? Math.max(1, (float) (entry.lastUse - entry.firstUse + 1) / (entry.uses - 1))
        : names.gap(entry.namePlace);
  }

  /** Whether an entry should be kept rather than make room for something of this density. */
  boolean keeps(float worth, EncoderTable.Entry entry, float density) {
    return worth > density * weights.keepRatio() * entry.line.size();
  }

  /** An insert found no room, since what is referred to cannot be evicted. */
  void roomWanted() {
    pressure = weights.patience();
  }

  /** Whether references should be moved out of the oldest part of the table. */
  boolean wantsRoom() {
    return pressure > 0;
  }

  /** The size of the oldest part of the table, in octets. */
  float drain() {
    return weights.drainShare() * capacity;
  }

  /** Whether an entry is worth a Duplicate before it hinders inserts. */
  boolean worthMoving(EncoderTable.Entry entry) {
    return worth(entry) >= 2 * weights.duplicateCost();
  }

  /** Roughly what a line costs as a literal, in octets. */
  static float literal(FieldLine line, int namePlace) {
    float name = NameStatistics.isForeign(namePlace) ? line.name().length() * FOREIGN_CHARACTER : 0;
    return line.value().length() * CHARACTER + LITERAL + name;
  }

  /**
   * How many uses are to be expected within the horizon.
   *
   * @param chance that there is one more
   * @param idle the sections since the last use
   * @param gap the sections between two uses
   */
  private float uses(float chance, float idle, float gap) {
    // A value that still lives is this much less likely not to have been used for so long:
    // e^(idle/gap), by the first terms of its series.
    float x = idle / gap;
    float silence = 1 + x * (1 + x * (0.5f + x * (1 / 6f)));
    float alive = chance / (chance + (1 - chance) * silence);
    float life = Math.min(weights.mostUses(), 1 / (1 - chance));
    return alive * Math.min(weights.horizon() / gap, life);
  }
}
