package dev.h3kit.qpack;

/** The error codes of RFC 9204 §6. Each of them ends the connection. */
public enum QpackError {
  /** The decoder failed to interpret an encoded field section. */
  DECOMPRESSION_FAILED(0x0200, "QPACK_DECOMPRESSION_FAILED"),
  /** The decoder failed to interpret an encoder instruction. */
  ENCODER_STREAM_ERROR(0x0201, "QPACK_ENCODER_STREAM_ERROR"),
  /** The encoder failed to interpret a decoder instruction. */
  DECODER_STREAM_ERROR(0x0202, "QPACK_DECODER_STREAM_ERROR");

  private final int code;
  private final String rfcName;

  QpackError(int code, String rfcName) {
    this.code = code;
    this.rfcName = rfcName;
  }

  /** The code on the wire. */
  public int code() {
    return code;
  }

  /** The name in RFC 9204 §6. */
  public String rfcName() {
    return rfcName;
  }
}
