package dev.h3kit.core.transport;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority for tests: EC P-256, leaves with key usage digitalSignature only. */
final class TestAuthority {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  static final TestAuthority SHARED = new TestAuthority("CN=h3kit test authority");

  private final X500Name name;
  private final KeyPair keys = newKeys();
  private final X509Certificate certificate;

  TestAuthority(String name) {
    this.name = new X500Name(name);
    certificate =
        sign(
            this.name,
            keys,
            Instant.now().minus(Duration.ofDays(1)),
            Instant.now().plus(Duration.ofDays(2)),
            List.of(),
            true);
  }

  /** Trust in this authority only. */
  X509TrustManager trust() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("ca", certificate);
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An identity for DNS names and IP addresses ("ip:127.0.0.1"), valid now. */
  Identity identity(String... names) {
    return identity(
        "O=h3kit test", Instant.now().minus(Duration.ofHours(1)), Duration.ofDays(1), names);
  }

  Identity identity(String subject, Instant from, Duration validity, String... names) {
    KeyPair leaf = newKeys();
    X509Certificate signed =
        sign(
            new X500Name(subject),
            leaf,
            from,
            from.plus(validity),
            Stream.of(names).map(TestAuthority::generalName).toList(),
            false);
    return new Identity(leaf.getPrivate(), List.of(signed, certificate));
  }

  /** A leaf that may be used for anything. */
  Identity identityWithoutKeyUsage(String subject, String... names) {
    KeyPair leaf = newKeys();
    Instant from = Instant.now().minus(Duration.ofHours(1));
    List<GeneralName> all = Stream.of(names).map(TestAuthority::generalName).toList();
    X509Certificate signed =
        sign(new X500Name(subject), leaf, from, from.plus(Duration.ofDays(1)), all, false, false);
    return new Identity(leaf.getPrivate(), List.of(signed, certificate));
  }

  private static GeneralName generalName(String text) {
    return text.startsWith("ip:")
        ? new GeneralName(GeneralName.iPAddress, text.substring(3))
        : new GeneralName(GeneralName.dNSName, text);
  }

  private X509Certificate sign(
      X500Name subject,
      KeyPair subjectKeys,
      Instant from,
      Instant to,
      List<GeneralName> names,
      boolean authority) {
    return sign(subject, subjectKeys, from, to, names, authority, true);
  }

  private X509Certificate sign(
      X500Name subject,
      KeyPair subjectKeys,
      Instant from,
      Instant to,
      List<GeneralName> names,
      boolean authority,
      boolean limitedUse) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(from),
              Date.from(to),
              subject,
              subjectKeys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (limitedUse) {
        builder.addExtension(
            Extension.keyUsage,
            true,
            new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      }
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
