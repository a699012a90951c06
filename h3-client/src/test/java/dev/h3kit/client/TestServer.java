package dev.h3kit.client;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.transport.Identity;
import dev.h3kit.core.transport.ServerTransportConfig;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** A site over TCP (HTTP/2 and HTTP/1.1), over QUIC (HTTP/3), or both on one port number. */
final class TestServer implements AutoCloseable {
  static final Identity IDENTITY = TestAuthority.SHARED.identity("localhost", "ip:127.0.0.1");

  private static final int PORT_TRIES = 20;

  /** Over what a server answers. */
  enum Speaks {
    TCP,
    QUIC,
    BOTH
  }

  final TestSite site = new TestSite();
  private final @Nullable Server tcp;
  private volatile @Nullable Http3Server quic;
  private final int port;

  private TestServer(@Nullable Server tcp, @Nullable Http3Server quic, int port) {
    this.tcp = tcp;
    this.quic = quic;
    this.port = port;
  }

  static TestServer start(Speaks speaks) throws Exception {
    return start(speaks, IDENTITY, Http3Limits.SERVER);
  }

  static TestServer start(Speaks speaks, Identity identity, Http3Limits limits) throws Exception {
    BindException last = new BindException();
    for (int i = 0; i < PORT_TRIES; i++) {
      try {
        return bind(speaks, identity, limits);
      } catch (BindException e) {
        last = e;
      }
    }
    throw last;
  }

  private static TestServer bind(Speaks speaks, Identity identity, Http3Limits limits)
      throws Exception {
    TestServer[] self = new TestServer[1];
    Server tcp = null;
    int port = 0;
    if (speaks != Speaks.QUIC) {
      tcp = jetty(identity, visit -> self[0].site.visit(visit), true);
      tcp.start();
      port = port(tcp);
    }
    Http3Server quic = null;
    if (speaks != Speaks.TCP) {
      try {
        quic = bindQuic(identity, limits, port, visit -> self[0].site.visit(visit));
      } catch (BindException e) {
        if (tcp != null) {
          tcp.stop();
        }
        throw e;
      }
      port = quic.address().getPort();
    }
    self[0] = new TestServer(tcp, quic, port);
    return self[0];
  }

  /** What handles a visit. */
  interface Visitor {
    void visit(TestSite.Visit visit) throws IOException;
  }

  /** A server over TCP that takes only clients with a certificate of the shared authority. */
  static TestServer forKnownClients() throws Exception {
    TestServer[] self = new TestServer[1];
    Server tcp = jetty(IDENTITY, visit -> self[0].site.visit(visit), true);
    SslContextFactory.Server ssl =
        ((ServerConnector) tcp.getConnectors()[0])
            .getConnectionFactory(SslConnectionFactory.class)
            .getSslContextFactory();
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", IDENTITY.chain().getLast());
    ssl.setTrustStore(trusted);
    ssl.setNeedClientAuth(true);
    tcp.start();
    self[0] = new TestServer(tcp, null, port(tcp));
    return self[0];
  }

  /** A server for cleartext HTTP/1.1. */
  static Server cleartext(Visitor visitor) throws Exception {
    return jetty(IDENTITY, visitor, false);
  }

  static int port(Server server) {
    return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
  }

