package dev.h3kit.core;

/** Takes what a server pushes. */
@FunctionalInterface
public interface PushHandler {

  /**
   * Reads a pushed response, or declines it. Called on a virtual thread of the push's own. The push
   * should be over when it returns: what was not read to its end then is declined.
   */
  void promised(PushedExchange push) throws Exception;

  /**
   * The push was also promised on the stream of the request that this handler belongs to; its
   * response goes to the handler that got it first. Called on the thread that reads the request's
   * response; must be quick.
   */
  default void promisedAgain(PushedExchange push) {}
}
