package dev.h3kit.client;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/**
 * Looks up the HTTPS records of a host in the DNS (RFC 9460). This library has no DNS client of its
 * own: an application that has one gives it here. May block; thread-safe.
 */
@FunctionalInterface
public interface ServiceRecords {
  /** Knows of no records. */
  ServiceRecords NONE = (host, port) -> List.of();

  /**
   * A record in ServiceMode (RFC 9460 §2.4.3).
   *
   * @param target the TargetName; empty for the host itself, which the DNS writes as a dot
   * @param port the SvcParam port, or the port asked for
   * @param alpn the SvcParam alpn and what is there by default; those with {@code h3} are looked at
   * @param hints the SvcParams ipv4hint and ipv6hint, may be empty; where there are some, the
   *     target is not looked up
   */
  record ServiceRecord(String target, int port, List<String> alpn, List<InetAddress> hints) {
    /** Copies the lists. */
    public ServiceRecord {
      if (port < 1 || port > 65535) {
        throw new IllegalArgumentException("port " + port + " is not in 1 to 65535");
      }
      alpn = List.copyOf(alpn);
      hints = List.copyOf(hints);
    }
  }

  /**
   * The records of a host, with aliases followed, in the order of their priorities.
   *
   * @param port 443 asks for the name itself, others for {@code _port._https} (RFC 9460 §9.1)
   * @return empty if there are none
   * @throws IOException if the lookup failed, which counts as none
   */
  List<ServiceRecord> of(String host, int port) throws IOException;
}
