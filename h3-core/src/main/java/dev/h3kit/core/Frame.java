package dev.h3kit.core;

import java.nio.ByteBuffer;

/** A frame as {@link FrameReader} hands it out (RFC 9114 §7.2). */
sealed interface Frame {

  /**
   * Content follows; it is read in slices and never held whole.
   *
   * @param length its octets
   */
  record Data(long length) implements Frame {}

  /**
   * An encoded field section.
   *
   * @param section its octets, valid until the next frame is read
   */
  record Headers(ByteBuffer section) implements Frame {}

  /** An encoded field section larger than this side takes; it was not read. */
  record OversizedHeaders(long length) implements Frame {}

  /** The peer's settings. */
  record Settings(PeerSettings settings) implements Frame {}

  /** The peer will not take requests or pushes from {@code id} on. */
  record GoAway(long id) implements Frame {}

  /** The promise {@code pushId} is given up. */
  record CancelPush(long pushId) implements Frame {}

  /** The client takes pushes up to {@code pushId}. */
  record MaxPushId(long pushId) implements Frame {}

  /**
   * A client wants another priority (RFC 9218 §7.2).
   *
   * @param push whether of a push rather than of a request
   * @param id the stream id, or the push id
   * @param value the value of a {@code priority} field
   */
  record PriorityUpdate(boolean push, long id, String value) implements Frame {}

  /** A promised request. */
  record PushPromise(long pushId, ByteBuffer section) implements Frame {}

  /** A promised request larger than this side takes; all but its push id was not read. */
  record OversizedPromise(long pushId, long length) implements Frame {}

  /** A frame of a type not known here; its payload was not read. */
  record Unknown(long type, long length) implements Frame {}
}
