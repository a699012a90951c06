package dev.h3kit.server;

import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The names a certificate is for.
 *
 * @param dns DNS names in lower case, internationalized ones in their ASCII form, sorted
 * @param addresses IP addresses in their usual text, sorted
 */
record SubjectNames(List<String> dns, List<String> addresses) {
  private static final Pattern DNS_NAME =
      Pattern.compile(
          "(\\*\\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
              + "(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*");

  /** These names and those of the loopback interface. */
  static SubjectNames withLoopback(Collection<String> names) throws IOException {
    TreeSet<String> dns = new TreeSet<>(List.of("localhost"));
    TreeSet<String> addresses = new TreeSet<>(List.of("127.0.0.1", "0:0:0:0:0:0:0:1"));
    for (String name : names) {
      String plain = name.strip().toLowerCase(Locale.ROOT);
      if (plain.startsWith("[") && plain.endsWith("]")) {
        plain = plain.substring(1, plain.length() - 1);
      }
      if (ADDRESS.matcher(plain).matches()) {
        addresses.add(address(name, plain));
      } else {
        dns.add(dnsName(name, plain));
      }
    }
    return new SubjectNames(List.copyOf(dns), List.copyOf(addresses));
  }

  private static String address(String given, String plain) throws IOException {
    try {
      return InetAddress.getByName(plain).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IOException(given + " is not an IP address", e);
    }
  }

  private static String dnsName(String given, String plain) throws IOException {
    String ascii;
    try {
      ascii = plain.startsWith("*.") ? "*." + IDN.toASCII(plain.substring(2)) : IDN.toASCII(plain);
    } catch (IllegalArgumentException e) {
      ascii = "";
    }
    if (ascii.length() > 253 || !DNS_NAME.matcher(ascii).matches()) {
      throw new IOException(
          "'"
              + given
              + "' is not a host name or IP address\n"
              + "Give a name without scheme, port and path, such as dev.example.test.");
    }
    return ascii;
  }

  /** All of them, DNS names first. */
  List<String> all() {
    List<String> all = new ArrayList<>(dns);
    all.addAll(addresses);
    return all;
  }
}
