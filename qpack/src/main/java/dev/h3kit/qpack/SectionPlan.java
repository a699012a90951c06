package dev.h3kit.qpack;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How each line of the section at hand will be sent: found out in a first pass, written in a
 * second, so that the Base can be the Required Insert Count and every reference is relative to it.
 * The arrays are used again for each section. Not thread-safe.
 */
final class SectionPlan {
  /** As an index into the static table. */
  static final byte STATIC = 0;

  /** As a reference to the dynamic table. */
  static final byte TABLE = 1;

  /** As a literal. */
  static final byte LITERAL = 2;

  /** As a never-indexed literal. */
  static final byte NEVER_INDEXED = 3;

  /** As a literal, unless it is inserted. */
  static final byte CANDIDATE = 4;

  /** Not an index. */
  static final int NONE = EncoderTable.NONE;

  private List<FieldLine> lines = List.of();
  private int size;

  byte[] kind = new byte[32];

  /** An index into the static table, an absolute index, or {@link #NONE}. */
  int[] index = new int[32];

  /** The entries of the static table with the line's name. */
  StaticTable.@Nullable Name[] staticName = new StaticTable.@Nullable Name[32];

  /** See {@link EncoderTable#lineHash}. */
  int[] lineHash = new int[32];

  /** See {@link NameStatistics#place}. */
  int[] namePlace = new int[32];

  /** How often the line was seen, this time included. */
  int[] count = new int[32];

  /** How many sections ago it was seen last, if it was. */
  int[] gap = new int[32];

  /** What inserting it saves, in octets. */
  float[] gain = new float[32];

  /** Begins with a new section. */
  void begin(List<FieldLine> section) {
    lines = section;
    size = section.size();
    if (kind.length < size) {
      int length = 2 * size;
      kind = Arrays.copyOf(kind, length);
      index = Arrays.copyOf(index, length);
      staticName = Arrays.copyOf(staticName, length);
      lineHash = Arrays.copyOf(lineHash, length);
      namePlace = Arrays.copyOf(namePlace, length);
      count = Arrays.copyOf(count, length);
      gap = Arrays.copyOf(gap, length);
      gain = Arrays.copyOf(gain, length);
    }
  }

  /** Lets go of the section. */
  void end() {
    lines = List.of();
    size = 0;
  }

  int size() {
    return size;
  }

  FieldLine line(int place) {
    return lines.get(place);
  }

  /** Plans a reference to the dynamic table. */
  void refer(int place, int absoluteIndex) {
    kind[place] = TABLE;
    index[place] = absoluteIndex;
  }

  /** Whether a reference to this entry is planned. */
  boolean refersTo(int absoluteIndex) {
    for (int i = 0; i < size; i++) {
      if (index[i] == absoluteIndex && kind[i] == TABLE) {
        return true;
      }
    }
    return false;
  }

  /** Plans references to a duplicate instead of its source. */
  void move(int source, int duplicate) {
    for (int i = 0; i < size; i++) {
      if (index[i] == source && kind[i] == TABLE) {
        index[i] = duplicate;
      }
    }
  }

  /** The candidate that gains most for each octet of table, or {@link #NONE} if none gains. */
  int bestCandidate() {
    int best = NONE;
    float density = 0;
    for (int i = 0; i < size; i++) {
      if (kind[i] == CANDIDATE && gain[i] > density * line(i).size()) {
        best = i;
        density = gain[i] / line(i).size();
      }
    }
    return best;
  }
}
