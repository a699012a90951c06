package dev.h3kit.client;

import dev.h3kit.client.H3Leg.Elsewhere;
import dev.h3kit.client.ProtocolChoice.Facts;
import dev.h3kit.client.ProtocolChoice.Plan;
import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.WebSocket;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Brings hops to their servers: chooses the protocol, connects, sends, and sends again where the
 * server certainly did not process the request. Thread-safe.
 */
final class Carrier {
  private static final int ATTEMPTS = 4;

  private final ClientSettings settings;
  private final AltSvcCache altSvc;
  private final KnownRecords records;
  private final BrokenOrigins broken = new BrokenOrigins(System::nanoTime);
  private final H3Pool pool = new H3Pool();
  private final TcpClients tcp;
  private final Connecting connecting;

  Carrier(ClientSettings settings, QuicConnector connector, AltSvcCache altSvc) {
    this.settings = settings;
    this.altSvc = altSvc;
    this.records = new KnownRecords(settings.serviceRecords(), System::nanoTime);
    this.tcp = new TcpClients(settings);
    this.connecting = new Connecting(settings, connector, broken, pool, tcp);
  }

  /**
   * Carries a hop on the calling thread. If it is the last one its call is completed; the body may
   * still be read then.
   *
   * @return the answer without its body
   */
  <T> Answer<T> carry(Hop<T> hop) throws IOException, InterruptedException {
    Origin origin = Origin.of(hop.request().uri());
    boolean tcpOnly = false;
    int attempts = 0;
    while (true) {
      Plan plan =
          tcpOnly
              ? new Plan.Tcp("the server asked for another HTTP version than HTTP/3")
              : ProtocolChoice.plan(origin, facts(hop, origin));
      try {
        switch (plan) {
          case Plan.Refused(String reason) ->
              throw new IOException("HTTP/3 cannot be used for " + origin + ": " + reason);
          case Plan.Tcp(String reason) -> {
            return overTcp(hop, origin, reason);
          }
          case Plan.Quic(Alternative to, String reason) -> {
            hop.recorder().decided(null, reason);
            return overQuic(hop, origin, connecting.quic(hop, origin, to), reason);
          }
          case Plan.Race(Alternative to, String reason) -> {
            hop.recorder().decided(null, reason);
            switch (connecting.race(hop, origin, to)) {
              case Connecting.Raced.Quic<T>(H3Link link) -> {
                return overQuic(hop, origin, link, reason + " and was connected first");
              }
              case Connecting.Raced.Tcp<T>(TcpLeg<T> leg, IOException quicFailure) -> {
                hop.recorder().decided(null, lost(quicFailure));
                hop.call().timedByTcp();
                return awaited(leg);
              }
              case Connecting.Raced.Decided<T>() -> {
                // Look again at what is known now.
              }
            }
          }
        }
      } catch (H3Leg.NotProcessed e) {
        boolean wantsTcp = e.elsewhere() == Elsewhere.TCP;
        tcpOnly = wantsTcp && hop.call().mode() != ProtocolMode.HTTP3_ONLY;
        if (++attempts == ATTEMPTS || (wantsTcp && !tcpOnly)) {
          throw Failures.exchanging(e.failure());
        }
        settings.clientEvents().retried(hop.request().uri(), attempts + 1, e.failure());
      }
    }
  }

  /** Takes the Alt-Svc field of a response (RFC 7838 §3). */
  void heard(URI uri, int status, HttpHeaders headers) {
    Origin origin = Origin.of(uri);
    // RFC 7838 §6: "An Alt-Svc header field in a 421 (Misdirected Request) response MUST be
    // ignored."
    if (status == 421) {
      return;
    }
    // RFC 7838 §2.1: "Clients MUST have reasonable assurances that the alternative service is under
    // control of and valid for the whole origin": only what came over authenticated TLS counts.
    if (origin.secure() && !settings.insecure()) {
      headers.allValues("alt-svc").forEach(value -> altSvc.heard(origin, value));
    }
  }

  /** Whether requests for a URI go through a proxy. */
  boolean proxied(URI uri) {
    ProxySelector selector =
        settings.proxy() != null ? settings.proxy() : ProxySelector.getDefault();
    if (selector == null) {
      return false;
    }
    List<Proxy> proxies = selector.select(uri);
    return proxies != null && !proxies.isEmpty() && proxies.getFirst().type() != Proxy.Type.DIRECT;
  }

