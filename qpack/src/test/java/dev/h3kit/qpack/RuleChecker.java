package dev.h3kit.qpack;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Watches an encoder from the wire and holds it to RFC 9204 §2.1: what it may evict, refer to and
 * put at risk. It shares no code with the codec but the lengths of the Huffman code, and is slow
 * and plain. It decodes what it watches.
 */
final class RuleChecker {
  /** The encoder broke a rule. */
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1L;

    Broken(String message) {
      super(message);
    }
  }

  private record Entry(String name, String value) {
    int size() {
      return name.length() + value.length() + 32;
    }
  }

  private record Open(long required, Set<Long> references) {}

  private final long maxCapacity;
  private final long maxBlocked;
  private final Map<Long, Entry> table = new HashMap<>();
  private final Map<Long, Deque<Open>> open = new HashMap<>();
  private long capacity;
  private long size;
  private long inserted;
  private long dropped;
  private long known;
  private long references;
  private long duplicates;

  private byte[] octets = new byte[0];
  private int at;

  RuleChecker(long maxCapacity, long maxBlocked) {
    this.maxCapacity = maxCapacity;
    this.maxBlocked = maxBlocked;
  }

  long inserts() {
    return inserted;
  }

  long duplicates() {
    return duplicates;
  }

  long references() {
    return references;
  }

  /** Whole encoder instructions, in the order written. */
  void encoderStream(byte[] instructions) {
    octets = instructions;
    at = 0;
    if (maxCapacity == 0 && instructions.length > 0) {
      // §3.2.3: "When the maximum table capacity is zero, the encoder MUST NOT insert entries into
      // the dynamic table and MUST NOT send any encoder instructions on the encoder stream."
      throw new Broken("instructions although the maximum capacity is 0");
    }
    while (at < octets.length) {
      int first = octets[at] & 0xff;
      if (first >= 0x80) {
        long index = integer(6);
        String name =
            (first & 0x40) != 0
                ? StaticTable.line(Math.toIntExact(index)).name()
                : live(inserted - 1 - index).name();
        insert(new Entry(name, string(7)));
      } else if (first >= 0x40) {
        String name = string(5);
        insert(new Entry(name, string(7)));
      } else if (first >= 0x20) {
        setCapacity(integer(5));
      } else {
        duplicates++;
        insert(live(inserted - 1 - integer(5)));
      }
    }
  }

  /** A field section; returns its lines. */
  List<FieldLine> section(long streamId, byte[] section) {
    octets = section;
    at = 0;
    long encoded = integer(8);
    boolean sign = (octets[at] & 0x80) != 0;
    long delta = integer(7);
    long maxEntries = maxCapacity / 32;
    long required = 0;
    if (encoded != 0) {
      // The only value congruent to it that the encoder can mean now.
      required = inserted;
      while (required > 0 && required % (2 * maxEntries) + 1 != encoded) {
        required--;
      }
      if (required == 0 || inserted - required >= 2 * maxEntries) {
        throw new Broken("no required insert count is encoded as " + encoded);
      }
    }
    long base = sign ? required - delta - 1 : required + delta;
    if (base < 0) {
      throw new Broken("negative base");
    }
    Set<Long> used = new HashSet<>();
    List<FieldLine> lines = new ArrayList<>();
    while (at < octets.length) {
      lines.add(line(base, used));
    }
    long lowest = 0;
    for (long index : used) {
      lowest = Math.max(lowest, index + 1);
    }
    // §2.1.2: "the Required Insert Count is one larger than the largest absolute index of all
    // referenced dynamic table entries."
    if (required != lowest) {
      throw new Broken("required insert count " + required + " instead of " + lowest);
    }
    if (required > 0) {
      open.computeIfAbsent(streamId, id -> new ArrayDeque<>()).add(new Open(required, used));
    }
    if (atRisk() > maxBlocked) {
      // §2.1.2: "An encoder MUST limit the number of streams that could become blocked to the value
      // of SETTINGS_QPACK_BLOCKED_STREAMS at all times."
      throw new Broken(atRisk() + " streams at risk where " + maxBlocked + " are allowed");
    }
    return lines;
  }

  /** Whole decoder instructions, when the encoder gets them. */
  void decoderStream(byte[] instructions) {
    octets = instructions;
    at = 0;
    while (at < octets.length) {
      int first = octets[at] & 0xff;
      if (first >= 0x80) {
        long streamId = integer(7);
        Deque<Open> sections = open.get(streamId);
        if (sections == null) {
          throw new Broken("the decoder acknowledges nothing on stream " + streamId);
        }
        known = Math.max(known, sections.remove().required);
        if (sections.isEmpty()) {
          open.remove(streamId);
        }
      } else if (first >= 0x40) {
        open.remove(integer(6));
      } else {
        known += integer(6);
        if (known > inserted) {
          throw new Broken("the decoder acknowledges more than was inserted");
        }
      }
    }
  }

  private long atRisk() {
    return open.values().stream()
        .filter(sections -> sections.stream().anyMatch(section -> section.required > known))
        .count();
  }

  private FieldLine line(long base, Set<Long> used) {
    int first = octets[at] & 0xff;
    if (first >= 0x80) {
      long index = integer(6);
      Entry entry = (first & 0x40) != 0 ? fromStatic(index) : refer(base - 1 - index, used);
      return new FieldLine(entry.name, entry.value);
    }
    if (first >= 0x40) {
      long index = integer(4);
      Entry entry = (first & 0x10) != 0 ? fromStatic(index) : refer(base - 1 - index, used);
      return new FieldLine(entry.name, string(7), (first & 0x20) != 0);
    }
    if (first >= 0x20) {
      String name = string(3);
      return new FieldLine(name, string(7), (first & 0x10) != 0);
    }
    if (first >= 0x10) {
      Entry entry = refer(base + integer(4), used);
      return new FieldLine(entry.name, entry.value);
    }
    Entry entry = refer(base + integer(3), used);
    return new FieldLine(entry.name, string(7), (first & 0x08) != 0);
  }

  private static Entry fromStatic(long index) {
    FieldLine line = StaticTable.line(Math.toIntExact(index));
    return new Entry(line.name(), line.value());
  }

  private Entry refer(long index, Set<Long> used) {
    used.add(index);
    references++;
    return live(index);
  }

  private Entry live(long index) {
    Entry entry = table.get(index);
    if (entry == null) {
      throw new Broken("a reference to entry " + index + " of " + dropped + " to " + inserted);
    }
    return entry;
  }

  private void setCapacity(long newCapacity) {
    if (newCapacity > maxCapacity) {
      throw new Broken("capacity " + newCapacity + " over the maximum of " + maxCapacity);
    }
    capacity = newCapacity;
    evictTo(newCapacity);
  }

  private void insert(Entry entry) {
    if (entry.size() > capacity) {
      throw new Broken("an entry of " + entry.size() + " in a table of " + capacity);
    }
    evictTo(capacity - entry.size());
    table.put(inserted++, entry);
    size += entry.size();
  }

  private void evictTo(long target) {
    while (size > target) {
      long index = dropped;
      // §2.1.1: an entry is evictable once its insertion is acknowledged and no unacknowledged
      // section refers to it.
      if (index >= known) {
        throw new Broken("entry " + index + " evicted before it was acknowledged");
      }
      for (Deque<Open> sections : open.values()) {
        for (Open section : sections) {
          if (section.references.contains(index)) {
            throw new Broken("entry " + index + " evicted while a section refers to it");
          }
        }
      }
      size -= live(index).size();
      table.remove(index);
      dropped++;
    }
  }

  private long integer(int prefix) {
    int full = (1 << prefix) - 1;
    long value = octets[at++] & full;
    if (value < full) {
      return value;
    }
    int shift = 0;
    while (true) {
      int octet = octets[at++];
      value += (octet & 0x7fL) << shift;
      shift += 7;
      if (octet >= 0) {
        return value;
      }
    }
  }

  private String string(int prefix) {
    boolean huffman = (octets[at] & 1 << prefix) != 0;
    int length = Math.toIntExact(integer(prefix));
    int from = at;
    at += length;
    if (!huffman) {
      return new String(octets, from, length, StandardCharsets.ISO_8859_1);
    }
    StringBuilder text = new StringBuilder();
    int code = 0;
    int bits = 0;
    for (int i = 0; i < 8 * length; i++) {
      code = code << 1 | (octets[from + i / 8] >> (7 - i % 8) & 1);
      bits++;
      int symbol = HuffmanCode.symbol(code, bits);
      if (symbol >= 0) {
        text.append((char) symbol);
        code = 0;
        bits = 0;
      }
    }
    if (bits > 7 || code != (1 << bits) - 1) {
      throw new Broken("broken padding");
    }
    if (text.length() <= length) {
      throw new Broken("Huffman code that is not shorter");
    }
    return text.toString();
  }
}
