package dev.h3kit.core;

import dev.h3kit.core.transport.Limit;
import java.time.Duration;
import java.util.List;

/**
 * What an endpoint grants to its peer. Each limit has a default with a reason and a test that
 * reaches it. {@link #but} makes a copy with other values.
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
 * @param pushes a client: promises it lets be open at a time, 0 to take none (MAX_PUSH_ID is then
 *     never sent); a server: pushes of one connection in work at a time, 0 to make none
 * @param connectionRequests requests on a connection before it is exchanged for a new one
 * @param connectionResets cancelled streams on a connection before it is exchanged for a new one:
 *     each costs about 1 KB of the QUIC stack until the connection ends
 * @param grease one message in so many carries something reserved that must be ignored (RFC 9114
 *     §7.2.8), 1 for each; 0 for none, and none on the control stream either
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
    int glitchesPerSecond,
    int pushes,
    long connectionRequests,
    long connectionResets,
    int grease) {

  /** A server: request sections of 16 KiB. */
  public static final Http3Limits SERVER = new Builder().build();

  /** A client: response sections of 256 KiB, ten interim responses, no push. */
  public static final Http3Limits CLIENT =
      new Builder()
          .fieldSectionSize(256 << 10)
          .concurrentRequests(0)
          .interimResponses(10)
          .headerDeadline(Duration.ofSeconds(60))
          .pushes(0)
          .build();

  /** What a peer can reach of these, as a person reads it. */
  public List<Limit> list() {
    return List.of(
        Limit.octets("header section", fieldSectionSize),
        Limit.count("lines of a header section", fieldLines),
        Limit.octets("QPACK table", tableCapacity),
        Limit.count("blocked streams", blockedStreams),
        Limit.octets("frame read whole", controlFrameSize),
        Limit.count("requests at a time", concurrentRequests),
        Limit.count("interim responses", interimResponses),
        Limit.time("time for a header section", headerDeadline),
        Limit.time("time without progress", idle),
        Limit.count("glitches in a row", glitchBurst),
        Limit.count("glitches in a second", glitchesPerSecond),
        Limit.count("pushes at a time", pushes),
        Limit.count("requests on a connection", connectionRequests),
        Limit.count("cancelled streams on a connection", connectionResets));
  }

  /** These limits, to be changed. */
  public Builder but() {
    return new Builder(this);
  }

  /** Limits in the making; begins with those of a server. Not thread-safe. */
  public static final class Builder {
    private int fieldSectionSize = 16 << 10;
    private int fieldLines = 200;
    private int tableCapacity = 4096;
    private int blockedStreams = 16;
    private int controlFrameSize = 1024;
    private int concurrentRequests = 100;
    private int interimResponses = 0;
    private Duration headerDeadline = Duration.ofSeconds(10);
    private Duration idle = Duration.ofSeconds(60);
    private int glitchBurst = 1000;
    private int glitchesPerSecond = 33;
    private int pushes = 100;
    private long connectionRequests = 100_000;
    private long connectionResets = 1000;
    private int grease = 16;

    private Builder() {}

    private Builder(Http3Limits from) {
      fieldSectionSize = from.fieldSectionSize;
      fieldLines = from.fieldLines;
      tableCapacity = from.tableCapacity;
      blockedStreams = from.blockedStreams;
      controlFrameSize = from.controlFrameSize;
      concurrentRequests = from.concurrentRequests;
      interimResponses = from.interimResponses;
      headerDeadline = from.headerDeadline;
      idle = from.idle;
      glitchBurst = from.glitchBurst;
      glitchesPerSecond = from.glitchesPerSecond;
      pushes = from.pushes;
      connectionRequests = from.connectionRequests;
      connectionResets = from.connectionResets;
      grease = from.grease;
    }

    /** See {@link Http3Limits#fieldSectionSize}. */
    public Builder fieldSectionSize(int value) {
      fieldSectionSize = value;
      return this;
    }

    /** See {@link Http3Limits#fieldLines}. */
    public Builder fieldLines(int value) {
      fieldLines = value;
      return this;
    }

    /** See {@link Http3Limits#tableCapacity}. */
    public Builder tableCapacity(int value) {
      tableCapacity = value;
      return this;
    }

    /** See {@link Http3Limits#blockedStreams}. */
    public Builder blockedStreams(int value) {
      blockedStreams = value;
      return this;
    }

    /** See {@link Http3Limits#controlFrameSize}. */
    public Builder controlFrameSize(int value) {
      controlFrameSize = value;
      return this;
    }

    /** See {@link Http3Limits#concurrentRequests}. */
    public Builder concurrentRequests(int value) {
      concurrentRequests = value;
      return this;
    }

    /** See {@link Http3Limits#interimResponses}. */
    public Builder interimResponses(int value) {
      interimResponses = value;
      return this;
    }

    /** See {@link Http3Limits#headerDeadline}. */
    public Builder headerDeadline(Duration value) {
      headerDeadline = value;
      return this;
    }

    /** See {@link Http3Limits#idle}. */
    public Builder idle(Duration value) {
      idle = value;
      return this;
    }

    /** See {@link Http3Limits#glitchBurst} and {@link Http3Limits#glitchesPerSecond}. */
    public Builder glitches(int burst, int perSecond) {
      glitchBurst = burst;
      glitchesPerSecond = perSecond;
      return this;
    }

    /** See {@link Http3Limits#pushes}. */
    public Builder pushes(int value) {
      pushes = value;
      return this;
    }

    /** See {@link Http3Limits#connectionRequests}. */
    public Builder connectionRequests(long value) {
      connectionRequests = value;
      return this;
    }

    /** See {@link Http3Limits#connectionResets}. */
    public Builder connectionResets(long value) {
      connectionResets = value;
      return this;
    }

    /** See {@link Http3Limits#grease}. */
    public Builder grease(int value) {
      grease = value;
      return this;
    }

    /** The limits. */
    public Http3Limits build() {
      return new Http3Limits(
          fieldSectionSize,
          fieldLines,
          tableCapacity,
          blockedStreams,
          controlFrameSize,
          concurrentRequests,
          interimResponses,
          headerDeadline,
          idle,
          glitchBurst,
          glitchesPerSecond,
          pushes,
          connectionRequests,
          connectionResets,
          grease);
    }
  }
}
