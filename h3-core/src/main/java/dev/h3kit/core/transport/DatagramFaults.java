package dev.h3kit.core.transport;

import java.net.DatagramPacket;

/**
 * A hook between our sockets and the network, with which tests delay, lose and watch datagrams.
 * Thread-safe.
 */
public interface DatagramFaults {

  /** Does nothing to anything. */
  DatagramFaults NONE = new DatagramFaults() {};

  /** What becomes of a datagram. */
  sealed interface Fate {
    /** It goes on at once. */
    record Pass() implements Fate {}

    /** It is lost. */
    record Drop() implements Fate {}

    /**
     * It goes on later.
     *
     * @param delayNanos how much later
     */
    record Delay(long delayNanos) implements Fate {}

    /** The usual fate. */
    Fate PASS = new Pass();

    /** Loss. */
    Fate DROP = new Drop();
  }

  /** Asked before each datagram is sent. */
  default Fate sending(DatagramPacket packet) {
    return Fate.PASS;
  }

  /** Asked after each datagram is received. */
  default Fate received(DatagramPacket packet) {
    return Fate.PASS;
  }
}
