package dev.h3kit.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Turns host names into addresses. May block; thread-safe. */
@FunctionalInterface
public interface Resolver {

  /** The platform's resolver. */
  Resolver SYSTEM = (host, port) -> List.of(InetAddress.getAllByName(host));

  /**
   * The addresses of a host in the order they should be tried.
   *
   * @param host a name or an address literal; an IPv6 literal without brackets
   * @param port the port it is wanted for
   * @return at least one address
   * @throws UnknownHostException if there is none
   */
  List<InetAddress> addresses(String host, int port) throws UnknownHostException;
}
