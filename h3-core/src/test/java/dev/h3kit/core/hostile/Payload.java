package dev.h3kit.core.hostile;

/** Octets that a script line sends; they may depend on the round of the loop they stand in. */
@FunctionalInterface
interface Payload {
  /** The octets in round {@code round} of the innermost loop, counted from 0. */
  byte[] octets(long round);
}