  private static Server jetty(Identity identity, Visitor visitor, boolean secure) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(50, 4);
    threads.setDaemon(true);
    Server server = new Server(threads);
    server.setStopTimeout(0);
    HttpConfiguration config = new HttpConfiguration();
    config.addCustomizer(new SecureRequestCustomizer(false));
    HttpConnectionFactory h1 = new HttpConnectionFactory(config);
    ServerConnector connector;
    if (secure) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "key",
          identity.key(),
          "password".toCharArray(),
          identity.chain().toArray(new java.security.cert.Certificate[0]));
      SslContextFactory.Server ssl = new SslContextFactory.Server();
      ssl.setKeyStore(store);
      ssl.setKeyStorePassword("password");
      ssl.setSniRequired(false);
      ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
      alpn.setDefaultProtocol(h1.getProtocol());
      connector =
          new ServerConnector(
              server,
              1,
              1,
              new SslConnectionFactory(ssl, alpn.getProtocol()),
              alpn,
              new HTTP2ServerConnectionFactory(config),
              h1);
    } else {
      connector = new ServerConnector(server, 1, 1, h1);
    }
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            TcpVisit visit = new TcpVisit(request, response);
            try {
              visitor.visit(visit);
            } catch (Broken e) {
              callback.failed(e);
              return true;
            }
            callback.succeeded();
            return true;
          }
        });
    return server;
  }

  int port() {
    return port;
  }

  URI uri(String path) {
    return URI.create("https://localhost:" + port + path);
  }

  /**
   * Ends the HTTP/3 side and starts it again on the same port.
   *
   * @param patience how long requests may take to end
   */
  void restartQuic(Duration patience) throws IOException {
    Http3Server before = quic;
    if (before == null) {
      throw new IllegalStateException("no HTTP/3 here");
    }
    before.close(Deadline.after(patience));
    // A client's socket may have the port for a moment.
    Deadline deadline = Deadline.after(Duration.ofSeconds(20));
    while (true) {
      try {
        quic = bindQuic(IDENTITY, Http3Limits.SERVER, port, visit -> site.visit(visit));
        return;
      } catch (BindException e) {
        if (deadline.passed()) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  private static Http3Server bindQuic(
      Identity identity, Http3Limits limits, int port, Visitor visitor) throws IOException {
    return Http3Server.bind(
        ServerTransportConfig.of(identity),
        limits,
        Http3Events.NONE,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        exchange -> visitor.visit(new QuicVisit(exchange)));
  }

  /** Ends the HTTP/3 side as an orderly server does. */
  void closeQuic() {
    Http3Server server = quic;
    if (server != null) {
      server.close(Deadline.after(Duration.ofSeconds(5)));
    }
  }

  int quicConnections() {
    Http3Server server = quic;
    return server == null ? 0 : server.connections();
  }

  @Override
  public void close() throws IOException {
    site.release.countDown();
    Http3Server server = quic;
    if (server != null) {
      server.close(Deadline.after(Duration.ZERO));
    }
    if (tcp != null) {
      try {
        tcp.stop();
      } catch (Exception e) {
        throw new IOException("Jetty does not stop", e);
      }
    }
  }

  private static final class Broken extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private record TcpVisit(Request request, Response response) implements TestSite.Visit {
    @Override
    public String protocol() {
      return request.getConnectionMetaData().getProtocol();
    }

    @Override
    public String method() {
      return request.getMethod();
    }

    @Override
    public String path() {
      return Request.getPathInContext(request);
    }

    @Override
    public String query() {
      String query = request.getHttpURI().getQuery();
      return query == null ? "" : query;
    }

    @Override
    public Map<String, List<String>> headers() {
      Map<String, List<String>> all = new LinkedHashMap<>();
      request
          .getHeaders()
          .forEach(field ->
              all.computeIfAbsent(field.getLowerCaseName(), name -> new ArrayList<>())
                  .add(field.getValue()));
      return all;
    }

    @Override
    public InputStream body() {
      return Content.Source.asInputStream(request);
    }

    @Override
    public OutputStream answer(int status, Map<String, String> headers) throws IOException {
      response.setStatus(status);
      headers.forEach(response.getHeaders()::put);
      return Content.Sink.asOutputStream(response);
    }

    @Override
    public void breakOff() throws IOException {
      throw new Broken();
    }
  }

  private record QuicVisit(ServerExchange exchange) implements TestSite.Visit {
    @Override
    public String protocol() {
      return "HTTP/3";
    }

    @Override
    public String method() {
      return exchange.request().method();
    }

    @Override
    public String path() {
      return String.valueOf(exchange.request().path()).split("\\?", 2)[0];
    }

    @Override
    public String query() {
      String[] parts = String.valueOf(exchange.request().path()).split("\\?", 2);
      return parts.length < 2 ? "" : parts[1];
    }

    @Override
    public Map<String, List<String>> headers() {
      Map<String, List<String>> all = new LinkedHashMap<>();
      for (FieldLine line : exchange.request().fields()) {
        all.computeIfAbsent(line.name(), name -> new ArrayList<>()).add(line.value());
      }
      return all;
    }

    @Override
    public InputStream body() throws IOException {
      if (headers().containsKey("expect")) {
        exchange.sendInterim(new ResponseHead(100, List.of()));
      }
      return new InputStream() {
        @Override
        public int read() throws IOException {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          return exchange.read(target, offset, length);
        }
      };
    }

    @Override
    public OutputStream answer(int status, Map<String, String> headers) throws IOException {
      List<FieldLine> lines = new ArrayList<>();
      headers.forEach(
          (name, value) -> lines.add(new FieldLine(name.toLowerCase(Locale.ROOT), value)));
      exchange.send(new ResponseHead(status, lines), ByteBuffer.allocate(0), false);
      return new OutputStream() {
        private boolean closed;

        @Override
        public void write(int octet) throws IOException {
          write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
          exchange.write(ByteBuffer.wrap(source, offset, length), false);
        }

        @Override
        public void close() throws IOException {
          if (!closed) {
            closed = true;
            exchange.write(ByteBuffer.allocate(0), true);
          }
        }
      };
    }

    @Override
    public void breakOff() {
      exchange.abort(Http3Error.H3_INTERNAL_ERROR);
    }
  }
}
