package dev.h3kit.core.trace;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Finds the instructions in what goes over a QPACK stream (RFC 9204 §4.3, §4.4). Names and values
 * are not told, since they may be secret. Used by one thread at a time.
 */
final class InstructionScanner {
  /** An instruction that is longer is not understood, and nothing behind it. */
  static final int LONGEST = 64 << 10;

  private final boolean encoder;
  private final BiConsumer<Map<String, Object>, Integer> findings;
  private byte[] octets = new byte[0];
  private int at;
  private boolean lost;

  /**
   * @param encoder whether it is an encoder stream, not a decoder stream
   * @param findings gets each instruction and its length
   */
  InstructionScanner(boolean encoder, BiConsumer<Map<String, Object>, Integer> findings) {
    this.encoder = encoder;
    this.findings = findings;
  }

  /** The instruction is not whole yet. */
  private static final class Incomplete extends Exception {
    private static final long serialVersionUID = 1L;

    Incomplete() {
      super(null, null, false, false);
    }
  }

  void scan(byte[] source, int offset, int length) {
    if (lost) {
      return;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(octets.length + length);
    all.writeBytes(octets);
    all.write(source, offset, length);
    octets = all.toByteArray();
    int done = 0;
    try {
      while (done < octets.length) {
        at = done;
        Map<String, Object> instruction = encoder ? ofEncoder() : ofDecoder();
        findings.accept(instruction, at - done);
        done = at;
      }
    } catch (Incomplete e) {
      lost = octets.length - done > LONGEST;
    }
    octets = lost ? new byte[0] : Arrays.copyOfRange(octets, done, octets.length);
  }

  private Map<String, Object> ofEncoder() throws Incomplete {
    Map<String, Object> told = new LinkedHashMap<>();
    int first = octets[at] & 0xff;
    if (first >= 0x80) {
      told.put("instruction_type", "insert_with_name_reference");
      told.put("table_type", (first & 0x40) != 0 ? "static" : "dynamic");
      told.put("name_index", integer(6));
      told.put("value_length", string(7));
    } else if (first >= 0x40) {
      told.put("instruction_type", "insert_without_name_reference");
      told.put("name_length", string(5));
      told.put("value_length", string(7));
    } else if (first >= 0x20) {
      told.put("instruction_type", "set_dynamic_table_capacity");
      told.put("capacity", integer(5));
    } else {
      told.put("instruction_type", "duplicate");
      told.put("index", integer(5));
    }
    return told;
  }

  private Map<String, Object> ofDecoder() throws Incomplete {
    Map<String, Object> told = new LinkedHashMap<>();
    int first = octets[at] & 0xff;
    if (first >= 0x80) {
      told.put("instruction_type", "section_acknowledgment");
      told.put("stream_id", integer(7));
    } else if (first >= 0x40) {
      told.put("instruction_type", "stream_cancellation");
      told.put("stream_id", integer(6));
    } else {
      told.put("instruction_type", "insert_count_increment");
      told.put("increment", integer(6));
    }
    return told;
  }

  /** RFC 9204 §4.1.1: an integer with a prefix of so many bits. */
  private long integer(int prefix) throws Incomplete {
    int most = (1 << prefix) - 1;
    long value = next() & most;
    if (value < most) {
      return value;
    }
    for (int shift = 0; shift < 63; shift += 7) {
      int octet = next();
      value += (long) (octet & 0x7f) << shift;
      if (octet < 0x80) {
        break;
      }
    }
    return value;
  }

  /** RFC 9204 §4.1.2: passes over a string; its length in octets. */
  private long string(int prefix) throws Incomplete {
    long length = integer(prefix);
    if (length < 0 || length > octets.length - at) {
      throw new Incomplete();
    }
    at += (int) length;
    return length;
  }

  private int next() throws Incomplete {
    if (at == octets.length) {
      throw new Incomplete();
    }
    return octets[at++] & 0xff;
  }
}
