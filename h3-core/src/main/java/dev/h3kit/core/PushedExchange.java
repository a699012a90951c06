package dev.h3kit.core;

/**
 * A response that a server pushes, with the request it promised (RFC 9114 §4.6). There is nothing
 * to write. {@link #response} waits for the push stream; {@link #abort} declines the push, with
 * CANCEL_PUSH where that stream has not come, else with STOP_SENDING.
 */
public interface PushedExchange extends ClientExchange {

  /** The push id. */
  long pushId();

  /** The promised request: GET or HEAD, for the authority of the request it was promised on. */
  RequestHead request();

  /** The id of the push stream; -1 before it has come. */
  @Override
  long streamId();
}
