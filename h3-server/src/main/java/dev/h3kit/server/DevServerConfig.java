package dev.h3kit.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a development server serves, and how.
 *
 * @param root the folder whose files are served
 * @param identity the key and certificates
 * @param addresses where to listen, all on the same port; not empty
 * @param port the port number of TCP and UDP; 0 for one that is free in both
 * @param protocols which versions of HTTP to speak; not empty
 * @param drain how long {@link DevServer#close} waits for requests in work
 * @param accessLog gets each request that was answered; called on the request's thread, must be
 *     quick and thread-safe
 * @param infoPages whether {@code /.h3/whoami} tells a client of its own connection
 */
public record DevServerConfig(
    Path root,
    ServerIdentity identity,
    List<InetAddress> addresses,
    int port,
    Set<HttpProtocol> protocols,
    Duration drain,
    Consumer<AccessLogEntry> accessLog,
    boolean infoPages) {

  /** Copies the collections; refuses a port outside 0 to 65535. */
  public DevServerConfig {
    addresses = List.copyOf(addresses);
    protocols = Set.copyOf(protocols);
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not in 0 to 65535");
    }
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on");
    }
    if (protocols.isEmpty()) {
      throw new IllegalArgumentException("no version of HTTP to speak");
    }
  }

  /**
   * All protocols on a free port of both loopback addresses, 5 s of draining, no access log, and
   * information pages.
   */
  public static DevServerConfig of(Path root, ServerIdentity identity) {
    return new DevServerConfig(
        root,
        identity,
        loopback(),
        0,
        EnumSet.allOf(HttpProtocol.class),
        Duration.ofSeconds(5),
        entry -> {},
        true);
  }

  /** The same on these addresses. */
  public DevServerConfig withAddresses(List<InetAddress> addresses) {
    return new DevServerConfig(
        root, identity, addresses, port, protocols, drain, accessLog, infoPages);
  }

  /** The same on this port. */
  public DevServerConfig withPort(int port) {
    return new DevServerConfig(
        root, identity, addresses, port, protocols, drain, accessLog, infoPages);
  }

  /** The same with these protocols. */
  public DevServerConfig withProtocols(Set<HttpProtocol> protocols) {
    return new DevServerConfig(
        root, identity, addresses, port, protocols, drain, accessLog, infoPages);
  }

  /** The same with this time for requests in work when the server is closed. */
  public DevServerConfig withDrain(Duration drain) {
    return new DevServerConfig(
        root, identity, addresses, port, protocols, drain, accessLog, infoPages);
  }

  /** The same with this access log. */
  public DevServerConfig withAccessLog(Consumer<AccessLogEntry> accessLog) {
    return new DevServerConfig(
        root, identity, addresses, port, protocols, drain, accessLog, infoPages);
  }

  /** The same with or without {@code /.h3/whoami}. */
  public DevServerConfig withInfoPages(boolean infoPages) {
    return new DevServerConfig(
        root, identity, addresses, port, protocols, drain, accessLog, infoPages);
  }

  /** 127.0.0.1 and ::1; a server leaves out the second where the machine has no IPv6. */
  public static List<InetAddress> loopback() {
    try {
      return List.of(
          InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1}),
          InetAddress.getByAddress(
              "localhost", new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("addresses of 4 and 16 octets are legal", e);
    }
  }
}
