package dev.h3kit.core.transport;

/**
 * How a connection ended.
 *
 * @param by who ended it
 * @param kind in what way
 * @param errorCode the application's or the transport's error code, 0 where there is none
 * @param reason the phrase that came with it, or what the transport says
 */
public record Termination(By by, Kind kind, long errorCode, String reason) {

  /** Who ended the connection. */
  public enum By {
    /** This side. */
    LOCAL,
    /** The other side. */
    PEER,
    /** Neither: the network or silence. */
    NETWORK
  }

  /** In what way. */
  public enum Kind {
    /** CONNECTION_CLOSE with an application error code (RFC 9000 §19.19, type 0x1d). */
    APPLICATION,
    /** CONNECTION_CLOSE with a transport error code (type 0x1c). */
    TRANSPORT,
    /** The idle timeout passed (RFC 9000 §10.1). */
    IDLE,
    /** A stateless reset came (RFC 9000 §10.3). */
    STATELESS_RESET,
    /** The QUIC stack or the socket failed. */
    FAILURE
  }
}
