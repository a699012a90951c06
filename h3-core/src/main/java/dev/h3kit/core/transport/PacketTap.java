package dev.h3kit.core.transport;

import java.util.List;
import java.util.Map;

/**
 * Hears of the packets and secrets of one connection. Called on threads of the QUIC stack: must be
 * quick and must not throw. Implementations are thread-safe.
 */
public interface PacketTap {
  /** Hears of nothing; costs nothing. */
  PacketTap NONE = new PacketTap() {};

  /**
   * A packet.
   *
   * @param type {@code initial}, {@code 0RTT}, {@code handshake} or {@code 1RTT}
   * @param number its packet number, -1 if it has none
   * @param octets its size, 0 if unknown
   * @param frames its frames with what is known of them: each has a {@code frame_type}; values are
   *     strings, numbers, booleans and lists of them
   */
  record Packet(String type, long number, int octets, List<Map<String, Object>> frames) {}

  /** A packet has left. */
  default void sent(Packet packet) {}

  /** A packet has come. */
  default void received(Packet packet) {}

  /** A packet is held to be lost. */
  default void lost(Packet packet) {}

  /**
   * What recovery works with has changed.
   *
   * @param congestionWindow in octets, -1 if unknown
   * @param inFlight octets in flight, -1 if unknown
   * @param smoothedRtt in milliseconds, -1 if unknown
   * @param latestRtt in milliseconds, -1 if unknown
   */
  default void metrics(long congestionWindow, long inFlight, int smoothedRtt, int latestRtt) {}

  /**
   * A traffic secret.
   *
   * @param label as key logs name it, such as {@code CLIENT_TRAFFIC_SECRET_0}
   * @param clientRandom of the ClientHello
   */
  default void secret(String label, byte[] clientRandom, byte[] secret) {}
}
