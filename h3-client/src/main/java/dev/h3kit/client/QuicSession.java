package dev.h3kit.client;

import dev.h3kit.core.ConnectionInfo;
import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * The TLS session of a QUIC connection, as far as it is known: the peer, its certificates and that
 * it is TLS 1.3 (RFC 9001 §4.2). It cannot be resumed or invalidated from here.
 */
final class QuicSession implements SSLSession {
  private final ConnectionInfo connection;
  private final String host;
  private final long created = Instant.now().toEpochMilli();

  QuicSession(ConnectionInfo connection, String host) {
    this.connection = connection;
    this.host = host;
  }

  @Override
  public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
    List<X509Certificate> chain = connection.peerCertificates();
    if (chain.isEmpty()) {
      throw new SSLPeerUnverifiedException("the peer showed no certificate on this connection");
    }
    return chain.toArray(new Certificate[0]);
  }

  @Override
  public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
    return ((X509Certificate) getPeerCertificates()[0]).getSubjectX500Principal();
  }

  @Override
  public String getProtocol() {
    return "TLSv1.3";
  }

  /** Unknown: the QUIC stack does not say. */
  @Override
  public String getCipherSuite() {
    return "UNKNOWN";
  }

  @Override
  public String getPeerHost() {
    return host;
  }

  @Override
  public int getPeerPort() {
    return connection.remote().getPort();
  }

  @Override
  public byte[] getId() {
    return new byte[0];
  }

  @Override
  public @Nullable SSLSessionContext getSessionContext() {
    return null;
  }

  @Override
  public long getCreationTime() {
    return created;
  }

  @Override
  public long getLastAccessedTime() {
    return created;
  }

  @Override
  public void invalidate() {}

  @Override
  public boolean isValid() {
    return false;
  }

  @Override
  public void putValue(String name, Object value) {
    throw new UnsupportedOperationException("a QUIC session keeps no values");
  }

  @Override
  public @Nullable Object getValue(String name) {
    return null;
  }

  @Override
  public void removeValue(String name) {}

  @Override
  public String[] getValueNames() {
    return new String[0];
  }

  @Override
  public Certificate @Nullable [] getLocalCertificates() {
    return null;
  }

  @Override
  public @Nullable Principal getLocalPrincipal() {
    return null;
  }

  @Override
  public int getPacketBufferSize() {
    return 1 << 16;
  }

  @Override
  public int getApplicationBufferSize() {
    return 1 << 16;
  }
}
