package dev.h3kit.client;

/** The HTTP version a response came in. */
public enum HttpProtocol {
  /** HTTP/1.1 (RFC 9112), over TLS or in the clear. */
  HTTP_1_1("HTTP/1.1", "1.1"),
  /** HTTP/2 (RFC 9113). */
  HTTP_2("HTTP/2", "2"),
  /** HTTP/3 (RFC 9114). */
  HTTP_3("HTTP/3", "3");

  private final String text;
  private final String number;

  HttpProtocol(String text, String number) {
    this.text = text;
    this.number = number;
  }

  /**
   * The version as curl's {@code %{http_version}} prints it: {@code 1.1}, {@code 2} or {@code 3}.
   */
  public String number() {
    return number;
  }

  /** The name with its slash, for example {@code HTTP/3}. */
  @Override
  public String toString() {
    return text;
  }
}
