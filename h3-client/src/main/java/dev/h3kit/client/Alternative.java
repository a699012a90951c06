package dev.h3kit.client;

import java.net.InetAddress;
import java.util.List;

/**
 * Where HTTP/3 for an origin is: the origin's own host and port, or what it advertised (RFC 7838)
 * or its DNS records say (RFC 9460).
 *
 * @param host a name or an address
 * @param port the UDP port
 * @param hints addresses of the host that are known already; empty if it is to be looked up
 */
record Alternative(String host, int port, List<InetAddress> hints) {
  Alternative {
    hints = List.copyOf(hints);
  }

  Alternative(String host, int port) {
    this(host, port, List.of());
  }

  static Alternative same(Origin origin) {
    return new Alternative(origin.host(), origin.port());
  }
}
