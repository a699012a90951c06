package dev.h3kit.qpack;

/**
 * What a decoder grants to its peer. The first two are announced as settings (RFC 9204 §5), the
 * others are ours.
 *
 * @param maxTableCapacity SETTINGS_QPACK_MAX_TABLE_CAPACITY in octets, 0 to 2^30
 * @param maxBlockedStreams SETTINGS_QPACK_BLOCKED_STREAMS, 0 to 65535
 * @param maxFieldSectionSize the size of a decoded section in octets, counted while decoding as
 *     name, value and 32 for each line (RFC 9114 §4.2.2): a one-octet reference can stand for a
 *     line of the table's whole capacity
 * @param maxFieldLines the number of lines in a section: each costs an object whatever its size
 * @param maxStringLength the decoded length of one name or value in octets; it is refused by its
 *     length prefix, before anything is allocated
 */
public record DecoderLimits(
    int maxTableCapacity,
    int maxBlockedStreams,
    int maxFieldSectionSize,
    int maxFieldLines,
    int maxStringLength) {

  /**
   * 4096 octets of table, 16 blocked streams, sections of 16 KiB and 200 lines, strings of 16 KiB.
   */
  public static final DecoderLimits DEFAULT = new DecoderLimits(4096, 16, 16 << 10, 200, 16 << 10);
}
