package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/** Makes QUIC connections that speak HTTP/3 (ALPN {@code h3}). */
public final class QuicClient {
  private QuicClient() {}

  /**
   * Connects and completes the handshake. Interrupting the calling thread gives up.
   *
   * @param host the name for SNI and the certificate check; an IP address is checked as one
   * @param address where to; resolved
   * @throws HandshakeException with the reason
   * @throws java.io.InterruptedIOException if the thread was interrupted
   * @throws IllegalArgumentException if {@code host} is neither a host name nor an IP address, or
   *     {@code address} is not resolved
   */
  public static Connection connect(
      ClientTransportConfig config, String host, InetSocketAddress address, Deadline deadline)
      throws IOException {
    return connect(config, PacketTap.NONE, host, address, deadline);
  }

  /** As {@link #connect}, with somebody who hears of the connection's packets and secrets. */
  public static Connection connect(
      ClientTransportConfig config,
      PacketTap tap,
      String host,
      InetSocketAddress address,
      Deadline deadline)
      throws IOException {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException("the address must be resolved: " + address);
    }
    return ClientHandshake.run(config, tap, ServerName.of(host), address, deadline);
  }

  /**
   * Whether the certificate that a server showed for one host is good for another one too, as the
   * configuration's trust sees it now (RFC 9110 §4.3.4).
   *
   * @param chain leaf first; one that is empty is good for nobody
   * @return false also if {@code host} is neither a host name nor an IP address, and if peers are
   *     not verified: who checks nothing knows of no authority
   */
  public static boolean authoritative(
      ClientTransportConfig config, List<X509Certificate> chain, String host) {
    if (!config.verifyPeer() || chain.isEmpty()) {
      return false;
    }
    try {
      new PeerTrust(config.trust(), ServerName.of(host), true)
          .checkServerTrusted(chain.toArray(new X509Certificate[0]), "UNKNOWN");
      return true;
    } catch (CertificateException | IllegalArgumentException e) {
      return false;
    }
  }
}
