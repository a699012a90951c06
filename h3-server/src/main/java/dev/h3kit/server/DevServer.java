package dev.h3kit.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves a folder over HTTP/1.1, HTTP/2 and HTTP/3 on one port number, through one chain of
 * handlers. Thread-safe.
 */
public final class DevServer implements AutoCloseable {
  /** How often a port that is free in TCP may turn out to be taken in UDP before we give up. */
  private static final int PORT_ATTEMPTS = 50;

  private final DevServerConfig config;
  private final Server server;
  private final int port;
  private final List<InetAddress> addresses;

  private DevServer(DevServerConfig config, Server server, int port, List<InetAddress> addresses) {
    this.config = config;
    this.server = server;
    this.port = port;
    this.addresses = addresses;
  }

  /**
   * Starts a server; it listens when this returns.
   *
   * @throws BindException if the port is taken or may not be used, saying which and why
   * @throws IOException if the root is not a readable folder, or the certificate cannot be used
   */
  public static DevServer start(DevServerConfig config) throws IOException {
    requireServable(config.root());
    return start(config, new FilesHandler(new SiteRoot(config.root())));
  }

  /**
   * Refuses what cannot be the root of a server.
   *
   * @throws IOException if it does not exist, is not a folder or may not be read, saying which
   */
  public static void requireServable(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      throw new IOException(
          Files.exists(root) ? root + " is not a directory" : root + " does not exist");
    }
    if (!Files.isReadable(root)) {
      throw new IOException("no permission to read " + root);
    }
  }

  /**
   * Starts a server that answers with {@code content} in place of files; {@link
   * DevServerConfig#root} is not used.
   *
   * @throws IOException as {@link #start(DevServerConfig)}
   */
  public static DevServer start(DevServerConfig config, Handler content) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Listeners listeners = new Listeners(config);
      try {
        return start(config, content, listeners);
      } catch (BindException e) {
        if (config.port() != 0 || attempt == PORT_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static DevServer start(DevServerConfig config, Handler content, Listeners listeners)
      throws IOException {
    Server server = newServer(config);
    List<InetAddress> bound = listeners.open(server);
    int port = listeners.port();
    GracefulHandler graceful = new GracefulHandler();
    graceful.setHandler(chain(config, content, port));
    server.setHandler(graceful);
    server.setErrorHandler(new ErrorPage());
    server.setRequestLog(new AccessLog(config.accessLog()));
    try {
      server.start();
    } catch (Exception e) {
      stop(server);
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
    return new DevServer(config, server, port, bound);
  }

  private static Handler chain(DevServerConfig config, Handler content, int port) {
    Handler handler = config.infoPages() ? new WhoamiHandler(content) : content;
    if (config.protocols().contains(HttpProtocol.H3)) {
      AltSvcHandler altSvc = new AltSvcHandler(port);
      altSvc.setHandler(handler);
      handler = altSvc;
    }
    if (config.addresses().stream().allMatch(InetAddress::isLoopbackAddress)) {
      handler = new HostHandler(handler, config.identity().identity().chain().getFirst());
    }
    return handler;
  }

  private static Server newServer(DevServerConfig config) {
    QueuedThreadPool threads = new QueuedThreadPool(32, 4);
    threads.setName("h3-server");
    threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("h3-request-"));
    Server server = new Server(threads);
    server.setStopTimeout(config.drain().toMillis());
    return server;
  }

  /** The port number, of TCP and UDP. */
  public int port() {
    return port;
  }

  /** The addresses it listens on. */
  public List<InetAddress> addresses() {
    return addresses;
  }

  /** Where it is reached from this machine. */
  public URI uri() {
    InetAddress address = addresses.getFirst();
    String host =
        address.isLoopbackAddress() || address.isAnyLocalAddress()
            ? "localhost"
            : address.getHostAddress();
    return URI.create("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
  }

  /** The certificate to trust, if the server's own is signed by the local authority. */
  public Optional<X509Certificate> caCertificate() {
    return Optional.ofNullable(config.identity().authority());
  }

  /** What it was started with. */
  public DevServerConfig config() {
    return config;
  }

  /**
   * Stops in order: new connections are refused, HTTP/2 and HTTP/3 connections get GOAWAY, requests
   * in work end within the drain time, then all is closed. Does nothing the second time.
   */
  @Override
  public void close() {
    stop(server);
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception _) {
      // Requests outlived the drain time, or this thread was interrupted; everything is closed
      // nevertheless.
    }
  }
}
