package dev.h3kit.core;

/** The frame types of RFC 9114 §7.2 and §11.2.1. */
final class FrameType {
  static final long DATA = 0x00;
  static final long HEADERS = 0x01;
  static final long CANCEL_PUSH = 0x03;
  static final long SETTINGS = 0x04;
  static final long PUSH_PROMISE = 0x05;
  static final long GOAWAY = 0x07;
  static final long MAX_PUSH_ID = 0x0d;

  /** PRIORITY_UPDATE of a request stream (RFC 9218 §7.2). */
  static final long PRIORITY_UPDATE = 0xf0700;

  /** PRIORITY_UPDATE of a push stream. */
  static final long PRIORITY_UPDATE_PUSH = 0xf0701;

  private FrameType() {}

  /** Whether HTTP/2 used the type and HTTP/3 forbids it (RFC 9114 §7.2.8). */
  static boolean isForbidden(long type) {
    return type == 0x02 || type == 0x06 || type == 0x08 || type == 0x09;
  }

  /**
   * A type that means nothing and must be tolerated (RFC 9114 §7.2.8), different for each {@code
   * n}.
   */
  static long reserved(int n) {
    return 0x1fL * n + 0x21;
  }

  /** Whether the value, be it a frame type, stream type or setting, is reserved to mean nothing. */
  static boolean isReserved(long value) {
    return value >= 0x21 && (value - 0x21) % 0x1f == 0;
  }
}
