package dev.h3kit.core;

import java.util.Optional;

/** The error codes of RFC 9114 §8.1, RFC 9204 §6 and RFC 9297 §5.2. */
public enum Http3Error {
  /** No error: the connection or stream is closed without one to signal. */
  H3_NO_ERROR(0x0100),
  /** The peer broke the protocol in a way that no other code names. */
  H3_GENERAL_PROTOCOL_ERROR(0x0101),
  /** This side failed. */
  H3_INTERNAL_ERROR(0x0102),
  /** The peer opened a stream that will not be accepted. */
  H3_STREAM_CREATION_ERROR(0x0103),
  /** A stream that the connection needs was closed or reset. */
  H3_CLOSED_CRITICAL_STREAM(0x0104),
  /** A frame came where it is not permitted. */
  H3_FRAME_UNEXPECTED(0x0105),
  /** A frame breaks its layout or its size. */
  H3_FRAME_ERROR(0x0106),
  /** The peer may be trying to overload this side. */
  H3_EXCESSIVE_LOAD(0x0107),
  /** A stream id or push id was used wrongly. */
  H3_ID_ERROR(0x0108),
  /** The payload of a SETTINGS frame is wrong. */
  H3_SETTINGS_ERROR(0x0109),
  /** No SETTINGS frame came first on the control stream. */
  H3_MISSING_SETTINGS(0x010a),
  /** A server refused a request without processing it. */
  H3_REQUEST_REJECTED(0x010b),
  /** The request or its response is given up. */
  H3_REQUEST_CANCELLED(0x010c),
  /** The client's stream ended before a whole request. */
  H3_REQUEST_INCOMPLETE(0x010d),
  /** A message is malformed. */
  H3_MESSAGE_ERROR(0x010e),
  /** The connection made for CONNECT was reset or closed abnormally. */
  H3_CONNECT_ERROR(0x010f),
  /** The operation cannot be served over HTTP/3; HTTP/1.1 should be tried. */
  H3_VERSION_FALLBACK(0x0110),
  /** A field section could not be decoded. */
  QPACK_DECOMPRESSION_FAILED(0x0200),
  /** An encoder instruction could not be interpreted. */
  QPACK_ENCODER_STREAM_ERROR(0x0201),
  /** A decoder instruction could not be interpreted. */
  QPACK_DECODER_STREAM_ERROR(0x0202),
  /** An HTTP datagram or a capsule could not be parsed or has no meaning where it came. */
  H3_DATAGRAM_ERROR(0x33);

  private final long code;

  Http3Error(long code) {
    this.code = code;
  }

  /** The code on the wire. */
  public long code() {
    return code;
  }

  /** The error with this code, if it is one of these. */
  public static Optional<Http3Error> of(long code) {
    for (Http3Error error : values()) {
      if (error.code == code) {
        return Optional.of(error);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a code says that nothing went wrong: H3_NO_ERROR, a reserved code, or one that is not
   * known here.
   */
  public static boolean noError(long code) {
    // RFC 9114 §8: "receipt of an unknown error code MUST be treated as equivalent to H3_NO_ERROR."
    return code == H3_NO_ERROR.code || of(code).isEmpty();
  }

  /** The name of a code, or its hexadecimal number where it has none. */
  public static String nameOf(long code) {
    return of(code).map(Enum::name).orElse("0x" + Long.toHexString(code));
  }
}
