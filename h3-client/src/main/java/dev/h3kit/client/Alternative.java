package dev.h3kit.client;

/**
 * Where HTTP/3 for an origin is: the origin's own host and port, or what it advertised (RFC 7838).
 *
 * @param host a name or an address
 * @param port the UDP port
 */
record Alternative(String host, int port) {
  static Alternative same(Origin origin) {
    return new Alternative(origin.host(), origin.port());
  }
}
