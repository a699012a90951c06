package dev.h3kit.client;

/** Asked before the first octet of HTTP is sent over a new TLS connection. Thread-safe. */
@FunctionalInterface
interface TcpGate {
  /** Lets everything through. */
  TcpGate OPEN = () -> true;

  /** Whether HTTP may begin; if not the connection is closed. */
  boolean pass();
}
