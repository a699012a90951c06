package dev.h3kit.qpack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Huffman encoding (RFC 7541 §5.2) by pairs of octets into a 64-bit accumulator, which is written
 * 32 bits at a time.
 */
final class HuffmanEncoder {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  /** Pairs are looked up for octets below this. */
  private static final int PAIRED = 128;

  /** For each pair of octets: the code above, its length in the low 6 bits; 0 if over 32 bits. */
  private static final long[] PAIRS = pairs();

  /** For each octet: the code above, its length in the low 6 bits. */
  private static final long[] SINGLES = singles();

  private HuffmanEncoder() {}

  /**
   * Writes the code of {@code source[0..length)} to {@code out} from {@code at}, if it is shorter
   * than the source.
   *
   * @param out has room for {@code length} + 8 octets from {@code at}
   * @return the number of octets written, or -1 if the code is not shorter than the source
   */
  static int encode(byte[] source, int length, byte[] out, int at) {
    // A code of length octets would gain nothing: the last store may begin before this.
    int limit = at + length;
    int position = at;
    long bits = 0;
    int pending = 0;
    int i = 0;
    for (; i + 1 < length; i += 2) {
      int first = source[i];
      int second = source[i + 1];
      long pair = (first | second) >= 0 ? PAIRS[first << 7 | second] : 0;
      if (pair != 0) {
        int width = (int) pair & 63;
        bits = bits << width | pair >>> 6;
        pending += width;
        if (pending >= 32) {
          pending -= 32;
          if (position >= limit) {
            return -1;
          }
          INT.set(out, position, (int) (bits >>> pending));
          position += 4;
        }
      } else {
        for (int symbol : new int[] {first & 0xff, second & 0xff}) {
          long single = SINGLES[symbol];
          int width = (int) single & 63;
          bits = bits << width | single >>> 6;
          pending += width;
          if (pending >= 32) {
            pending -= 32;
            if (position >= limit) {
              return -1;
            }
            INT.set(out, position, (int) (bits >>> pending));
            position += 4;
          }
        }
      }
    }
    if (i < length) {
      long single = SINGLES[source[i] & 0xff];
      int width = (int) single & 63;
      bits = bits << width | single >>> 6;
      pending += width;
    }
    int total = position - at + ((pending + 7) >>> 3);
    if (total >= length) {
      return -1;
    }
    // RFC 7541 §5.2: "the most significant bits of the code corresponding to the EOS
    // (end-of-string)
    // symbol" fill the last octet: ones.
    long last = bits << (64 - pending) | -1L >>> pending;
    if (pending == 0) {
      return total;
    }
    INT.set(out, position, (int) (last >>> 32));
    if (pending > 32) {
      INT.set(out, position + 4, (int) last);
    }
    return total;
  }

  private static long[] singles() {
    long[] singles = new long[256];
    for (int symbol = 0; symbol < 256; symbol++) {
      singles[symbol] = (long) HuffmanCode.code(symbol) << 6 | HuffmanCode.length(symbol);
    }
    return singles;
  }

  private static long[] pairs() {
    long[] pairs = new long[PAIRED * PAIRED];
    for (int first = 0; first < PAIRED; first++) {
      for (int second = 0; second < PAIRED; second++) {
        int length = HuffmanCode.length(first) + HuffmanCode.length(second);
        if (length <= 32) {
          long code =
              (long) HuffmanCode.code(first) << HuffmanCode.length(second)
                  | HuffmanCode.code(second);
          pairs[first << 7 | second] = code << 6 | length;
        }
      }
    }
    return pairs;
  }
}
