package dev.h3kit.core;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An exchange as a server sees it. */
public non-sealed interface ServerExchange extends Exchange {

  /** The request. */
  RequestHead request();

  /** The connection it came on. */
  ConnectionInfo connection();

  /**
   * Sends an interim response (RFC 9110 §15.2).
   *
   * @throws IllegalArgumentException if {@code head} is not interim, or is 101 (RFC 9114 §4.5)
   * @throws IllegalStateException if the final response was sent
   */
  void sendInterim(ResponseHead head) throws IOException;

  /**
   * Sends the final response, with its first content in the same flight.
   *
   * @param content the first content, may be empty
   * @param last whether the message ends with it
   */
  void send(ResponseHead head, ByteBuffer content, boolean last) throws IOException;

  /**
   * Accepts a CONNECT: sends a 2xx response, behind which octets go both ways (RFC 9114 §4.4, RFC
   * 9220 §3). The tunnel must be over when the handler returns.
   *
   * @throws IllegalStateException if the request is no CONNECT, or the final response was sent
   * @throws IllegalArgumentException if the status is not 2xx, or there is a content-length
   */
  Tunnel tunnel(ResponseHead head) throws IOException;
}
