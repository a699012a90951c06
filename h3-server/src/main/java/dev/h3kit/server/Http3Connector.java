package dev.h3kit.server;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.transport.Identity;
import dev.h3kit.core.transport.ServerTransportConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/3 for a Jetty {@link Server}: added beside the TCP connector, it lets every handler answer
 * over HTTP/3 too.
 *
 * <pre>{@code
 * Http3Connector h3 = new Http3Connector(server, httpConfiguration, identity, address);
 * server.addConnector(h3);
 * server.insertHandler(new AltSvcHandler(port));
 * }</pre>
 *
 * <p>Each request is handled on a virtual thread of its own; reads and writes of a handler may
 * block it. Stopping the server sends GOAWAY and lets requests in work end within the server's stop
 * timeout (RFC 9114 §5.2). Thread-safe.
 */
public final class Http3Connector extends ContainerLifeCycle implements NetworkConnector {
  /** How long a request that came before the server was started waits for that. */
  private static final Duration START_WAIT = Duration.ofSeconds(10);

  private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

  private final Server server;
  private final HttpConfiguration configuration;
  private final ServerTransportConfig transport;
  private final Http3Limits limits;
  private final Http3Events events;
  private final InetSocketAddress address;
  private final HttpChannel.Factory channels = new HttpChannel.DefaultFactory();
  private final Protocol protocol;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile CountDownLatch startedUp = new CountDownLatch(1);
  private @Nullable Http3Server http3;
  private int localPort = -1;
  private @Nullable CompletableFuture<Void> shutdown;
  private volatile @Nullable String name;

  /**
   * A connector with the default limits.
   *
   * @param configuration may be shared with the TCP connectors
   * @param address where to listen; port 0 for a free one
   */
  public Http3Connector(
      Server server,
      HttpConfiguration configuration,
      Identity identity,
      InetSocketAddress address) {
    this(
        server,
        configuration,
        ServerTransportConfig.of(identity),
        Http3Limits.SERVER,
        Http3Events.NONE,
        address);
  }

  /** A connector with these limits and this listener. */
  public Http3Connector(
      Server server,
      HttpConfiguration configuration,
      ServerTransportConfig transport,
      Http3Limits limits,
      Http3Events events,
      InetSocketAddress address) {
    this.server = server;
    this.configuration = configuration;
    this.transport = transport;
    this.limits = limits;
    this.events = events;
    this.address = address;
    this.protocol = new Protocol(configuration);
    installBean(protocol);
  }

  @Override
  public void open() throws IOException {
    lock.lock();
    try {
      if (http3 == null) {
        Http3Server bound = Http3Server.bind(transport, limits, events, address, this::answer);
        http3 = bound;
        localPort = bound.address().getPort();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has the server's handlers answer a request or a push. */
  void answer(ServerExchange exchange) throws InterruptedException {
    if (!startedUp.await(START_WAIT.toMillis(), TimeUnit.MILLISECONDS) || !isRunning()) {
      // RFC 9114 §4.1.1: "Requests that were not processed ... can be ... retried"
      exchange.abort(Http3Error.H3_REQUEST_REJECTED);
      return;
    }
    new Http3Stream(this, exchange).run();
  }

  @Override
  protected void doStart() throws Exception {
    open();
    super.doStart();
    startedUp.countDown();
  }

  /** Begins to stop: GOAWAY, then requests in work may end within the server's stop timeout. */
  @Override
  public CompletableFuture<Void> shutdown() {
    lock.lock();
    try {
      if (shutdown == null) {
        shutdown = new CompletableFuture<>();
        CompletableFuture<Void> done = shutdown;
        Duration drain = Duration.ofMillis(Math.max(0, server.getStopTimeout()));
        Thread.ofVirtual()
            .name("h3-shutdown")
            .start(() -> {
              try {
                close(Deadline.after(drain));
                done.complete(null);
              } catch (RuntimeException e) {
                done.completeExceptionally(e);
              }
            });
      }
      return shutdown;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isShutdown() {
    lock.lock();
    try {
      return shutdown != null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  protected void doStop() throws Exception {
    close();
    lock.lock();
    try {
      http3 = null;
      shutdown = null;
      startedUp = new CountDownLatch(1);
    } finally {
      lock.unlock();
    }
    super.doStop();
  }

  /** Closes without much ado: GOAWAY, a moment for requests in work, and the port is freed. */
  @Override
  public void close() {
    close(Deadline.after(CLOSE_WAIT));
  }

  private void close(Deadline deadline) {
    Http3Server closing;
    lock.lock();
    try {
      closing = http3;
      localPort = closing == null ? localPort : -2;
    } finally {
      lock.unlock();
    }
    if (closing != null) {
      closing.close(deadline);
    }
  }

  @Override
  public boolean isOpen() {
    return getLocalPort() > 0;
  }

  @Override
  public String getHost() {
    return address.getHostString();
  }

  @Override
  public int getPort() {
    return address.getPort();
  }

  @Override
  public int getLocalPort() {
    lock.lock();
    try {
      return localPort;
    } finally {
      lock.unlock();
    }
  }

  /** Connections that are open. */
  public int connections() {
    lock.lock();
    try {
      return http3 == null ? 0 : http3.connections();
    } finally {
      lock.unlock();
    }
  }

  HttpConfiguration configuration() {
    return configuration;
  }

  Http3Limits limits() {
    return limits;
  }

  HttpChannel newChannel(ServerExchange exchange) {
    return channels.newHttpChannel(new Http3ConnectionMetaData(this, exchange));
  }

  @Override
  public Server getServer() {
    return server;
  }

  @Override
  public Executor getExecutor() {
    return server.getThreadPool();
  }

  @Override
  public Scheduler getScheduler() {
    return server.getScheduler();
  }

  @Override
  public ByteBufferPool getByteBufferPool() {
    return server.getByteBufferPool();
  }

  @Override
  public @Nullable ConnectionFactory getConnectionFactory(String nextProtocol) {
    return nextProtocol.equals(protocol.getProtocol()) ? protocol : null;
  }

  @Override
  public <T> @Nullable T getConnectionFactory(Class<T> factoryType) {
    return factoryType.isInstance(protocol) ? factoryType.cast(protocol) : null;
  }

  @Override
  public ConnectionFactory getDefaultConnectionFactory() {
    return protocol;
  }

  @Override
  public Collection<ConnectionFactory> getConnectionFactories() {
    return List.of(protocol);
  }

  @Override
  public List<String> getProtocols() {
    return protocol.getProtocols();
  }

  @Override
  public long getIdleTimeout() {
    return limits.idle().toMillis();
  }

  @Override
  public @Nullable Object getTransport() {
    lock.lock();
    try {
      return http3;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Collection<EndPoint> getConnectedEndPoints() {
    return List.of();
  }

  @Override
  public @Nullable String getName() {
    return name;
  }

  /** Sets the name by which virtual hosts choose a connector. */
  public void setName(@Nullable String name) {
    this.name = name;
  }

  /** What Jetty asks for the name and configuration of the protocol; it makes no connections. */
  private static final class Protocol extends AbstractConnectionFactory
      implements HttpConfiguration.ConnectionFactory {
    private final HttpConfiguration configuration;

    Protocol(HttpConfiguration configuration) {
      super("h3");
      this.configuration = configuration;
    }

    @Override
    public HttpConfiguration getHttpConfiguration() {
      return configuration;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
      throw new UnsupportedOperationException("HTTP/3 has no byte stream to make a connection on");
    }
  }
}
