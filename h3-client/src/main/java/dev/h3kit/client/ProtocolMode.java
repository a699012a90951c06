package dev.h3kit.client;

/** Which HTTP versions a request may use, and in what order they are tried. */
public enum ProtocolMode {
  /** HTTP/3 or failure. */
  HTTP3_ONLY,
  /** HTTP/3 and, if it is slow or fails, HTTP/2 or HTTP/1.1: a race that QUIC starts. */
  HTTP3_FIRST,
  /** HTTP/3 only where the origin advertised it (RFC 7838), else HTTP/2 or HTTP/1.1. */
  ALT_SVC,
  /** HTTP/2 or HTTP/1.1. */
  TCP_ONLY
}
