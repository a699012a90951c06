package dev.h3kit.qpack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Huffman decoding (RFC 7541 §5.2) by 13 bits at a time, which give one or two symbols; longer
 * codes are found by their length. The table takes 32 KiB: one of 16 bits is no faster, and drives
 * more out of the caches.
 */
final class HuffmanDecoder {
  private static final VarHandle BIG_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int WINDOW = 13;

  /**
   * For each 13 bits: up to three symbols in the low 24 bits (the first lowest), their number in
   * bits 24 and 25, the bits they take in bits 26 to 30. Zero where the first code is longer.
   */
  private static final int[] TABLE = table();

  private HuffmanDecoder() {}

  /** An upper bound of what {@code coded} octets decode to, in octets. */
  static long maxDecoded(long coded) {
    return coded * 8 / HuffmanCode.MIN_LENGTH;
  }

  /** A lower bound of what {@code coded} octets decode to, in octets. */
  static long minDecoded(long coded) {
    return coded == 0 ? 0 : ((coded - 1) * 8 + HuffmanCode.MAX_LENGTH) / HuffmanCode.MAX_LENGTH;
  }

  /**
   * Decodes {@code source[from..to)} into {@code out} from 0.
   *
   * @param out has room for {@link #maxDecoded} + 4 octets
   * @return the number of octets written, or -1 if the code is broken (RFC 7541 §5.2)
   */
  static int decode(byte[] source, int from, int to, byte[] out) {
    long bits = 0; // left-aligned
    int pending = 0;
    int position = from;
    int written = 0;
    while (true) {
      if (pending <= 32) {
        if (to - position >= 4) {
          bits |= ((int) BIG_INT.get(source, position) & 0xffffffffL) << (32 - pending);
          position += 4;
          pending += 32;
        } else {
          while (position < to && pending <= 56) {
            bits |= (source[position++] & 0xffL) << (56 - pending);
            pending += 8;
          }
          if (pending < WINDOW) {
            break;
          }
        }
      }
      int entry = TABLE[(int) (bits >>> (64 - WINDOW))];
      int width = entry >>> 26;
      if (width == 0) {
        int found = longCode(bits, pending);
        if (found < 0) {
          return -1;
        }
        out[written++] = (byte) found;
        width = found >>> 8;
      } else {
        LITTLE_INT.set(out, written, entry);
        written += entry >>> 24 & 3;
      }
      bits <<= width;
      pending -= width;
    }
    // Fewer bits than a window: codes, then padding.
    while (pending >= HuffmanCode.MIN_LENGTH) {
      int found = shortCode(bits, pending);
      if (found < 0) {
        break;
      }
      out[written++] = (byte) found;
      int width = found >>> 8;
      bits <<= width;
      pending -= width;
    }
    // RFC 7541 §5.2: "A padding strictly longer than 7 bits MUST be treated as a decoding error. A
    // padding not corresponding to the most significant bits of the code for the EOS symbol MUST be
    // treated as a decoding error."
    return pending > 7 || bits != ~(-1L >>> pending) ? -1 : written;
  }

  /** A code shorter than the window at the top of {@code bits}: symbol + 256 * length, or -1. */
  private static int shortCode(long bits, int pending) {
    for (int length = HuffmanCode.MIN_LENGTH; length <= pending; length++) {
      int symbol = HuffmanCode.symbol((int) (bits >>> (64 - length)), length);
      if (symbol >= 0) {
        return length << 8 | symbol;
      }
    }
    return -1;
  }

  /** A code longer than the window at the top of {@code bits}: symbol + 256 * length, or -1. */
  private static int longCode(long bits, int pending) {
    int longest = Math.min(pending, HuffmanCode.MAX_LENGTH);
    for (int length = WINDOW + 1; length <= longest; length++) {
      int symbol = HuffmanCode.symbol((int) (bits >>> (64 - length)), length);
      if (symbol >= 0) {
        // RFC 7541 §5.2: "A Huffman-encoded string literal containing the EOS symbol MUST be
        // treated
        // as a decoding error."
        return symbol == HuffmanCode.EOS ? -1 : length << 8 | symbol;
      }
    }
    return -1;
  }

  private static int[] table() {
    int[] table = new int[1 << WINDOW];
    int[] single = new int[1 << WINDOW]; // symbol + 256 * length
    for (int symbol = 0; symbol < 256; symbol++) {
      int length = HuffmanCode.length(symbol);
      if (length <= WINDOW) {
        int first = HuffmanCode.code(symbol) << (WINDOW - length);
        for (int i = 0; i < 1 << (WINDOW - length); i++) {
          single[first + i] = length << 8 | symbol;
        }
      }
    }
    for (int window = 0; window < table.length; window++) {
      int used = 0;
      int count = 0;
      int symbols = 0;
      while (count < 3) {
        int next = single[(window << used) & (table.length - 1)];
        int length = next >>> 8;
        if (length == 0 || used + length > WINDOW) {
          break;
        }
        symbols |= (next & 0xff) << (8 * count);
        used += length;
        count++;
      }
      table[window] = used << 26 | count << 24 | symbols;
    }
    return table;
  }
}
