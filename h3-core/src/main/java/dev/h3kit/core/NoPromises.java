package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.List;

/** Where no promise may stand. */
enum NoPromises implements MessageReader.Promises {
  // RFC 9114 §7.2.5: "A client MUST NOT send a PUSH_PROMISE frame. A server MUST treat the receipt
  // of a PUSH_PROMISE frame as a connection error of type H3_FRAME_UNEXPECTED."
  /** On a stream that a client writes. */
  FROM_CLIENT("7.2.5", "a client sent PUSH_PROMISE"),

  // RFC 9114 §4.1: "PUSH_PROMISE frames are not permitted on push streams; a pushed response that
  // includes PUSH_PROMISE frames MUST be treated as a connection error of type
  // H3_FRAME_UNEXPECTED."
  /** On a push stream. */
  ON_PUSH_STREAM("4.1", "PUSH_PROMISE came on a push stream");

  private final String section;
  private final String message;

  NoPromises(String section, String message) {
    this.section = section;
    this.message = message;
  }

  @Override
  public void check(long pushId) throws Http3Exception.OfConnection {
    throw Http3Exception.connection(Http3Error.H3_FRAME_UNEXPECTED, section, message);
  }

  @Override
  public void take(long pushId, List<FieldLine> request) throws Http3Exception.OfConnection {
    check(pushId);
  }
}
