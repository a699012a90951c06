package dev.h3kit.client;

import dev.h3kit.core.Exchange.HeaderWeight;
import dev.h3kit.qpack.TableStats;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one exchange, whole or under way: which protocol carried it and why, and how
 * long each step took.
 *
 * @param protocol what carried the request; null before that was decided, as in the report of a
 *     failure to connect
 * @param reason one sentence: why this protocol
 * @param timeline the moments
 * @param localAddress our end; null if unknown, as it is over TCP
 * @param remoteAddress the peer's end; null if unknown, as it is before a connection stands
 * @param peerCertificates the server's chain, leaf first; empty without TLS, before a handshake and
 *     after a resumed one
 * @param headerWeight what the header sections weighed; null unless over HTTP/3
 * @param tables what the QPACK encoder and the QPACK decoder of the connection did so far, in this
 *     order; empty unless over HTTP/3
 * @param connectionsOpened connections that were made for this exchange and stood
 * @param reused whether the request went over a connection that stood before
 * @param sentBodyOctets octets of the request's body sent so far
 * @param receivedBodyOctets octets of the response's body received so far
 */
public record ExchangeReport(
    @Nullable HttpProtocol protocol,
    String reason,
    ExchangeTimeline timeline,
    @Nullable InetSocketAddress localAddress,
    @Nullable InetSocketAddress remoteAddress,
    List<X509Certificate> peerCertificates,
    @Nullable HeaderWeight headerWeight,
    List<TableStats> tables,
    int connectionsOpened,
    boolean reused,
    long sentBodyOctets,
    long receivedBodyOctets) {

  /** Copies the lists. */
  public ExchangeReport {
    peerCertificates = List.copyOf(peerCertificates);
    tables = List.copyOf(tables);
  }

  /**
   * The report that goes with a failure of {@link H3Client}: of the exchange that failed, as it
   * stood then. It is looked for in the suppressed exceptions of {@code failure} and its causes.
   */
  public static Optional<ExchangeReport> of(Throwable failure) {
    return FailedExchange.in(failure).map(FailedExchange::report);
  }
}
