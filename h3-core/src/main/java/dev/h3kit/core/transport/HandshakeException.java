package dev.h3kit.core.transport;

import java.io.IOException;

/** A QUIC connection could not be made. */
public final class HandshakeException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Cause kind;

  /** Why a handshake failed. */
  public enum Cause {
    /** No datagram came back in time. */
    SILENT,
    /** The socket said that nobody listens (ICMP port unreachable) or could not send. */
    UNREACHABLE,
    /** The certificate is not trusted, or is for another name. */
    CERTIFICATE,
    /** The server speaks QUIC but not HTTP/3 (no_application_protocol). */
    NO_APPLICATION_PROTOCOL,
    /** Any other failure of TLS or QUIC. */
    PROTOCOL
  }

  /**
   * @param kind why
   * @param message what happened, for a person
   * @param cause the failure below, or null
   */
  public HandshakeException(
      Cause kind, String message, @org.jspecify.annotations.Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Why the handshake failed. */
  public Cause kind() {
    return kind;
  }
}
