package dev.h3kit.core;

import dev.h3kit.qpack.OctetBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings of a peer (RFC 9114 §7.2.4).
 *
 * @param maxFieldSectionSize the largest field section it takes; without limit if it named none
 * @param tableCapacity the largest dynamic table its decoder keeps
 * @param blockedStreams the streams its decoder lets be blocked
 * @param extendedConnect whether it takes extended CONNECT (RFC 9220)
 * @param all every setting as it came, unknown ones too
 */
record PeerSettings(
    long maxFieldSectionSize,
    long tableCapacity,
    long blockedStreams,
    boolean extendedConnect,
    Map<Long, Long> all) {
  static final long QPACK_MAX_TABLE_CAPACITY = 0x01;
  static final long MAX_FIELD_SECTION_SIZE = 0x06;
  static final long QPACK_BLOCKED_STREAMS = 0x07;
  static final long ENABLE_CONNECT_PROTOCOL = 0x08;
  static final long H3_DATAGRAM = 0x33;

  /** What holds until a SETTINGS frame has come. */
  static final PeerSettings DEFAULT = new PeerSettings(VarInt.MAX, 0, 0, false, Map.of());

  /** Parses the payload of a SETTINGS frame. */
  static PeerSettings parse(byte[] payload, int offset, int length)
      throws Http3Exception.OfConnection {
    Map<Long, Long> all = new LinkedHashMap<>();
    int end = offset + length;
    int at = offset;
    while (at < end) {
      long[] pair = new long[2];
      for (int i = 0; i < 2; i++) {
        int size = at < end ? VarInt.length(payload[at]) : 1;
        // RFC 9114 §7.1: "A frame payload that [...] terminates before the end of the identified
        // fields MUST be treated as a connection error of type H3_FRAME_ERROR."
        if (at + size > end) {
          throw Http3Exception.connection(
              Http3Error.H3_FRAME_ERROR, "7.1", "SETTINGS ends within a setting");
        }
        pair[i] = VarInt.read(payload, at, size);
        at += size;
      }
      accept(pair[0], pair[1], all);
    }
    return new PeerSettings(
        all.getOrDefault(MAX_FIELD_SECTION_SIZE, VarInt.MAX),
        all.getOrDefault(QPACK_MAX_TABLE_CAPACITY, 0L),
        all.getOrDefault(QPACK_BLOCKED_STREAMS, 0L),
        all.getOrDefault(ENABLE_CONNECT_PROTOCOL, 0L) == 1,
        Map.copyOf(all));
  }

  private static void accept(long id, long value, Map<Long, Long> all)
      throws Http3Exception.OfConnection {
    // RFC 9114 §7.2.4.1: "Setting identifiers that were defined in [HTTP/2] where there is no
    // corresponding HTTP/3 setting have also been reserved [...]. These reserved settings MUST NOT
    // be sent, and their receipt MUST be treated as a connection error of type H3_SETTINGS_ERROR."
    if (id == 0x00 || (id >= 0x02 && id <= 0x05)) {
      throw settingsError("7.2.4.1", "setting 0x" + Long.toHexString(id) + " belongs to HTTP/2");
    }
    // RFC 9220 §3, RFC 8441 §3: "The value of the parameter MUST be 0 or 1."
    if (id == ENABLE_CONNECT_PROTOCOL && value > 1) {
      throw settingsError("7.2.4", "SETTINGS_ENABLE_CONNECT_PROTOCOL is " + value + ", not 0 or 1");
    }
    // RFC 9297 §2.1.1: "If the SETTINGS_H3_DATAGRAM setting is received with a value that is
    // neither 0 nor 1, the receiver MUST terminate the connection with error H3_SETTINGS_ERROR."
    if (id == H3_DATAGRAM && value > 1) {
      throw settingsError("7.2.4", "SETTINGS_H3_DATAGRAM is " + value + ", not 0 or 1");
    }
    // RFC 9114 §7.2.4: "The same setting identifier MUST NOT occur more than once in the SETTINGS
    // frame."
    if (all.putIfAbsent(id, value) != null) {
      throw settingsError("7.2.4", "setting 0x" + Long.toHexString(id) + " occurs twice");
    }
  }

  private static Http3Exception.OfConnection settingsError(String section, String message) {
    return Http3Exception.connection(Http3Error.H3_SETTINGS_ERROR, section, message);
  }

  /** Whether it takes HTTP datagrams in QUIC datagrams (RFC 9297 §2.1.1). */
  boolean datagrams() {
    return all.getOrDefault(H3_DATAGRAM, 0L) == 1;
  }

  /**
   * Appends a SETTINGS frame with what {@code limits} grant, those of extensions, and a reserved
   * setting.
   */
  static void write(
      OctetBuffer out, Http3Limits limits, Map<Long, Long> ofExtensions, Grease grease) {
    OctetBuffer payload = new OctetBuffer(64);
    setting(payload, MAX_FIELD_SECTION_SIZE, limits.fieldSectionSize());
    setting(payload, QPACK_MAX_TABLE_CAPACITY, limits.tableCapacity());
    setting(payload, QPACK_BLOCKED_STREAMS, limits.blockedStreams());
    ofExtensions.forEach((id, value) -> setting(payload, id, value));
    if (grease.used()) {
      // RFC 9114 §7.2.4.1: "Endpoints SHOULD include at least one such setting in their SETTINGS
      // frame."
      setting(payload, grease.reserved(), grease.value());
    }
    VarInt.write(out, FrameType.SETTINGS);
    VarInt.write(out, payload.length());
    out.put(payload.array(), 0, payload.length());
  }

  private static void setting(OctetBuffer out, long id, long value) {
    VarInt.write(out, id);
    VarInt.write(out, value);
  }
}
