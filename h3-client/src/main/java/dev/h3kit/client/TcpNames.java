package dev.h3kit.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Brings the settings' resolver to the lookups that the JDK's HTTP client makes for one origin: its
 * tasks run with this object bound, and {@link TcpResolverProvider} asks for it.
 */
final class TcpNames {
  private static final ScopedValue<TcpNames> BOUND = ScopedValue.newInstance();

  /** Answers for no host. */
  static final TcpNames NONE = new TcpNames(Resolver.SYSTEM, new Origin("https", "", 443));

  private final Resolver resolver;
  private final Origin origin;

  TcpNames(Resolver resolver, Origin origin) {
    this.resolver = resolver;
    this.origin = origin;
  }

  /** Whose lookup the current thread makes; null if it is none of ours. */
  static @Nullable TcpNames current() {
    return BOUND.isBound() ? BOUND.get() : null;
  }

  /** Whether this object answers for a host. */
  boolean knows(String host) {
    return host.equalsIgnoreCase(origin.host());
  }

  /**
   * The resolver's addresses under the name that was looked up: TLS takes the name to check from
   * there, whatever name the resolver's own objects have.
   */
  List<InetAddress> addresses(String host) throws UnknownHostException {
    List<InetAddress> named = new ArrayList<>();
    for (InetAddress address : resolver.addresses(host, origin.port())) {
      named.add(
          address instanceof Inet6Address six && six.getScopeId() != 0
              ? Inet6Address.getByAddress(host, six.getAddress(), six.getScopeId())
              : InetAddress.getByAddress(host, address.getAddress()));
    }
    return named;
  }

  /** An executor whose tasks look names up here. */
  Executor bound(Executor executor) {
    if (resolver.equals(Resolver.SYSTEM)) {
      return executor;
    }
    return task -> executor.execute(() -> ScopedValue.where(BOUND, this).run(task));
  }

  /**
   * Makes sure that TCP would go where the resolver says.
   *
   * @param wanted what the resolver says
   * @throws ConnectException if it would go elsewhere
   */
  void check(InetAddress wanted) throws IOException {
    if (resolver.equals(Resolver.SYSTEM) || origin.literal()) {
      return;
    }
    @Nullable InetAddress seen;
    try {
      seen = ScopedValue.where(BOUND, this).call(() -> InetAddress.getByName(origin.host()));
    } catch (UnknownHostException e) {
      seen = null;
    }
    if (!wanted.equals(seen)) {
      throw new ConnectException(
          "the resolver's address "
              + wanted.getHostAddress()
              + " for "
              + origin.host()
              + " cannot be used over TCP: the JVM's own resolver says "
              + (seen == null ? "that it is unknown" : seen.getHostAddress())
              + "; install dev.h3kit.client.TcpResolverProvider as the JVM's address resolver");
    }
  }
}
