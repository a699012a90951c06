package dev.h3kit.core.transport;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The name a client asked for, a DNS name or an IP address, and whether a certificate is for it
 * (RFC 9525). Only subject alternative names count, never the common name.
 *
 * @param text the DNS name in lower case as A-labels without trailing dot, or the address as given
 * @param address the address, or null for a DNS name
 */
record ServerName(String text, @Nullable InetAddress address) {
  private static final int SAN_DNS = 2;
  private static final int SAN_IP = 7;

  /**
   * @param host a DNS name, also internationalised or with a trailing dot, or an IP address, also
   *     in brackets
   * @throws IllegalArgumentException if it is neither
   */
  static ServerName of(String host) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (looksLikeAddress(bare)) {
      try {
        return new ServerName(bare, InetAddress.ofLiteral(bare));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("not an IP address: " + host, e);
      }
    }
    String undotted = bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
    if (undotted.isEmpty()) {
      throw new IllegalArgumentException("an empty host name");
    }
    return new ServerName(ascii(undotted), null);
  }

  private static boolean looksLikeAddress(String host) {
    if (host.indexOf(':') >= 0) {
      return true;
    }
    int dot = host.lastIndexOf('.');
    return dot > 0
        && dot < host.length() - 1
        && host.substring(dot + 1).chars().allMatch(ServerName::isDigit);
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static String ascii(String name) {
    try {
      return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a host name: " + name, e);
    }
  }

  /**
   * Refuses a certificate that is not for this name.
   *
   * @throws CertificateException with the names the certificate has
   */
  void check(X509Certificate certificate) throws CertificateException {
    List<String> names = new ArrayList<>();
    for (List<?> entry : alternativeNames(certificate)) {
      int type = (Integer) entry.get(0);
      if ((type == SAN_DNS || type == SAN_IP) && entry.get(1) instanceof String presented) {
        names.add(presented);
        if (type == SAN_DNS ? matchesName(presented) : matchesAddress(presented)) {
          return;
        }
      }
    }
    throw new CertificateException(
        "the certificate is not for "
            + text
            + (names.isEmpty()
                ? ": it has no subject alternative names"
                : " but for " + String.join(", ", names)));
  }

  private static Collection<List<?>> alternativeNames(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names == null ? List.of() : names;
  }

  private boolean matchesName(String presented) {
    if (address != null) {
      return false;
    }
    String pattern =
        presented.endsWith(".") ? presented.substring(0, presented.length() - 1) : presented;
    pattern = pattern.toLowerCase(Locale.ROOT);
    // RFC 9525 §6.3: "the wildcard character '*' ... is allowed only as the complete left-most
    // label", and matches exactly one label.
    if (pattern.startsWith("*.")) {
      int dot = text.indexOf('.');
      return dot > 0
          && pattern.indexOf('*', 1) < 0
          && pattern.indexOf('.', 2) > 0
          && text.substring(dot).equals(pattern.substring(1));
    }
    return text.equals(pattern);
  }

  private boolean matchesAddress(String presented) {
    if (address == null) {
      return false;
    }
    try {
      byte[] theirs = InetAddress.getByName(presented).getAddress();
      return java.util.Arrays.equals(address.getAddress(), theirs);
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
