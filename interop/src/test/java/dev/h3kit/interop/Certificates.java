package dev.h3kit.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority of the test and the server certificate it signed for localhost, 127.0.0.1
 * and ::1, as objects and as PEM files.
 *
 * @param authority the authority's certificate
 * @param leaf the server's certificate
 * @param key the server's private key
 * @param authorityPem file of the authority's certificate
 * @param chainPem file of the leaf and the authority
 * @param keyPem file of the private key, PKCS #8
 */
record Certificates(
    X509Certificate authority,
    X509Certificate leaf,
    PrivateKey key,
    Path authorityPem,
    Path chainPem,
    Path keyPem) {

  /** An EC P-256 key, as today's certificates have. */
  static Certificates ec(Path folder) throws GeneralSecurityException, IOException {
    // The JDK leaves the public key out of the file, without which GnuTLS does not read it.
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
    generator.initialize(256);
    return make(folder, generator, "SHA256withECDSA");
  }

  private static Certificates make(Path folder, KeyPairGenerator generator, String algorithm)
      throws GeneralSecurityException, IOException {
    KeyPair authorityKeys = generator.generateKeyPair();
    KeyPair leafKeys = generator.generateKeyPair();
    X500Name authorityName = new X500Name("CN=h3kit interop test authority");
    try {
      X509Certificate authority =
          certificate(authorityName, authorityKeys, authorityName, authorityKeys, algorithm, true);
      X509Certificate leaf =
          certificate(
              authorityName,
              authorityKeys,
              new X500Name("CN=localhost"),
              leafKeys,
              algorithm,
              false);
      return new Certificates(
          authority,
          leaf,
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(leafKeys.getPrivate().getEncoded())),
          pem(folder.resolve("ca.pem"), "CERTIFICATE", authority.getEncoded()),
          pem(
              folder.resolve("chain.pem"),
              "CERTIFICATE",
              leaf.getEncoded(),
              authority.getEncoded()),
          pem(folder.resolve("key.pem"), "PRIVATE KEY", leafKeys.getPrivate().getEncoded()));
    } catch (OperatorException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /** The leaf and the authority. */
  List<X509Certificate> chain() {
    return List.of(leaf, authority);
  }

  /** The Base64 SHA-256 of the leaf's public key, as browsers pin it. */
  String publicKeyHash() throws GeneralSecurityException {
    return Base64.getEncoder()
        .encodeToString(
            MessageDigest.getInstance("SHA-256").digest(leaf.getPublicKey().getEncoded()));
  }

  /** Trusts the authority and nobody else. */
  X509TrustManager trust() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    store.setCertificateEntry("authority", authority);
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return (X509TrustManager) factory.getTrustManagers()[0];
  }

  /** A TLS context that trusts the authority. */
  SSLContext context() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {trust()}, null);
    return context;
  }

  private static X509Certificate certificate(
      X500Name issuer,
      KeyPair issuerKeys,
      X500Name subject,
      KeyPair keys,
      String algorithm,
      boolean authority)
      throws GeneralSecurityException, OperatorException, IOException {
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            BigInteger.valueOf(System.nanoTime()),
            Date.from(now.minus(Duration.ofDays(1))),
            Date.from(now.plus(Duration.ofDays(30))),
            subject,
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    if (authority) {
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    } else {
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              new GeneralName[] {
                new GeneralName(GeneralName.dNSName, "localhost"),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
                new GeneralName(GeneralName.iPAddress, "::1")
              }));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder(algorithm).build(issuerKeys.getPrivate())));
  }

  private static Path pem(Path file, String label, byte[]... values) throws IOException {
    StringBuilder text = new StringBuilder();
    for (byte[] value : values) {
      text.append("-----BEGIN ").append(label).append("-----\n");
      text.append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(value));
      text.append("\n-----END ").append(label).append("-----\n");
    }
    return Files.writeString(file, text);
  }
}