  /** Where the origin's HTTP/3 is, as it or its DNS records said. */
  private @Nullable Alternative advertised(Origin origin) throws InterruptedException {
    Alternative heard = altSvc.http3(origin);
    return heard != null ? heard : records.http3(origin);
  }

  private Facts facts(Hop<?> hop, Origin origin) throws InterruptedException {
    ProtocolMode mode = hop.call().mode();
    return new Facts(
        mode,
        origin.secure(),
        hop.request().version().orElse(settings.version()),
        obstacle(hop.request().uri()),
        mode == ProtocolMode.TCP_ONLY ? null : advertised(origin),
        !settings.freshConnections() && pool.open(origin) != null,
        broken.coolDown(origin));
  }

  private @Nullable String obstacle(URI uri) {
    if (settings.sslContext() != null && settings.trust() == null && !settings.insecure()) {
      return "an SSLContext was given, which QUIC cannot use, but no trust manager";
    }
    if (settings.clientKey() != null) {
      return "a client certificate was given, which QUIC cannot show";
    }
    SSLParameters parameters = settings.sslParameters();
    String[] protocols = parameters == null ? null : parameters.getProtocols();
    if (protocols != null && !Arrays.asList(protocols).contains("TLSv1.3")) {
      return "the SSLParameters do not allow TLS 1.3, which QUIC needs";
    }
    if (settings.localAddress() != null) {
      return "a local address was given, which QUIC cannot use";
    }
    return proxied(uri) ? "a proxy is used, which HTTP/3 cannot pass" : null;
  }

  private static String lost(@Nullable IOException quicFailure) {
    return quicFailure == null
        ? "TCP was connected before QUIC"
        : "QUIC failed: " + Failures.message(quicFailure);
  }

  private <T> Answer<T> overQuic(Hop<T> hop, Origin origin, H3Link link, String reason)
      throws IOException, InterruptedException, H3Leg.NotProcessed {
    hop.recorder()
        .decided(
            HttpProtocol.HTTP_3,
            pool.borrowed(origin)
                ? "a connection to the same address has a certificate for this host too"
                : reason);
    hop.call().connected();
    Alternative advertised = advertised(origin);
    if (Alternative.same(origin).equals(advertised)) {
      advertised = null;
    }
    H3Leg<T> leg = new H3Leg<>(hop, link, advertised != null || pool.borrowed(origin));
    try {
      return leg.run();
    } catch (H3Leg.NotProcessed e) {
      if (e.elsewhere() == Elsewhere.OWN) {
        pool.misdirected(origin, link);
        if (advertised != null) {
          // RFC 7838 §6: "Clients receiving 421 (Misdirected Request) from an alternative service
          // MUST remove the corresponding entry from its alternative service cache".
          altSvc.refused(origin, advertised);
          records.refused(origin);
        }
      } else if (!link.open()) {
        pool.remove(origin, link);
      }
      throw e;
    } finally {
      if (settings.freshConnections()) {
        H3Pool.drain(link);
      }
    }
  }

  private <T> Answer<T> overTcp(Hop<T> hop, Origin origin, String reason)
      throws IOException, InterruptedException {
    hop.recorder().decided(null, reason);
    boolean proxied = proxied(hop.request().uri());
    @Nullable InetSocketAddress address = null;
    if (!proxied) {
      address = connecting.resolve(origin, origin.host(), origin.port(), hop.recorder()).getFirst();
      new TcpNames(settings.resolver(), origin).check(address.getAddress());
    }
    HttpClient.Version version = hop.request().version().orElse(settings.version());
    TcpLeg<T> leg =
        new TcpLeg<>(
            hop,
            gate ->
                settings.freshConnections()
                    ? tcp.fresh(origin, proxied, gate)
                    : tcp.client(origin, proxied),
            version,
            address);
    leg.start(TcpGate.OPEN, failure -> {});
    hop.call().timedByTcp();
    return awaited(leg);
  }

  private <T> Answer<T> awaited(TcpLeg<T> leg) throws IOException, InterruptedException {
    try {
      return leg.await();
    } finally {
      if (settings.freshConnections()) {
        leg.client().shutdown();
      }
    }
  }

  WebSocket.Builder webSocketBuilder() {
    return tcp.webSocketBuilder();
  }

  /** Closes all connections; what runs on them ends at the deadline. */
  void close(Deadline deadline) {
    tcp.shutdown();
    pool.close(deadline);
  }
}
