package dev.h3kit.core;

import java.time.Duration;

/**
 * What an endpoint grants to its peer. Each limit has a default with a reason and a test that
 * reaches it.
 *
 * @param fieldSectionSize SETTINGS_MAX_FIELD_SECTION_SIZE in octets (RFC 9114 §4.2.2), enforced
 *     while decoding
 * @param fieldLines lines in a field section
 * @param tableCapacity SETTINGS_QPACK_MAX_TABLE_CAPACITY in octets
 * @param blockedStreams SETTINGS_QPACK_BLOCKED_STREAMS
 * @param controlFrameSize payload of a SETTINGS, GOAWAY or other frame that is read whole, in
 *     octets
 * @param concurrentRequests requests of one connection in work at a time; as many again wait for
 *     their turn, a further one is rejected
 * @param interimResponses interim responses before a final one
 * @param headerDeadline from a stream's beginning to the end of its header section
 * @param idle longest wait of a read or write without progress
 * @param glitchBurst legal but odd events in a row before the peer is taken for hostile
 * @param glitchesPerSecond how many of them are forgiven in a second
 */
public record Http3Limits(
    int fieldSectionSize,
    int fieldLines,
    int tableCapacity,
    int blockedStreams,
    int controlFrameSize,
    int concurrentRequests,
    int interimResponses,
    Duration headerDeadline,
    Duration idle,
    int glitchBurst,
    int glitchesPerSecond) {

  /** A server: request sections of 16 KiB. */
  public static final Http3Limits SERVER =
      new Http3Limits(
          16 << 10,
          200,
          4096,
          16,
          1024,
          100,
          0,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          1000,
          33);

  /** A client: response sections of 256 KiB. */
  public static final Http3Limits CLIENT =
      new Http3Limits(
          256 << 10,
          200,
          4096,
          16,
          1024,
          0,
          10,
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          1000,
          33);
}
