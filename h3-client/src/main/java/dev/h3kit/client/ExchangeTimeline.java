package dev.h3kit.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When the moments of an exchange came, each as the time since its start. A moment that has not
 * come, or did not come because a connection was reused, is null.
 *
 * @param start when the request was given to the client; a redirected request has a timeline of its
 *     own for each hop
 * @param resolved the host name had its addresses
 * @param connected the network path stood: TCP connected, or the first QUIC datagram came back
 * @param handshaken the TLS handshake was done; over QUIC this is the QUIC handshake
 * @param requestSent the request was given to the network, with its body
 * @param firstByte the final response's header section came
 * @param lastByte the response's body was read to its end
 * @param racers the attempts to connect, in the order they began; empty if a connection was reused
 */
public record ExchangeTimeline(
    Instant start,
    @Nullable Duration resolved,
    @Nullable Duration connected,
    @Nullable Duration handshaken,
    @Nullable Duration requestSent,
    @Nullable Duration firstByte,
    @Nullable Duration lastByte,
    List<Racer> racers) {

  /** Copies the list. */
  public ExchangeTimeline {
    racers = List.copyOf(racers);
  }
}
