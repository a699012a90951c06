package dev.h3kit.cli.serve;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;

/** The addresses under which a server is reached that listens on one of this machine's. */
final class Interfaces {
  private Interfaces() {}

  /** All of them in their text form, loopback and link-local ones left out. */
  static List<String> names(InetAddress bound) throws IOException {
    if (bound.isLoopbackAddress()) {
      return List.of();
    }
    if (!bound.isAnyLocalAddress()) {
      return List.of(bound.getHostAddress());
    }
    List<String> names = new ArrayList<>();
    for (NetworkInterface network :
        (Iterable<NetworkInterface>) NetworkInterface.networkInterfaces()::iterator) {
      network
          .inetAddresses()
          .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
          .map(InetAddress::getHostAddress)
          // An IPv6 scope is this machine's own affair.
          .map(text -> text.contains("%") ? text.substring(0, text.indexOf('%')) : text)
          .forEach(names::add);
    }
    return names;
  }
}
