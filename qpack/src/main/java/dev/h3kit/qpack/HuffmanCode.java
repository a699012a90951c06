package dev.h3kit.qpack;

/**
 * The Huffman code of RFC 7541 Appendix B, which QPACK uses unmodified (RFC 9204 §4.1.2).
 *
 * <p>The code is canonical: codes of one length ascend with their symbols, and a longer code goes
 * on where the shorter ones end. So the lengths say everything.
 */
final class HuffmanCode {
  /** The symbol that ends no string: it must never appear (RFC 7541 §5.2). */
  static final int EOS = 256;

  /** The shortest code, in bits. */
  static final int MIN_LENGTH = 5;

  /** The longest code, in bits. */
  static final int MAX_LENGTH = 30;

  private static final byte[] LENGTHS = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
  };
  private static final int[] CODES = new int[LENGTHS.length];

  /** Symbols in the order of their codes. */
  private static final short[] SYMBOLS = new short[LENGTHS.length];

  /** For each length: the first code of it. */
  private static final int[] FIRST_CODE = new int[MAX_LENGTH + 2];

  /** For each length: where its symbols begin in {@link #SYMBOLS}. */
  private static final int[] FIRST_SYMBOL = new int[MAX_LENGTH + 2];

  static {
    int code = 0;
    int place = 0;
    for (int length = 1; length <= MAX_LENGTH; length++) {
      code <<= 1;
      FIRST_CODE[length] = code;
      FIRST_SYMBOL[length] = place;
      for (int symbol = 0; symbol < LENGTHS.length; symbol++) {
        if (LENGTHS[symbol] == length) {
          SYMBOLS[place++] = (short) symbol;
          CODES[symbol] = code++;
        }
      }
    }
    FIRST_SYMBOL[MAX_LENGTH + 1] = place;
  }

  private HuffmanCode() {}

  /** The length of a symbol's code in bits, 5 to 30. */
  static int length(int symbol) {
    return LENGTHS[symbol];
  }

  /** The code of a symbol in the low {@link #length} bits. */
  static int code(int symbol) {
    return CODES[symbol];
  }

  /** The symbol that has the code {@code code} of {@code length} bits, or -1. */
  static int symbol(int code, int length) {
    int offset = code - FIRST_CODE[length];
    int count = FIRST_SYMBOL[length + 1] - FIRST_SYMBOL[length];
    return offset >= 0 && offset < count ? SYMBOLS[FIRST_SYMBOL[length] + offset] : -1;
  }
}
