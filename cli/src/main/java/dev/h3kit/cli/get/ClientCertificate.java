package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/** The certificate and key that a client shows: {@code --cert} and {@code --key}. */
final class ClientCertificate {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /** AlgorithmIdentifier of rsaEncryption (RFC 3279 §2.3.1), which PKCS #1 keys stand without. */
  private static final byte[] RSA_IDENTIFIER = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  private ClientCertificate() {}

  /** Key managers that show what the options name. */
  static KeyManager[] read(ConnectOptions options, String given) throws CommandFailure {
    // As in curl, a password may stand behind the last colon that is not part of a drive's name.
    int colon = given.indexOf(':', given.matches("[A-Za-z]:[\\\\/].*") ? 2 : 0);
    boolean whole = colon < 0 || Files.exists(Path.of(given));
    String file = whole ? given : given.substring(0, colon);
    String password =
        options.keyPassword != null ? options.keyPassword : whole ? "" : given.substring(colon + 1);
    char[] secret = password.toCharArray();
    try {
      byte[] octets = Files.readAllBytes(Path.of(file));
      KeyStore store =
          pkcs12(options.certificateType, octets)
              ? KeyStore.getInstance("PKCS12")
              : KeyStore.getInstance(KeyStore.getDefaultType());
      if (pkcs12(options.certificateType, octets)) {
        store.load(new ByteArrayInputStream(octets), secret);
      } else {
        store.load(null, null);
        String pem = text(octets);
        String keyPem = options.key == null ? pem : text(Files.readAllBytes(Path.of(options.key)));
        List<Certificate> chain = chain(pem);
        PrivateKey key = key(keyPem, secret);
        if (chain.isEmpty() || key == null) {
          throw bad(given, chain.isEmpty() ? "it has no certificate" : "there is no key", null);
        }
        store.setKeyEntry("client", key, secret, chain.toArray(Certificate[]::new));
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, secret);
      return factory.getKeyManagers();
    } catch (NoSuchFileException e) {
      throw bad(given, "no such file", e);
    } catch (IOException | InvalidPathException | GeneralSecurityException e) {
      throw bad(given, "wrong password, or not what it should be: " + e.getMessage(), e);
    }
  }

  private static boolean pkcs12(@Nullable String type, byte[] octets) {
    return type == null
        ? octets.length > 0 && octets[0] == 0x30 // a DER sequence; PEM begins with text
        : type.equalsIgnoreCase("P12");
  }

  private static List<Certificate> chain(String pem) throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<Certificate> chain = new ArrayList<>();
    Matcher block = BLOCK.matcher(pem);
    while (block.find()) {
      if (block.group(1).equals("CERTIFICATE")) {
        chain.add(factory.generateCertificate(new ByteArrayInputStream(der(block))));
      }
    }
    return chain;
  }

  private static @Nullable PrivateKey key(String pem, char[] secret)
      throws GeneralSecurityException, IOException {
    Matcher block = BLOCK.matcher(pem);
    while (block.find()) {
      switch (block.group(1)) {
        case "PRIVATE KEY" -> {
          return pkcs8(der(block));
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          return pkcs8(decrypted(der(block), secret));
        }
        case "RSA PRIVATE KEY" -> {
          return pkcs8(wrapped(der(block)));
        }
        case "EC PRIVATE KEY" ->
            throw new InvalidKeySpecException(
                "the key is in SEC 1 format; 'openssl pkcs8 -topk8 -nodes' makes PKCS #8 of it");
        default -> {}
      }
    }
    return null;
  }

  private static byte[] decrypted(byte[] der, char[] secret)
      throws GeneralSecurityException, IOException {
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
    String algorithm =
        info.getAlgName().equals("PBES2") ? info.getAlgParameters().toString() : info.getAlgName();
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(
        Cipher.DECRYPT_MODE,
        SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(secret)),
        info.getAlgParameters());
    return info.getKeySpec(cipher).getEncoded();
  }

  private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // It is a key of another algorithm.
      }
    }
    throw new InvalidKeySpecException("the key is of no kind that is known here");
  }

  /** PKCS #1 in PKCS #8: version 0, the algorithm, the key as an octet string. */
  private static byte[] wrapped(byte[] pkcs1) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {2, 1, 0});
    body.writeBytes(RSA_IDENTIFIER);
    body.writeBytes(tagged(4, pkcs1));
    return tagged(0x30, body.toByteArray());
  }

  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream der = new ByteArrayOutputStream();
    der.write(tag);
    der.write(0x83);
    der.write(content.length >> 16);
    der.write(content.length >> 8);
    der.write(content.length);
    der.writeBytes(content);
    return der.toByteArray();
  }

  private static byte[] der(Matcher block) throws InvalidKeySpecException {
    try {
      return Base64.getMimeDecoder().decode(block.group(2).strip());
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("the PEM text is damaged", e);
    }
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  private static CommandFailure bad(String name, String why, @Nullable Exception cause) {
    return new CommandFailure(
        ExitCode.CERTIFICATE_PROBLEM, "cannot use --cert " + name + ": " + why, null, cause);
  }
}
