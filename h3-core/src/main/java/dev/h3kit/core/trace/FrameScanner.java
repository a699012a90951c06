package dev.h3kit.core.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds the frames in what goes one way over one HTTP/3 stream (RFC 9114 §7.1). It watches only:
 * what it does not understand it passes over. Used by one thread at a time.
 */
final class FrameScanner {
  private static final int KEPT = 1024;
  private static final long DATA = 0x0;
  private static final long HEADERS = 0x1;

  /** Hears what was found. */
  interface Findings {
    /** The type of a unidirectional stream. */
    void streamType(long type);

    /** A frame; content and field sections are told by their length only. */
    void frame(Map<String, Object> frame, long length);

    /** Octets of a stream that is no control stream and carries no frames. */
    void raw(byte[] octets, int offset, int length);
  }

  private enum State {
    STREAM_TYPE,
    TYPE,
    LENGTH,
    PAYLOAD,
    RAW
  }

  private final Findings findings;
  private final Integers integer = new Integers();
  private State state;
  private boolean push;
  private long type;
  private long length;
  private long left;
  private byte[] payload = new byte[0];
  private int kept;

  FrameScanner(boolean unidirectional, Findings findings) {
    this.state = unidirectional ? State.STREAM_TYPE : State.TYPE;
    this.findings = findings;
  }

  void scan(byte[] octets, int offset, int count) {
    int at = offset;
    int end = offset + count;
    while (at < end) {
      switch (state) {
        case STREAM_TYPE -> {
          if (integer.take(octets[at++])) {
            typed(integer.value());
          }
        }
        case TYPE -> {
          if (integer.take(octets[at++])) {
            type = integer.value();
            state = push ? State.TYPE : State.LENGTH;
            push = false;
          }
        }
        case LENGTH -> {
          if (integer.take(octets[at++])) {
            begin(integer.value());
          }
        }
        case PAYLOAD -> {
          int step = (int) Math.min(left, end - at);
          int keep = Math.min(step, payload.length - kept);
          System.arraycopy(octets, at, payload, kept, keep);
          kept += keep;
          at += step;
          left -= step;
          if (left == 0) {
            end();
          }
        }
        case RAW -> {
          findings.raw(octets, at, end - at);
          at = end;
        }
      }
    }
  }

  private void typed(long streamType) {
    findings.streamType(streamType);
    // RFC 9114 §6.2: 0x00 is a control stream, 0x01 a push stream, whose push id comes first.
    push = streamType == 1;
    state = streamType <= 1 ? State.TYPE : State.RAW;
  }

  private void begin(long frameLength) {
    length = frameLength;
    left = frameLength;
    boolean whole = type != DATA && type != HEADERS;
    payload = new byte[whole ? (int) Math.min(KEPT, length) : 0];
    kept = 0;
    state = State.PAYLOAD;
    if (!whole) {
      tell();
    }
    if (left == 0) {
      end();
    }
  }

  private void end() {
    if (type != DATA && type != HEADERS) {
      tell();
    }
    state = State.TYPE;
  }

  private void tell() {
    Map<String, Object> frame = new LinkedHashMap<>();
    frame.put("frame_type", name());
    switch ((int) Math.min(type, Integer.MAX_VALUE)) {
      case 0x1 -> frame.put("headers", List.of());
      case 0x3, 0x5, 0xd -> frame.put("push_id", first());
      case 0x7 -> frame.put("id", first());
      case 0x4 -> frame.put("settings", settings());
      default -> {
        if (type > 0xd) {
          frame.put("frame_type_value", type);
        }
      }
    }
    findings.frame(frame, length);
  }

  private String name() {
    return switch ((int) Math.min(type, Integer.MAX_VALUE)) {
      case 0x0 -> "data";
      case 0x1 -> "headers";
      case 0x3 -> "cancel_push";
      case 0x4 -> "settings";
      case 0x5 -> "push_promise";
      case 0x7 -> "goaway";
      case 0xd -> "max_push_id";
      case 0xf0700, 0xf0701 -> "priority_update";
      // RFC 9114 §7.2.8: "Frame types of the format 0x1f * N + 0x21".
      default -> type >= 0x21 && (type - 0x21) % 0x1f == 0 ? "reserved" : "unknown";
    };
  }

  private long first() {
    List<Long> all = integers();
    return all.isEmpty() ? -1 : all.getFirst();
  }

  private List<Long> integers() {
    List<Long> all = new ArrayList<>();
    Integers each = new Integers();
    for (int i = 0; i < kept; i++) {
      if (each.take(payload[i])) {
        all.add(each.value());
      }
    }
    return all;
  }

  private List<Map<String, Object>> settings() {
    List<Long> all = integers();
    List<Map<String, Object>> settings = new ArrayList<>();
    for (int i = 0; i + 1 < all.size(); i += 2) {
      Map<String, Object> setting = new LinkedHashMap<>();
      setting.put("name", setting(all.get(i)));
      setting.put("value", all.get(i + 1));
      settings.add(setting);
    }
    return settings;
  }

  private static String setting(long id) {
    return switch ((int) Math.min(id, Integer.MAX_VALUE)) {
      case 0x1 -> "settings_qpack_max_table_capacity";
      case 0x6 -> "settings_max_field_section_size";
      case 0x7 -> "settings_qpack_blocked_streams";
      case 0x8 -> "settings_enable_connect_protocol";
      case 0x33 -> "settings_h3_datagram";
      default -> "0x" + Long.toHexString(id).toLowerCase(Locale.ROOT);
    };
  }
}
