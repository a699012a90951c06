package dev.h3kit.server;

import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.ServerTransportConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Opens the ports of a development server and gives its connectors their limits. */
final class Listeners {
  private final DevServerConfig config;
  private int port;

  Listeners(DevServerConfig config) {
    this.config = config;
    this.port = config.port();
  }

  /** The port number, once it is open. */
  int port() {
    return port;
  }

  /**
   * Opens all ports and adds their connectors to the server; opens none if one fails.
   *
   * @return the addresses it listens on
   */
  List<InetAddress> open(Server server) throws IOException {
    List<InetAddress> bound = new ArrayList<>();
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      for (InetAddress address : config.addresses()) {
        if (!bound.isEmpty()
            && address.isLoopbackAddress()
            && NetworkInterface.getByInetAddress(address) == null) {
          continue;
        }
        openTcp(server, address, opened);
        openUdp(server, address, opened);
        bound.add(address);
      }
    } catch (IOException | RuntimeException e) {
      for (AutoCloseable open : opened) {
        try {
          open.close();
        } catch (Exception suppressed) {
          e.addSuppressed(suppressed);
        }
      }
      throw e;
    }
    return List.copyOf(bound);
  }

  private void openTcp(Server server, InetAddress address, List<AutoCloseable> opened)
      throws IOException {
    boolean h1 = config.protocols().contains(HttpProtocol.H1);
    boolean h2 = config.protocols().contains(HttpProtocol.H2);
    if (!h1 && !h2) {
      return;
    }
    ServerConnector connector = new ServerConnector(server, 1, 1, factories(h1, h2));
    connector.setIdleTimeout(Http3Limits.SERVER.idle().toMillis());
    ServerSocketChannel channel = ServerSocketChannel.open();
    opened.add(channel);
    try {
      channel.bind(new InetSocketAddress(address, port), 128);
    } catch (BindException e) {
      throw explained(e, "TCP", address);
    }
    connector.open(channel);
    port = connector.getLocalPort();
    server.addConnector(connector);
    // As many as HTTP/3 has by ServerTransportConfig; beyond them nothing is accepted for a while.
    NetworkConnectionLimit limit =
        new NetworkConnectionLimit(
            DevServerLimits.DEFAULT.tcpConnections(), new ServerConnector[] {connector});
    connector.addBean(limit);
  }

  private void openUdp(Server server, InetAddress address, List<AutoCloseable> opened)
      throws IOException {
    if (!config.protocols().contains(HttpProtocol.H3)) {
      return;
    }
    Http3Connector connector =
        new Http3Connector(
            server,
            httpConfiguration(),
            ServerTransportConfig.of(config.identity().identity()),
            Http3Limits.SERVER,
            Http3Events.NONE,
            new InetSocketAddress(address, port));
    opened.add(connector);
    try {
      connector.open();
    } catch (BindException e) {
      throw explained(e, "UDP", address);
    }
    port = connector.getLocalPort();
    server.addConnector(connector);
  }

  private BindException explained(BindException cause, String transport, InetAddress address) {
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    String what;
    if (message.contains("permission denied")) {
      what = "no right to listen on port " + port + "\nPorts below 1024 need it: try --port 8443.";
    } else if (message.contains("cannot assign") || message.contains("unreachable")) {
      what = address.getHostAddress() + " is not an address of this machine";
    } else {
      what =
          "port %d (%s) on %s is in use\nStop the program that has it, or choose another port."
              .formatted(port, transport, address.getHostAddress());
    }
    BindException explained = new BindException(what);
    explained.initCause(cause);
    return explained;
  }

  private ConnectionFactory[] factories(boolean h1, boolean h2) throws IOException {
    HttpConfiguration http = httpConfiguration();
    List<ConnectionFactory> factories = new ArrayList<>();
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSslContext(Tls.serverContext(config.identity().identity()));
    tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    factories.add(new SslConnectionFactory(tls, alpn.getProtocol()));
    factories.add(alpn);
    if (h2) {
      factories.add(http2(http));
    }
    if (h1) {
      factories.add(new HttpConnectionFactory(http));
      alpn.setDefaultProtocol("http/1.1");
    }
    return factories.toArray(ConnectionFactory[]::new);
  }

  private static HTTP2ServerConnectionFactory http2(HttpConfiguration http) {
    HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(http);
    h2.setMaxConcurrentStreams(Http3Limits.SERVER.concurrentRequests());
    h2.setMaxDecoderTableCapacity(Http3Limits.SERVER.tableCapacity());
    h2.setStreamIdleTimeout(Http3Limits.SERVER.idle().toMillis());
    // Jetty's own limit stands: 128 legal but odd frames a second, then the peer is hostile.
    h2.setInitialStreamRecvWindow(256 << 10);
    h2.setInitialSessionRecvWindow(2 << 20);
    return h2;
  }

  /** What all protocols have in common. */
  private static HttpConfiguration httpConfiguration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(Http3Limits.SERVER.fieldSectionSize());
    http.setIdleTimeout(Http3Limits.SERVER.idle().toMillis());
    http.setOutputBufferSize(64 << 10);
    http.setRelativeRedirectAllowed(true);
    // Attributes of the TLS session. Which host names are ours is HostHandler's to say, not SNI's:
    // an IP address is never in SNI (RFC 6066 §3).
    http.addCustomizer(new SecureRequestCustomizer(false));
    // Ambiguous paths are legal URIs; SitePath decodes them once and refuses what is not a name.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "site paths",
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
            UriCompliance.Violation.AMBIGUOUS_PATH_PARAMETER,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));
    return http;
  }
}
