package dev.h3kit.cli.get;

/** IPv6 addresses as RFC 5952 writes them. */
final class Ipv6Text {
  private static final int GROUPS = 8;

  private Ipv6Text() {}

  /**
   * Shortens the eight groups that {@link java.net.Inet6Address#getHostAddress} prints: {@code
   * ::1}.
   */
  static String shortest(String address) {
    int zone = address.indexOf('%');
    String[] groups = (zone < 0 ? address : address.substring(0, zone)).split(":");
    if (groups.length != GROUPS) {
      return address;
    }
    int best = -1;
    int longest = 1; // RFC 5952 §4.2.2: one zero group is not shortened
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && groups[end].equals("0")) {
        end++;
      }
      if (end - i > longest) {
        longest = end - i;
        best = i;
      }
    }
    String text = String.join(":", groups);
    if (best >= 0) {
      String before = String.join(":", java.util.Arrays.copyOfRange(groups, 0, best));
      String after = String.join(":", java.util.Arrays.copyOfRange(groups, best + longest, GROUPS));
      text = before + "::" + after;
    }
    return zone < 0 ? text : text + address.substring(zone);
  }
}
