package dev.h3kit.qpack;

/**
 * What an encoder allows itself, whatever its peer permits.
 *
 * @param maxTableCapacity the largest dynamic table used, in octets; the peer's setting may make it
 *     smaller
 * @param maxBlockedStreams the largest number of streams put at risk of blocking; the peer's
 *     setting may make it smaller
 * @param maxOpenSections how many field sections may wait for acknowledgment before the table is
 *     left alone
 */
public record EncoderLimits(int maxTableCapacity, int maxBlockedStreams, int maxOpenSections) {

  /** 4096 octets of table, 100 streams at risk, 1000 unacknowledged sections. */
  public static final EncoderLimits DEFAULT = new EncoderLimits(4096, 100, 1000);
}
