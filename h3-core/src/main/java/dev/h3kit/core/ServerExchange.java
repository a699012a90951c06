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

  /** Whether {@link #push} would promise something now. */
  boolean mayPush();

  /**
   * Promises the response to a request that the client has not sent yet, and has {@code handler}
   * answer it on a push stream and a virtual thread of its own (RFC 9114 §4.6). Belongs to writing:
   * one thread at a time, before the response has ended; before the content that refers to what is
   * pushed.
   *
   * @param promised a GET or HEAD without content, for the authority of this request
   * @return false, and nothing was sent, if the client allows no push now, goes away, or the limit
   *     of pushes in work is reached; always false for what is a push itself
   * @throws IllegalArgumentException if such a request cannot be pushed
   * @throws IllegalStateException if the response has ended
   */
  boolean push(RequestHead promised, Http3Server.Handler handler) throws IOException;

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
