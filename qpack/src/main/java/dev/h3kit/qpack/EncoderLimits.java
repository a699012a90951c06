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
 * @param stake the octets put into entries before the peer has acknowledged anything, where no
 *     stream may be put at risk: until then nobody knows whether they will ever be of use. 0 where
 *     it is known that nothing will be acknowledged
 */
public record EncoderLimits(
    int maxTableCapacity, int maxBlockedStreams, int maxOpenSections, int stake) {

  /** 4096 octets of table, 100 streams at risk, 1000 unacknowledged sections, a stake of 300. */
  public static final EncoderLimits DEFAULT = new EncoderLimits(4096, 100, 1000, 300);

  /** Limits with the stake of {@link #DEFAULT}. */
  public EncoderLimits(int maxTableCapacity, int maxBlockedStreams, int maxOpenSections) {
    this(maxTableCapacity, maxBlockedStreams, maxOpenSections, DEFAULT.stake);
  }
}
