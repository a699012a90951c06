package dev.h3kit.cli.get.cookies;

/**
 * A cookie as it is stored (RFC 6265 §5.3).
 *
 * @param domain in lower case, without a leading dot
 * @param subdomains whether hosts below the domain get it too: it is not "host-only"
 * @param path begins with a slash
 * @param secure whether it goes over https only
 * @param httpOnly whether scripts may not see it
 * @param expires seconds since 1970, or 0 for the end of the session
 * @param name may be empty
 * @param value may be empty
 */
record Cookie(
    String domain,
    boolean subdomains,
    String path,
    boolean secure,
    boolean httpOnly,
    long expires,
    String name,
    String value) {

  /** RFC 6265 §5.3: what makes two cookies the same. */
  record Key(String domain, String path, String name) {}

  Key key() {
    return new Key(domain, path, name);
  }

  boolean expired(long nowSeconds) {
    return expires != 0 && expires <= nowSeconds;
  }

  boolean session() {
    return expires == 0;
  }

  /** Whether a request carries it (RFC 6265 §5.4). */
  boolean goesTo(String host, String requestPath, boolean secureConnection) {
    boolean hostFits = host.equals(domain) || (subdomains && domainMatches(host, domain));
    return hostFits && pathMatches(requestPath, path) && (!secure || secureConnection);
  }

  /** RFC 6265 §5.1.3; addresses match themselves only. */
  static boolean domainMatches(String host, String domain) {
    return host.equals(domain) || (host.endsWith("." + domain) && !address(host));
  }

  static boolean address(String host) {
    return host.startsWith("[") || host.matches("[0-9]+(\\.[0-9]+){3}");
  }

  /** RFC 6265 §5.1.4. */
  static boolean pathMatches(String requestPath, String cookiePath) {
    return requestPath.equals(cookiePath)
        || (requestPath.startsWith(cookiePath)
            && (cookiePath.endsWith("/") || requestPath.charAt(cookiePath.length()) == '/'));
  }
}
