package dev.h3kit.core.hostile;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One line of a script. */
sealed interface Step {
  /** Where it stands. */
  int line();

  /** The hostile peer opens a stream and sends. */
  record Open(int line, boolean unidirectional, String name, Payload payload) implements Step {}

  /** The hostile peer sends on a stream. */
  record Send(int line, String name, Payload payload) implements Step {}

  /** The hostile peer ends a stream in order. */
  record Fin(int line, String name) implements Step {}

  /** The hostile peer resets its half of a stream. */
  record Reset(int line, String name, long code) implements Step {}

  /** The hostile peer asks to stop sending. */
  record Stop(int line, String name, long code) implements Step {}

  /** The hostile peer reads a stream to its end, whatever comes. */
  record Drain(int line, String name) implements Step {}

  /** The hostile peer closes the connection. */
  record Close(int line, long code) implements Step {}

  /** Our client sends a request. */
  record Request(int line, String name, String method, String path, boolean open) implements Step {}

  /** Our client goes on sending content of a request that it has not ended. */
  record Upload(int line, String name, int octets) implements Step {}

  /** Steps in a loop that ends early when the connection does. */
  record Repeat(int line, long times, List<Step> steps) implements Step {}

  /** Waits until something happened on our side: settings, blocked, failed, reached, idle. */
  record Await(int line, String moment) implements Step {}

  /** Lets the handlers of /wait answer. */
  record Release(int line) implements Step {}

  /** A well-behaved request on the same connection, several at once, must be answered. */
  record Good(int line, int count) implements Step {}

  /** Our side closes the connection with one of these codes. */
  record ExpectConnectionError(int line, Set<Long> codes) implements Step {}

  /** Our side ends the stream with one of these codes and nothing else. */
  record ExpectStreamError(int line, String name, Set<Long> codes) implements Step {}

  /** Our side asks to stop sending, with one of these codes. */
  record ExpectStop(int line, String name, Set<Long> codes) implements Step {}

  /** The message arrives whole. */
  record ExpectResponse(int line, String name, int status, @Nullable String content)
      implements Step {}

  /** Octets that our side sends on a unidirectional stream of this type come after one another. */
  record ExpectOctets(int line, long type, Payload octets) implements Step {}

  /** The connection goes on as if nothing had happened. */
  record ExpectNothing(int line) implements Step {}

  /** The heap has grown by no more than this since the case began. */
  record ExpectHeap(int line, long octets) implements Step {}
}
