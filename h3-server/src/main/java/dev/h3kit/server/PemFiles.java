package dev.h3kit.server;

import dev.h3kit.core.transport.Identity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys in PEM (RFC 7468). */
final class PemFiles {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");

  /** A file larger than this holds no certificate chain or key that anybody uses. */
  private static final long LARGEST = 1 << 20;

  private PemFiles() {}

  /** One encapsulated text: its label and its content in base64. */
  record Block(String label, String base64) {
    byte[] octets(Path file) throws IOException {
      try {
        return Base64.getMimeDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " is damaged: " + e.getMessage(), e);
      }
    }
  }

  static Identity identity(Path chainFile, Path keyFile) throws IOException {
    List<X509Certificate> chain = certificates(chainFile);
    PrivateKey key = key(keyFile);
    X509Certificate leaf = chain.getFirst();
    if (!belongTogether(key, leaf.getPublicKey())) {
      throw new IOException(
          "the key in "
              + keyFile
              + " is not the key of the first certificate in "
              + chainFile
              + " ("
              + leaf.getSubjectX500Principal()
              + ")\nPut the server's own certificate first, or name the key it was made with.");
    }
    checkTime(leaf, chainFile, Clock.systemUTC().instant());
    return new Identity(key, chain);
  }

  private static void checkTime(X509Certificate leaf, Path file, Instant now) throws IOException {
    Instant end = leaf.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      throw new IOException(
          "the certificate in " + file + " expired on " + end + "\nRenew it, or leave out --cert.");
    }
    Instant begin = leaf.getNotBefore().toInstant();
    if (now.isBefore(begin)) {
      throw new IOException(
          "the certificate in "
              + file
              + " is not valid before "
              + begin
              + "\nIs the clock of this machine right?");
    }
  }

  static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks(file)) {
        if (block.label().equals("CERTIFICATE")) {
          chain.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(block.octets(file))));
        }
      }
    } catch (CertificateException e) {
      throw new IOException(file + " holds a damaged certificate: " + e.getMessage(), e);
    }
    if (chain.isEmpty()) {
      throw new IOException(
          file + " holds no certificate\nA PEM file with -----BEGIN CERTIFICATE----- is wanted.");
    }
    return chain;
  }

  static PrivateKey key(Path file) throws IOException {
    for (Block block : blocks(file)) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          return pkcs8(block.octets(file), file);
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
            throw new IOException(
                file
                    + " holds a key in the older form "
                    + (block.label().startsWith("RSA") ? "PKCS#1" : "SEC1")
                    + "\nConvert it: openssl pkcs8 -topk8 -nocrypt -in "
                    + file
                    + " -out key.pem");
        case "ENCRYPTED PRIVATE KEY" ->
            throw new IOException(
                file
                    + " holds an encrypted key\nDecrypt it: openssl pkcs8 -in "
                    + file
                    + " -out key.pem");
        default -> {}
      }
    }
    throw new IOException(
        file + " holds no private key\nA PEM file with -----BEGIN PRIVATE KEY----- is wanted.");
  }

  private static PrivateKey pkcs8(byte[] octets, Path file) throws IOException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(octets);
    IOException refusal =
        new IOException(
            "the key in "
                + file
                + " is neither RSA nor EC, or is damaged\nUse an RSA or EC P-256 key.");
    for (String algorithm : List.of("EC", "RSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException e) {
        refusal.addSuppressed(e);
      }
    }
    throw refusal;
  }

  private static List<Block> blocks(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text(file));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  private static String text(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST) {
        throw new IOException(file + " is too large for a PEM file");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(file + " does not exist", e);
    } catch (AccessDeniedException e) {
      throw new IOException("no permission to read " + file, e);
    }
  }

  /** Whether a signature by one is accepted by the other. */
  static boolean belongTogether(PrivateKey key, PublicKey certified) {
    if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
      return false;
    }
    try {
      Signature signature =
          Signature.getInstance(
              key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
      byte[] probe = "h3kit".getBytes(StandardCharsets.US_ASCII);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** A block as text. */
  static String encode(String label, byte[] octets) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
