package dev.h3kit.server;

import dev.h3kit.core.transport.Identity;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes keys and certificates (RFC 5280) on the curve P-256. */
final class Certificates {
  /** Browsers accept at most 398 days, Apple's platforms 825 of a local authority. */
  static final Duration LEAF_LIFETIME = Duration.ofDays(90);

  private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);

  /** A clock that is a little behind ours should not refuse a new certificate. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  private static final SecureRandom RANDOM = new SecureRandom();

  private Certificates() {}

  /** A new authority. */
  static Identity authority(Instant now) throws IOException {
    try {
      KeyPair keys = keys();
      X500Name name = name("h3kit local authority of " + System.getProperty("user.name", "nobody"));
      X509v3CertificateBuilder builder =
          builder(name, name, keys.getPublic(), now, AUTHORITY_LIFETIME);
      // RFC 5280 §4.2.1.9: "Conforming CAs MUST include this extension in all CA certificates ...
      // and MUST mark the extension as critical"
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      return new Identity(keys.getPrivate(), List.of(sign(builder, keys)));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a certificate authority: " + e.getMessage(), e);
    }
  }

  /** A new key and a server certificate for it. */
  static Identity leaf(Identity authority, SubjectNames names, Instant now) throws IOException {
    try {
      KeyPair keys = keys();
      X509Certificate issuer = authority.chain().getFirst();
      X509v3CertificateBuilder builder =
          builder(
              X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
              name("h3kit development server"),
              keys.getPublic(),
              now,
              LEAF_LIFETIME);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          identifiers.createSubjectKeyIdentifier(keys.getPublic()));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          identifiers.createAuthorityKeyIdentifier(issuer.getPublicKey()));
      builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      KeyPair signer = new KeyPair(issuer.getPublicKey(), authority.key());
      return new Identity(keys.getPrivate(), List.of(sign(builder, signer)));
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a server certificate: " + e.getMessage(), e);
    }
  }

  private static GeneralNames alternatives(SubjectNames names) {
    List<GeneralName> all = new ArrayList<>();
    names.dns().forEach(dns -> all.add(new GeneralName(GeneralName.dNSName, dns)));
    names.addresses().forEach(address -> all.add(new GeneralName(GeneralName.iPAddress, address)));
    return new GeneralNames(all.toArray(GeneralName[]::new));
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static X500Name name(String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, "h3kit")
        .addRDN(BCStyle.CN, commonName)
        .build();
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, PublicKey key, Instant now, Duration lifetime) {
    Instant begin = now.minus(BACKDATED);
    // RFC 5280 §4.1.2.2: a positive integer of at most 20 octets, unique for each certificate.
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(127, RANDOM).add(BigInteger.ONE),
        Date.from(begin),
        Date.from(begin.plus(lifetime)),
        subject,
        key);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair signer)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
