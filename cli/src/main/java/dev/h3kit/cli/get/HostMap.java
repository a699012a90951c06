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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names to addresses as {@code --resolve}, {@code -4} and {@code -6} want it. */
final class HostMap implements Resolver {
  private static final String ANY_HOST = "*";
  private static final Pattern DETOUR =
      Pattern.compile("(\\[[^]]*]|[^:]*):([0-9]{0,5}):(\\[[^]]*]|[^:]*):([0-9]{0,5})");

  private final Map<String, List<InetAddress>> fixed = new TreeMap<>();
  private final List<Detour> connect = new ArrayList<>();
  private final boolean ipv4;
  private final boolean ipv6;

  /**
   * @param entries as {@code --resolve} takes them, {@code HOST:PORT:ADDRESS[,ADDRESS]...}
   * @param ipv4 whether IPv4 is wanted
   * @param ipv6 whether IPv6 is wanted; with neither or both, either will do
   */
  HostMap(List<String> entries, boolean ipv4, boolean ipv6) throws CommandFailure {
    this(entries, List.of(), ipv4, ipv6);
  }

  /**
   * @param entries as {@code --resolve} takes them, {@code HOST:PORT:ADDRESS[,ADDRESS]...}
   * @param others as {@code --connect-to} takes them, {@code HOST:PORT:HOST:PORT}
   * @param ipv4 whether IPv4 is wanted
   * @param ipv6 whether IPv6 is wanted; with neither or both, either will do
   */
  HostMap(List<String> entries, List<String> others, boolean ipv4, boolean ipv6)
      throws CommandFailure {
    for (String other : others) {
      connect.add(Detour.parse(other));
    }
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    for (String entry : entries) {
      add(entry);
    }
  }

  /** Whether the platform's resolver would say the same. */
  boolean plain() {
    return fixed.isEmpty() && connect.isEmpty() && ipv4 == ipv6;
  }

  @Override
  public List<InetAddress> addresses(String host, int port) throws UnknownHostException {
    String asked = host.toLowerCase(Locale.ROOT);
    String name = asked;
    for (Detour detour : connect) {
      if (detour.holdsFor(asked, port)) {
        name = detour.toHost().isEmpty() ? asked : detour.toHost();
        break; // the first that fits counts, as in curl
      }
    }
    List<InetAddress> found = fixed.get(name + ":" + port);
    if (found == null) {
      found = fixed.get(ANY_HOST + ":" + port);
    }
    if (found == null) {
      found = Resolver.SYSTEM.addresses(name.equals(asked) ? host : name, port);
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

  /** One {@code --connect-to}; an empty host or port is any, or the same. */
  private record Detour(String host, String port, String toHost) {

    static Detour parse(String text) throws CommandFailure {
      Matcher parts = DETOUR.matcher(text);
      if (!parts.matches()) {
        throw new CommandFailure(
            ExitCode.USAGE, "--connect-to '" + text + "' is not HOST:PORT:HOST:PORT", null);
      }
      String port = parts.group(2);
      String toPort = parts.group(4);
      if (!toPort.isEmpty() && !toPort.equals(port)) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "--connect-to '" + text + "': another port cannot be connected to",
            "Put the port into the URL, and leave the last one empty.");
      }
      return new Detour(parts.group(1).toLowerCase(Locale.ROOT), port, bare(parts.group(3)));
    }

    boolean holdsFor(String name, int number) {
      return (host.isEmpty() || bare(host).equals(name))
          && (port.isEmpty() || port.equals(String.valueOf(number)));
    }

    private static String bare(String text) {
      return text.startsWith("[") ? text.substring(1, text.length() - 1) : text;
    }
  }

  private static CommandFailure bad(String entry) {
    return new CommandFailure(
        ExitCode.USAGE,
        "--resolve '" + entry + "' is not HOST:PORT:ADDRESS",
        "For example --resolve example.com:443:127.0.0.1");
  }
}
