package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Objects;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** The certificate authorities of a PEM file as the only ones that are trusted. */
final class CaFile {
  private CaFile() {}

  static X509TrustManager read(String name) throws CommandFailure {
    Collection<? extends Certificate> authorities;
    try (InputStream in = Files.newInputStream(Path.of(name))) {
      authorities = CertificateFactory.getInstance("X.509").generateCertificates(in);
    } catch (NoSuchFileException e) {
      throw bad(name, "no such file", e);
    } catch (IOException | InvalidPathException e) {
      throw bad(name, String.valueOf(e.getMessage()), e);
    } catch (CertificateException e) {
      throw bad(name, "it holds something else than certificates in PEM or DER", e);
    }
    if (authorities.isEmpty()) {
      throw bad(name, "it holds no certificate", null);
    }
    return trusting(authorities);
  }

  /** Who trusts these authorities and no others. */
  static X509TrustManager trusting(Collection<? extends Certificate> authorities) {
    try {
      return manager(authorities);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every JDK keeps certificates in memory", e);
    }
  }

  private static X509TrustManager manager(Collection<? extends Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (Certificate authority : authorities) {
      store.setCertificateEntry("ca" + number++, authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    X509TrustManager trust = null;
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        trust = x509;
      }
    }
    return Objects.requireNonNull(trust);
  }

  private static CommandFailure bad(String name, String why, @Nullable Exception cause) {
    return new CommandFailure(
        ExitCode.CA_CERT_BAD_FILE, "cannot use --cacert " + name + ": " + why, null, cause);
  }
}
