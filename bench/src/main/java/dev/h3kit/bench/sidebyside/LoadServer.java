package dev.h3kit.bench.sidebyside;

/**
 * A server of the loopback address that answers {@code GET /N} with N octets and {@code POST /}
 * with the number of octets that came, in decimal.
 */
interface LoadServer extends AutoCloseable {
  /** The UDP port. */
  int port();

  @Override
  void close();
}
