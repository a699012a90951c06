package dev.h3kit.core;

import java.nio.ByteBuffer;

/** A capsule as {@link CapsuleReader} hands it out (RFC 9297 §3.2). */
public sealed interface Capsule {

  /**
   * An HTTP datagram (RFC 9297 §3.5).
   *
   * @param payload its octets, may be empty
   */
  record Datagram(ByteBuffer payload) implements Capsule {}

  /**
   * A capsule of a type that the reader was told to know.
   *
   * @param value its octets, may be empty
   */
  record Known(long type, ByteBuffer value) implements Capsule {}
}
