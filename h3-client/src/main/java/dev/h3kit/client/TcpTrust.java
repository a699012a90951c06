package dev.h3kit.client;

import java.net.Socket;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The SSL contexts for TLS over TCP. Thread-safe. */
final class TcpTrust {
  private final ClientSettings settings;
  private @Nullable volatile SSLContext shared;

  TcpTrust(ClientSettings settings) {
    this.settings = settings;
  }

  /**
   * A context for a client. With fresh connections it remembers no session, so that each handshake
   * is a whole one, unless the settings bring a context.
   */
  SSLContext context() {
    if (settings.freshConnections()) {
      return make(true);
    }
    SSLContext context = shared;
    if (context == null) {
      context = make(false);
      shared = context;
    }
    return context;
  }

  private SSLContext make(boolean fresh) {
    try {
      X509TrustManager trust = settings.trust();
      SSLContext given = settings.sslContext();
      if (settings.insecure()) {
        return of(new TrustAll());
      }
      if (given != null) {
        return trust == null ? given : new WatchedSslContext(given, () -> new Agreement(trust));
      }
      if (trust != null) {
        return of(new WithHostCheck(trust));
      }
      return fresh || settings.clientKey() != null ? of(null) : SSLContext.getDefault();
    } catch (NoSuchAlgorithmException | KeyManagementException e) {
      throw new IllegalStateException("this JVM has no TLS: " + e.getMessage(), e);
    }
  }

  private SSLContext of(@Nullable TrustManager trust)
      throws NoSuchAlgorithmException, KeyManagementException {
    KeyManager key = settings.clientKey();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        key == null ? null : new KeyManager[] {key},
        trust == null ? null : new TrustManager[] {trust},
        null);
    return context;
  }

  /** A context decides, and a trust manager beside it has to agree. */
  private record Agreement(X509TrustManager trust) implements TlsWatch {
    @Override
    public void connected() {}

    @Override
    public void handshaken(SSLSession session) throws SSLException {
      try {
        X509Certificate[] chain =
            Arrays.stream(session.getPeerCertificates())
                .map(X509Certificate.class::cast)
                .toArray(X509Certificate[]::new);
        trust.checkServerTrusted(chain, "UNKNOWN");
      } catch (CertificateException e) {
        SSLHandshakeException failure = new SSLHandshakeException(Failures.message(e));
        failure.initCause(e);
        throw failure;
      }
    }

    @Override
    public void written() {}
  }

  /** TLS checks the host name itself (RFC 2818 §3.1) where the trust manager is a plain one. */
  private record WithHostCheck(X509TrustManager trust) implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      trust.checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      trust.checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return trust.getAcceptedIssuers();
    }
  }

  /** An extended trust manager is also asked for the host name, and says yes to that too. */
  private static final class TrustAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
