package dev.h3kit.core.transport;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides about a server's certificate: PKIX (RFC 5280) by the trust manager given or the
 * platform's, then the name (RFC 9525), which kwik's own check gets wrong. It remembers in words
 * why it said no.
 */
final class PeerTrust implements X509TrustManager {
  /**
   * kwik always says "RSA", for which an ECDSA certificate whose key usage is digitalSignature only
   * is refused. TLS 1.3 has no such type.
   */
  private static final String AUTH_TYPE = "UNKNOWN";

  private final X509TrustManager authorities;
  private final ServerName name;
  private final boolean verify;
  private volatile @Nullable String refusal;
  private volatile List<X509Certificate> seen = List.of();

  PeerTrust(@Nullable X509TrustManager authorities, ServerName name, boolean verify) {
    this.authorities = authorities == null ? Platform.TRUST : authorities;
    this.name = name;
    this.verify = verify;
  }

  /** Why the certificate was refused, as a sentence; null if it was not. */
  @Nullable String refusal() {
    return refusal;
  }

  /** The chain the server showed. */
  List<X509Certificate> chain() {
    return seen;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    seen = List.of(chain);
    if (!verify) {
      return;
    }
    try {
      authorities.checkServerTrusted(chain, AUTH_TYPE);
      name.check(chain[0]);
    } catch (CertificateException e) {
      refusal = explain(e, chain[0]);
      throw e;
    } catch (RuntimeException e) {
      refusal = "the certificate could not be checked: " + e.getMessage();
      throw new CertificateException(refusal, e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    authorities.checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }

  private static String explain(CertificateException failure, X509Certificate leaf) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      switch (t) {
        case CertificateExpiredException e -> {
          return "the certificate expired on " + leaf.getNotAfter().toInstant();
        }
        case CertificateNotYetValidException e -> {
          return "the certificate is valid only from " + leaf.getNotBefore().toInstant();
        }
        case CertPathBuilderException e -> {
          return leaf.getIssuerX500Principal().equals(leaf.getSubjectX500Principal())
              ? "the certificate is self-signed and not trusted"
              : "the certificate's issuer is not trusted: " + leaf.getIssuerX500Principal();
        }
        case CertPathValidatorException e -> {
          if (e.getCause() == null) {
            return "the certificate chain is not valid: " + e.getMessage();
          }
        }
        default -> {}
      }
    }
    return String.valueOf(failure.getMessage());
  }

  private static final class Platform {
    static final X509TrustManager TRUST = find();

    private static X509TrustManager find() {
      try {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
          if (manager instanceof X509TrustManager x509) {
            return x509;
          }
        }
        throw new IllegalStateException(
            "no X.509 trust manager among " + Arrays.toString(factory.getTrustManagers()));
      } catch (NoSuchAlgorithmException | KeyStoreException e) {
        throw new IllegalStateException("the platform's trust store cannot be read", e);
      }
    }
  }
}
