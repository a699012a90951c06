package dev.h3kit.client;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Lets the {@link Resolver} of an {@link H3Client} answer for TCP too. The JDK's HTTP client, which
 * carries HTTP/2 and HTTP/1.1 here, resolves names itself through the one resolver of the JVM; an
 * application that wants a resolver of its own registers a subclass of this class as the service
 * {@link InetAddressResolverProvider}. All other lookups of the JVM go to the platform's resolver
 * as before. The JVM's address cache (security property {@code networkaddress.cache.ttl}) stands
 * before it.
 */
public class TcpResolverProvider extends InetAddressResolverProvider {

  /** For the service loader. */
  public TcpResolverProvider() {}

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver platform = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        TcpNames names = TcpNames.current();
        return names != null && names.knows(host)
            ? names.addresses(host).stream().map(address -> named(host, address))
            : platform.lookupByName(host, policy);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return platform.lookupByAddress(address);
      }
    };
  }

  /**
   * The address with the name it was looked up by. The JDK's client takes the name for SNI and for
   * the check of the certificate from there: without it, a certificate for the address would do.
   */
  private static InetAddress named(String host, InetAddress address) {
    try {
      return address instanceof Inet6Address v6 && v6.getScopeId() != 0
          ? Inet6Address.getByAddress(host, v6.getAddress(), v6.getScopeId())
          : InetAddress.getByAddress(host, address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("addresses of 4 and 16 octets are legal", e);
    }
  }

  @Override
  public String name() {
    return "h3kit";
  }
}
