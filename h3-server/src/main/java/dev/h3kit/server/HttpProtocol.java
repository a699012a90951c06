package dev.h3kit.server;

/** The versions of HTTP a development server speaks. */
public enum HttpProtocol {
  /** HTTP/1.1 over TLS (RFC 9112). */
  H1("h1"),
  /** HTTP/2 over TLS (RFC 9113). */
  H2("h2"),
  /** HTTP/3 over QUIC (RFC 9114). */
  H3("h3");

  private final String label;

  HttpProtocol(String label) {
    this.label = label;
  }

  /** A short name for people: {@code h1}, {@code h2} or {@code h3}. */
  public String label() {
    return label;
  }
}
