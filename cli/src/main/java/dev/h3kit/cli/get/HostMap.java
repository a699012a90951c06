package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.client.Resolver;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Names to addresses as {@code --resolve}, {@code -4} and {@code -6} want it. */
final class HostMap implements Resolver {
  private static final String ANY_HOST = "*";

  private final Map<String, List<InetAddress>> fixed = new TreeMap<>();
  private final boolean ipv4;
  private final boolean ipv6;

  /**
   * @param entries as {@code --resolve} takes them, {@code HOST:PORT:ADDRESS[,ADDRESS]...}
   * @param ipv4 whether IPv4 is wanted
   * @param ipv6 whether IPv6 is wanted; with neither or both, either will do
   */
  HostMap(List<String> entries, boolean ipv4, boolean ipv6) throws CommandFailure {
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    for (String entry : entries) {
      add(entry);
    }
  }

  /** Whether the platform's resolver would say the same. */
  boolean plain() {
    return fixed.isEmpty() && ipv4 == ipv6;
  }

  @Override
  public List<InetAddress> addresses(String host, int port) throws UnknownHostException {
    String name = host.toLowerCase(Locale.ROOT);
    List<InetAddress> found = fixed.get(name + ":" + port);
    if (found == null) {
      found = fixed.get(ANY_HOST + ":" + port);
    }
    if (found == null) {
      found = Resolver.SYSTEM.addresses(host, port);
    }
    if (ipv4 == ipv6) {
      return found;
    }
    List<InetAddress> wanted =
        found.stream()
            .filter(a -> ipv4 ? a instanceof Inet4Address : a instanceof Inet6Address)
            .toList();
    if (wanted.isEmpty()) {
      throw new UnknownHostException(host + " has no IPv" + (ipv4 ? "4" : "6") + " address");
    }
    return wanted;
  }

  private void add(String entry) throws CommandFailure {
    String text = entry.startsWith("+") ? entry.substring(1) : entry;
    int first = text.indexOf(':');
    int second = text.indexOf(':', first + 1);
    if (first <= 0 || second < 0 || !text.substring(first + 1, second).matches("[0-9]{1,5}")) {
      throw bad(entry);
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (String address : Arrays.asList(text.substring(second + 1).split(","))) {
      String literal =
          address.startsWith("[") && address.endsWith("]")
              ? address.substring(1, address.length() - 1)
              : address;
      try {
        addresses.add(InetAddress.ofLiteral(literal));
      } catch (IllegalArgumentException e) {
        throw bad(entry);
      }
    }
    fixed.put(text.substring(0, second).toLowerCase(Locale.ROOT), List.copyOf(addresses));
  }

  private static CommandFailure bad(String entry) {
    return new CommandFailure(
        ExitCode.USAGE,
        "--resolve '" + entry + "' is not HOST:PORT:ADDRESS",
        "For example --resolve example.com:443:127.0.0.1");
  }
}
