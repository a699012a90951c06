package dev.h3kit.core;

/**
 * How many octets of QPACK instructions a peer may send for nothing: inserts with no section to use
 * them, acknowledgments and cancellations with none to answer. Not thread-safe.
 */
final class InstructionAllowance {
  /**
   * More than an honest encoder inserts for a hundred requests at once, and than a decoder has to
   * say about all that are open.
   */
  static final int LEAST = 128 << 10;

  /** How often a table may be filled anew between two sections. */
  private static final int TABLES = 32;

  private final String stream;
  private final long most;
  private long spent;

  /**
   * @param stream a name for messages
   * @param tableCapacity of the table that the instructions are about, in octets
   */
  InstructionAllowance(String stream, int tableCapacity) {
    this.stream = stream;
    this.most = Math.max(LEAST, (long) TABLES * tableCapacity);
  }

  /** Instructions came. */
  void spend(int octets) throws Http3Exception.OfConnection {
    spent += octets;
    // RFC 9114 §10.5: "An endpoint MAY treat activity that is suspicious as a connection error of
    // type H3_EXCESSIVE_LOAD".
    if (spent > most) {
      throw Http3Exception.connection(
          Http3Error.H3_EXCESSIVE_LOAD,
          "10.5",
          "more than " + most + " octets came on the QPACK " + stream + " stream for no section");
    }
  }

  /** A section came or went. */
  void renew() {
    spent = 0;
  }
}
