package dev.h3kit.qpack;

/** The arithmetic of the encoded field section prefix (RFC 9204 §4.5.1). */
final class SectionPrefix {
  private SectionPrefix() {}

  /** The Encoded Insert Count of a Required Insert Count (RFC 9204 §4.5.1.1). */
  static long encodedInsertCount(long requiredInsertCount, long maxEntries) {
    return requiredInsertCount == 0 ? 0 : requiredInsertCount % (2 * maxEntries) + 1;
  }

  /**
   * The Required Insert Count of an Encoded Insert Count (RFC 9204 §4.5.1.1).
   *
   * @param insertCount the decoder's Insert Count when the section arrived
   * @throws QpackException QPACK_DECOMPRESSION_FAILED
   */
  static long requiredInsertCount(long encodedInsertCount, long maxEntries, long insertCount)
      throws QpackException {
    if (encodedInsertCount == 0) {
      return 0;
    }
    // "If the decoder encounters a value of EncodedInsertCount that could not have been produced by
    // a
    // conformant encoder, it MUST treat this as a connection error of type
    // QPACK_DECOMPRESSION_FAILED."
    long fullRange = 2 * maxEntries;
    if (encodedInsertCount > fullRange) {
      throw impossible(encodedInsertCount);
    }
    long maxValue = insertCount + maxEntries;
    long maxWrapped = maxValue / fullRange * fullRange;
    long required = maxWrapped + encodedInsertCount - 1;
    if (required > maxValue) {
      if (required <= fullRange) {
        throw impossible(encodedInsertCount);
      }
      required -= fullRange;
    }
    if (required == 0) {
      throw impossible(encodedInsertCount);
    }
    return required;
  }

  /**
   * The Base (RFC 9204 §4.5.1.2).
   *
   * @throws QpackException QPACK_DECOMPRESSION_FAILED if it would be negative
   */
  static long base(long requiredInsertCount, boolean sign, long deltaBase) throws QpackException {
    if (!sign) {
      return requiredInsertCount + deltaBase;
    }
    // "The value of Base MUST NOT be negative. Though the protocol might operate correctly with a
    // negative Base using post-Base indexing, it is unnecessary and inefficient. An endpoint MUST
    // treat a field block with a Sign bit of 1 as invalid if the value of Required Insert Count is
    // less than or equal to the value of Delta Base."
    if (requiredInsertCount <= deltaBase) {
      throw new QpackException(
          QpackError.DECOMPRESSION_FAILED,
          "4.5.1.2",
          "the Base is negative: required insert count "
              + requiredInsertCount
              + ", delta base "
              + deltaBase
              + ", sign 1");
    }
    return requiredInsertCount - deltaBase - 1;
  }

  private static QpackException impossible(long encodedInsertCount) {
    return new QpackException(
        QpackError.DECOMPRESSION_FAILED,
        "4.5.1.1",
        "no encoder can mean the encoded insert count " + encodedInsertCount);
  }
}
