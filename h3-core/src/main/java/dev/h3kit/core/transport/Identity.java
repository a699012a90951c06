package dev.h3kit.core.transport;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who a server is: a private key (RSA or EC) and the certificate chain for it.
 *
 * @param key the private key of the leaf certificate
 * @param chain the chain, leaf first; not empty
 */
public record Identity(PrivateKey key, List<X509Certificate> chain) {

  /** Copies the chain; it must not be empty. */
  public Identity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("an identity needs at least the leaf certificate");
    }
  }
}
