package dev.h3kit.core;

import java.io.IOException;
import java.util.function.Consumer;

/** An exchange as a client sees it. */
public non-sealed interface ClientExchange extends Exchange {

  /**
   * Waits for the final response.
   *
   * @param interim gets each interim response on the way, on the calling thread
   * @throws Http3Exception if the stream or connection failed, or the response is malformed
   */
  ResponseHead response(Consumer<ResponseHead> interim, Deadline deadline) throws IOException;

  /**
   * Gives up what is left of the request and goes on with the response: the sending half alone is
   * reset with {@code error}. Does nothing when that half is over.
   */
  void stopSending(Http3Error error);

  /**
   * The tunnel that a CONNECT has become.
   *
   * @throws IllegalStateException if the request is no CONNECT, or {@link #response} has not
   *     answered 2xx
   */
  default Tunnel tunnel() {
    throw new IllegalStateException("no CONNECT that was answered with 2xx");
  }

  /**
   * Tells the server that the response is wanted sooner or later than was said before, by a
   * PRIORITY_UPDATE frame (RFC 9218 §7.2). What was said first is the request's own {@code
   * priority} field, if it had one: see {@link Priority#toField}. A server may heed it or not. May
   * be called by any thread, also when the exchange is over, where it has no effect.
   *
   * @throws Http3Exception.OfConnection if the connection is lost
   */
  void updatePriority(Priority priority) throws IOException;
}
