package dev.h3kit.qpack;

import java.nio.ByteBuffer;

/**
 * Carries out the decoder instructions (RFC 9204 §4.4) on an encoder's state. The octets may be cut
 * anywhere. Not thread-safe.
 */
final class DecoderStreamReader {
  private EncoderTable table;
  private OpenSections sections;

  // An integer whose end has not arrived: its first octet, the value and the shift so far.
  private boolean inInteger;
  private int first;
  private long value;
  private int shift;

  /** Without a table there is nothing to acknowledge. */
  DecoderStreamReader() {
    table = new EncoderTable(0);
    sections = new OpenSections(table, 0, 0);
  }

  /** From now on this is what instructions are about. */
  void follow(EncoderTable newTable, OpenSections newSections) {
    table = newTable;
    sections = newSections;
  }

  /**
   * Takes the next octets of the decoder stream.
   *
   * @return the number of instructions that acknowledged something
   * @throws QpackException QPACK_DECODER_STREAM_ERROR
   */
  int read(ByteBuffer octets) throws QpackException {
    int acknowledgments = 0;
    while (octets.hasRemaining()) {
      int octet = octets.get() & 0xff;
      if (inInteger) {
        continueInteger(octet);
      } else {
        beginInteger(octet);
      }
      if (!inInteger && carryOut()) {
        acknowledgments++;
      }
    }
    return acknowledgments;
  }

  private void beginInteger(int octet) {
    first = octet;
    int full = octet >= 0x80 ? 0x7f : 0x3f;
    value = octet & full;
    shift = 0;
    inInteger = value == full;
  }

  // RFC 9204 §4.1.1: "QPACK implementations MUST be able to decode integers up to and including 62
  // bits long."
  private void continueInteger(int octet) throws QpackException {
    long part = octet & 0x7f;
    if (shift == 56 && octet >= 0x40) {
      throw error("4.1.1", "an integer has more than 62 bits");
    }
    value += part << shift;
    shift += 7;
    if (octet < 0x80) {
      inInteger = false;
      if (value > PrefixedInteger.MAX) {
        throw error("4.1.1", "an integer has more than 62 bits");
      }
    }
  }

  /** Carries out the instruction; whether it acknowledged something. */
  private boolean carryOut() throws QpackException {
    if (first >= 0x80) {
      sectionAcknowledgment(value);
      return true;
    }
    if (first >= 0x40) {
      // RFC 9204 §4.4.2: Stream Cancellation
      sections.cancel(value);
      return false;
    }
    insertCountIncrement(value);
    return true;
  }

  private void sectionAcknowledgment(long streamId) throws QpackException {
    int required = sections.acknowledge(streamId);
    // RFC 9204 §4.4.1: "If an encoder receives a Section Acknowledgment instruction referring to a
    // stream on which every encoded field section with a non-zero Required Insert Count has already
    // been acknowledged, this MUST be treated as a connection error of type
    // QPACK_DECODER_STREAM_ERROR."
    if (required < 0) {
      throw error("4.4.1", "stream " + streamId + " has no section to acknowledge");
    }
    // RFC 9204 §2.1.4: "If the Required Insert Count of the acknowledged field section is greater
    // than the current Known Received Count, the Known Received Count is updated to that Required
    // Insert Count value."
    if (required > table.knownReceivedCount()) {
      table.knownReceivedCount(required);
      sections.inserted();
    }
  }

  private void insertCountIncrement(long increment) throws QpackException {
    // RFC 9204 §4.4.3: "An encoder that receives an Increment field equal to zero, or one that
    // increases the Known Received Count beyond what the encoder has sent, MUST treat this as a
    // connection error of type QPACK_DECODER_STREAM_ERROR."
    if (increment == 0) {
      throw error("4.4.3", "an insert count increment of 0");
    }
    long outstanding = (long) table.insertCount() - table.knownReceivedCount();
    if (increment > outstanding) {
      throw error(
          "4.4.3",
          "an insert count increment of "
              + increment
              + " where "
              + outstanding
              + " are outstanding");
    }
    table.knownReceivedCount(table.knownReceivedCount() + (int) increment);
    sections.inserted();
  }

  private static QpackException error(String section, String message) {
    return new QpackException(QpackError.DECODER_STREAM_ERROR, section, message);
  }
}
