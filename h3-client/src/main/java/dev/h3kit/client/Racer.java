package dev.h3kit.client;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect for an exchange.
 *
 * @param transport over what
 * @param address where to; null if it did not come to an address
 * @param started when the attempt began, since the exchange's start
 * @param ended when its outcome was known; null while it runs
 * @param outcome what became of it
 */
public record Racer(
    Transport transport,
    @Nullable InetSocketAddress address,
    Duration started,
    @Nullable Duration ended,
    Outcome outcome) {

  /** What carries HTTP. */
  public enum Transport {
    /** QUIC over UDP: HTTP/3. */
    QUIC,
    /** TCP, with TLS for {@code https}: HTTP/2 or HTTP/1.1. */
    TCP
  }

  /** What became of an attempt. */
  public sealed interface Outcome {
    /** It is still connecting. */
    record Running() implements Outcome {}

    /** It connected and carried the request. */
    record Won() implements Outcome {}

    /** The other one was first, or the exchange was given up. */
    record Abandoned() implements Outcome {}

    /**
     * It could not connect.
     *
     * @param cause why
     */
    record Failed(Throwable cause) implements Outcome {}
  }
}
