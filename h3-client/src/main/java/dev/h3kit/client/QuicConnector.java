package dev.h3kit.client;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Makes HTTP/3 connections. */
@FunctionalInterface
interface QuicConnector {

  /** Hears of the datagrams of one attempt, on threads that must not be blocked. */
  interface Watch {
    /** A datagram leaves. */
    void sent();

    /** A datagram came. */
    void received();
  }

  /**
   * Connects to one address; interrupting the thread gives up.
   *
   * @param host whose certificate is asked for
   */
  H3Link connect(String host, InetSocketAddress address, Watch watch, Deadline deadline)
      throws IOException;

  /** Whether a connection's certificate is good for another host too; who cannot tell says no. */
  default boolean covers(H3Link link, String host) {
    return false;
  }
}
