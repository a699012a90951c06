package dev.h3kit.client;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** Watches one TLS connection over TCP and may stop it before anything but TLS was sent on it. */
interface TlsWatch {

  /** TCP is connected: the first TLS record is being made. */
  void connected();

  /**
   * The handshake is done; HTTP begins when this returns.
   *
   * @param session what was agreed on
   * @throws SSLException to end the connection instead
   */
  void handshaken(SSLSession session) throws SSLException;

  /** The first octets of HTTP leave. */
  void written();
}
