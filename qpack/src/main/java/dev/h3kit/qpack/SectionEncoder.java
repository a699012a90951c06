package dev.h3kit.qpack;

import java.util.List;

/**
 * Encodes field sections with the dynamic table, for a peer that allows one (RFC 9204 §2.1). Two
 * passes: look up and insert, then write. Not thread-safe.
 */
final class SectionEncoder {
  private final EncoderTable table;
  private final OpenSections open;
  private final InsertionPolicy policy;
  private final TableInserter inserter;
  private final FieldSectionWriter writer;
  private final SectionPlan plan = new SectionPlan();

  /** What may still be inserted on trust while nothing was ever acknowledged, in octets. */
  private int stake;

  private boolean trusted;
  private long tableReferences;
  private long sectionsAtRisk;

  SectionEncoder(
      EncoderLimits limits,
      PolicyWeights weights,
      long maxTableCapacity,
      long maxBlockedStreams,
      EncoderInstructions instructions,
      FieldSectionWriter writer) {
    int maximum = (int) Math.min(maxTableCapacity, 1 << 30);
    int capacity = Math.min(maximum, limits.maxTableCapacity());
    this.writer = writer;
    table = new EncoderTable(maximum);
    open =
        new OpenSections(
            table,
            limits.maxOpenSections(),
            Math.min(maxBlockedStreams, limits.maxBlockedStreams()));
    policy = new InsertionPolicy(weights, capacity);
    inserter = new TableInserter(table, instructions, policy, capacity);
    stake = limits.stake();
  }

  EncoderTable table() {
    return table;
  }

  /** Field lines sent as references to the dynamic table. */
  long tableReferences() {
    return tableReferences;
  }

  /** Sections sent with a reference to an entry that was not acknowledged. */
  long sectionsAtRisk() {
    return sectionsAtRisk;
  }

  OpenSections open() {
    return open;
  }

  /** Uses another capacity, within the peer's maximum, as soon as it can. */
  void capacity(int octets) {
    inserter.capacity(Math.min(octets, table.maxCapacity()));
  }

  /** The peer has acknowledged something: what is inserted will be of use. */
  void trust() {
    trusted = true;
  }

  /** Encodes one section. */
  void encode(long streamId, List<FieldLine> lines, OctetBuffer out, int credit) {
    plan.begin(lines);
    policy.nextSection();
    inserter.credit(credit);
    // Until a lower capacity is reached, nothing new is referred to: it could never be evicted.
    boolean usable = inserter.shrink() && open.hasRoom();
    boolean mayRisk = usable && open.mayRisk(streamId);
    int referable = mayRisk ? Integer.MAX_VALUE : usable ? table.knownReceivedCount() : 0;
    for (int i = 0; i < plan.size(); i++) {
      lookUp(i, referable);
    }
    if (usable) {
      insert(mayRisk);
      insertNames(mayRisk);
    }
    write(streamId, referable, out);
    plan.end();
  }

  private void lookUp(int place, int referable) {
    FieldLine line = plan.line(place);
    StaticTable.Name name = StaticTable.name(line.name());
    plan.staticName[place] = name;
    plan.index[place] = SectionPlan.NONE;
    int index = name == null || line.neverIndexed() ? -1 : name.indexOf(line.value());
    if (index >= 0) {
      plan.kind[place] = SectionPlan.STATIC;
      plan.index[place] = index;
      return;
    }
    if (line.neverIndexed() || SensitiveFields.isSensitive(line)) {
      plan.kind[place] = SectionPlan.NEVER_INDEXED;
      return;
    }
    int hash = EncoderTable.lineHash(line);
    plan.lineHash[place] = hash;
    plan.namePlace[place] = NameStatistics.place(name, line.name());
    policy.see(plan, place);
    int newest = table.find(line, hash);
    if (newest == EncoderTable.NONE) {
      plan.kind[place] = SectionPlan.CANDIDATE;
      return;
    }
    policy.use(table.entry(newest));
    int usable = newest < referable ? newest : table.findBelow(referable, line, hash);
    if (usable == EncoderTable.NONE) {
      plan.kind[place] = SectionPlan.LITERAL;
    } else {
      plan.refer(place, usable);
    }
  }

