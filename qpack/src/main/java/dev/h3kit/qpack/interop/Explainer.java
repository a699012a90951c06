package dev.h3kit.qpack.interop;

import dev.h3kit.qpack.FieldLine;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Explains every octet of encoder instructions, field sections and decoder instructions, with the
 * state of the dynamic table. It follows what it is shown and goes on after mistakes where it can.
 * Not thread-safe.
 */
public final class Explainer {
  private static final int HEX_WIDTH = 24;

  private final long maxCapacity;
  private final TreeMap<Long, FieldLine> table = new TreeMap<>();
  private long inserted;
  private long capacity;
  private long size;
  private List<String> lines = new ArrayList<>();

  /**
   * @param maxCapacity SETTINGS_QPACK_MAX_TABLE_CAPACITY in octets
   */
  public Explainer(long maxCapacity) {
    this.maxCapacity = maxCapacity;
  }

  /** Explains whole encoder instructions (RFC 9204 §4.3), and the table behind them. */
  public List<String> encoderStream(byte[] octets) {
    return explain(octets, this::instruction, true);
  }

  /** Explains whole decoder instructions (RFC 9204 §4.4). */
  public List<String> decoderStream(byte[] octets) {
    return explain(octets, Explainer::decoderInstruction, false);
  }

  /** Explains an encoded field section (RFC 9204 §4.5). */
  public List<String> section(byte[] octets) {
    Prefix prefix = new Prefix();
    return explain(
        octets, wire -> prefix.read ? representation(wire, prefix) : prefix(wire, prefix), false);
  }

  private interface Element {
    String read(Wire wire);
  }

  private static final class Prefix {
    boolean read;
    long required;
    long base;
  }

  private List<String> explain(byte[] octets, Element element, boolean showTable) {
    lines = new ArrayList<>();
    Wire wire = new Wire(octets);
    while (wire.hasMore()) {
      int from = wire.position();
      try {
        String text = element.read(wire);
        line(wire, from, wire.position(), text);
      } catch (IllegalArgumentException e) {
        line(wire, from, octets.length, "ERROR: " + e.getMessage());
        break;
      }
    }
    if (showTable) {
      showTable();
    }
    return lines;
  }

  private void line(Wire wire, int from, int to, String text) {
    byte[] octets = wire.octets(from, to);
    String head = String.format("%04x  ", from);
    String hex = HexFormat.of().formatHex(octets);
    for (int at = 0; at == 0 || at < hex.length(); at += HEX_WIDTH) {
      String part = hex.substring(at, Math.min(hex.length(), at + HEX_WIDTH));
      lines.add(
          (at == 0 ? head : "      ")
              + (at == 0 ? String.format("%-" + HEX_WIDTH + "s  %s", part, text) : part));
    }
  }

  private void showTable() {
    lines.add("table: " + size + " of " + capacity + " octets, " + inserted + " inserted so far");
    table.forEach((index, line) ->
        lines.add("  [" + index + "] " + text(line) + "  (" + line.size() + " octets)"));
  }

  private String instruction(Wire wire) {
    int first = wire.peek();
    if (first >= 0x80) {
      boolean fromStatic = (first & 0x40) != 0;
      long index = wire.integer(6);
      FieldLine named = fromStatic ? ofStatic(index) : live(inserted - 1 - index);
      Wire.Text value = wire.string(7);
      return insert(
          "Insert with Name Reference, " + place(fromStatic, index) + ", value " + value,
          new FieldLine(named.name(), value.text()));
    }
    if (first >= 0x40) {
      Wire.Text name = wire.string(5);
      Wire.Text value = wire.string(7);
      return insert(
          "Insert with Literal Name " + name + ", value " + value,
          new FieldLine(name.text(), value.text()));
    }
    if (first >= 0x20) {
      capacity = wire.integer(5);
      evictTo(capacity);
      return "Set Dynamic Table Capacity "
          + capacity
          + (capacity > maxCapacity ? "  ERROR: the maximum is " + maxCapacity : "");
    }
    long index = wire.integer(5);
    return insert("Duplicate, relative index " + index, live(inserted - 1 - index));
  }

  private String insert(String what, FieldLine line) {
    long before = table.size();
    evictTo(capacity - line.size());
    long evicted = before - table.size();
    if (line.size() > capacity) {
      return what + "  ERROR: " + line.size() + " octets do not fit in " + capacity;
    }
    table.put(inserted, line);
    size += line.size();
    return what
        + " -> ["
        + inserted++
        + "] "
        + text(line)
        + (evicted > 0 ? ", evicts " + evicted : "");
  }

  private void evictTo(long target) {
    while (size > target && !table.isEmpty()) {
      size -= table.pollFirstEntry().getValue().size();
    }
  }

  private static String decoderInstruction(Wire wire) {
    int first = wire.peek();
    if (first >= 0x80) {
      return "Section Acknowledgment, stream " + wire.integer(7);
    }
    if (first >= 0x40) {
      return "Stream Cancellation, stream " + wire.integer(6);
    }
    return "Insert Count Increment " + wire.integer(6);
  }

  private String prefix(Wire wire, Prefix prefix) {
    long encoded = wire.integer(8);
    boolean sign = wire.peek() >= 0x80;
    long delta = wire.integer(7);
    prefix.read = true;
    prefix.required = required(encoded);
    prefix.base = sign ? prefix.required - delta - 1 : prefix.required + delta;
    return "Required Insert Count "
        + prefix.required
        + " (encoded "
        + encoded
        + "), Base "
        + prefix.base
        + (prefix.base < 0 ? "  ERROR: negative" : "")
        + (prefix.required > inserted ? "  blocked: " + inserted + " inserted so far" : "");
  }

  /** RFC 9204 §4.5.1.1. */
  private long required(long encoded) {
    if (encoded == 0) {
      return 0;
    }
    long fullRange = 2 * (maxCapacity / FieldLine.OVERHEAD);
    if (encoded > fullRange) {
      throw new IllegalArgumentException(
          "encoded insert count " + encoded + " is above " + fullRange);
    }
    long most = inserted + fullRange / 2;
    long required = most / fullRange * fullRange + encoded - 1;
    return required > most ? required - fullRange : required;
  }

  private String representation(Wire wire, Prefix prefix) {
    int first = wire.peek();
    if (first >= 0x80) {
      boolean fromStatic = (first & 0x40) != 0;
      long index = wire.integer(6);
      FieldLine line = fromStatic ? ofStatic(index) : referred(prefix.base - 1 - index, prefix);
      return "Indexed Field Line, " + place(fromStatic, index) + " -> " + text(line);
    }
    if (first >= 0x40) {
      boolean fromStatic = (first & 0x10) != 0;
      boolean never = (first & 0x20) != 0;
      long index = wire.integer(4);
      FieldLine named = fromStatic ? ofStatic(index) : referred(prefix.base - 1 - index, prefix);
      Wire.Text value = wire.string(7);
      return literal("Name Reference, " + place(fromStatic, index), never, named.name(), value);
    }
    if (first >= 0x20) {
      boolean never = (first & 0x10) != 0;
      Wire.Text name = wire.string(3);
      return literal("Literal Name " + name, never, name.text(), wire.string(7));
    }
    if (first >= 0x10) {
      long index = wire.integer(4);
      FieldLine line = referred(prefix.base + index, prefix);
      return "Indexed Field Line with Post-Base Index " + index + " -> " + text(line);
    }
    boolean never = (first & 0x08) != 0;
    long index = wire.integer(3);
    FieldLine named = referred(prefix.base + index, prefix);
    return literal("Post-Base Name Reference " + index, never, named.name(), wire.string(7));
  }

  private static String literal(String kind, boolean never, String name, Wire.Text value) {
    return "Literal Field Line with "
        + kind
        + (never ? ", never indexed" : "")
        + ", value "
        + value
        + " -> "
        + text(new FieldLine(name, value.text()));
  }

  private FieldLine referred(long index, Prefix prefix) {
    if (index >= prefix.required) {
      throw new IllegalArgumentException(
          "entry [" + index + "] is not below the required insert count " + prefix.required);
    }
    return live(index);
  }

  private FieldLine live(long index) {
    @Nullable FieldLine line = table.get(index);
    if (line == null) {
      throw new IllegalArgumentException("entry [" + index + "] is not in the table");
    }
    return line;
  }

  private static FieldLine ofStatic(long index) {
    FieldLine line = Wire.staticLine(index);
    if (line == null) {
      throw new IllegalArgumentException("static index " + index + " is beyond 98");
    }
    return line;
  }

  private static String place(boolean fromStatic, long index) {
    return (fromStatic ? "static index " : "relative index ") + index;
  }

  private static String text(FieldLine line) {
    return line.name() + ": " + line.value();
  }
}