  private void insert(boolean mayRisk) {
    if (policy.wantsRoom()) {
      inserter.drain(plan, mayRisk);
    }
    boolean candidates = false;
    for (int i = 0; i < plan.size(); i++) {
      if (plan.kind[i] == SectionPlan.CANDIDATE) {
        plan.gain[i] = policy.gain(plan, i, mayRisk);
        candidates |= plan.gain[i] > 0;
      }
    }
    while (candidates) {
      int best = plan.bestCandidate();
      if (best == SectionPlan.NONE) {
        return;
      }
      plan.kind[best] = SectionPlan.LITERAL;
      insert(best, mayRisk);
    }
  }

  private void insert(int place, boolean mayRisk) {
    FieldLine line = plan.line(place);
    int existing = table.find(line, plan.lineHash[place]);
    if (existing == EncoderTable.NONE) {
      if (!mayRisk && !trusted) {
        // Nothing is gained unless the peer acknowledges, and nothing says that it will.
        int octets = (int) InsertionPolicy.literal(line, plan.namePlace[place]);
        if (octets > stake) {
          return;
        }
        stake -= octets;
      }
      if (inserter.insert(plan, place, mayRisk) == 0) {
        return;
      }
      existing = table.insertCount() - 1;
    }
    if (mayRisk) {
      plan.refer(place, existing);
    }
  }

  /** Inserts names without a value, where the lines themselves are not worth it, or secret. */
  private void insertNames(boolean mayRisk) {
    for (int i = 0; i < plan.size(); i++) {
      boolean literal = plan.kind[i] != SectionPlan.STATIC && plan.kind[i] != SectionPlan.TABLE;
      if (literal
          && plan.staticName[i] == null
          && table.findName(Integer.MAX_VALUE, plan.line(i).name()) == EncoderTable.NONE
          && policy.seeName(plan, i)
          && (mayRisk || trusted)) {
        float gain = policy.nameGain(plan, i, mayRisk);
        if (gain > 0) {
          inserter.insertName(plan, i, gain, mayRisk);
        }
      }
    }
  }

  private void write(long streamId, int referable, OctetBuffer out) {
    int required = 0;
    int oldest = Integer.MAX_VALUE;
    for (int i = 0; i < plan.size(); i++) {
      if (plan.kind[i] == SectionPlan.STATIC) {
        continue;
      }
      if (plan.kind[i] != SectionPlan.TABLE && plan.staticName[i] == null) {
        plan.index[i] = table.findName(referable, plan.line(i).name());
        useName(plan.index[i]);
      }
      if (plan.index[i] != SectionPlan.NONE) {
        required = Math.max(required, plan.index[i] + 1);
        oldest = Math.min(oldest, plan.index[i]);
        tableReferences++;
      }
    }
    // RFC 9204 §4.5.1.2: "An encoder that produces table updates before encoding a field section
    // might set Base to the value of Required Insert Count."
    writer.prefix(required, table.maxCapacity() / FieldLine.OVERHEAD, out);
    for (int i = 0; i < plan.size(); i++) {
      int index = plan.index[i];
      switch (plan.kind[i]) {
        case SectionPlan.STATIC -> writer.indexedStatic(index, out);
        case SectionPlan.TABLE -> writer.indexedDynamic(required - 1 - index, out);
        default -> {
          FieldLine line = plan.line(i);
          boolean never = plan.kind[i] == SectionPlan.NEVER_INDEXED;
          if (index == SectionPlan.NONE) {
            writer.literal(plan.staticName[i], line, never, out);
          } else {
            writer.literalDynamicName(required - 1 - index, line.value(), never, out);
          }
        }
      }
    }
    if (required > 0) {
      if (required > table.knownReceivedCount()) {
        sectionsAtRisk++;
      }
      open.add(streamId, required, oldest);
    }
  }

  private void useName(int index) {
    if (index != EncoderTable.NONE && table.entry(index).isForName()) {
      policy.use(table.entry(index));
    }
  }
}
