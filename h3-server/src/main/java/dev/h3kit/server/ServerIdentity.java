package dev.h3kit.server;

import dev.h3kit.core.transport.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The key and certificates a development server shows, and where they come from.
 *
 * @param identity the key and the chain
 * @param authority the certificate to trust so that the chain is trusted; null where the chain was
 *     given by the user, who knows who trusts it
 * @param authorityFile where {@code authority} lies as PEM, null with it
 */
public record ServerIdentity(
    Identity identity, @Nullable X509Certificate authority, @Nullable Path authorityFile) {

  /**
   * An identity for {@code localhost}, 127.0.0.1, ::1 and {@code names}, signed by the local
   * authority in {@code folder}; both are made where they are missing, and the certificate is made
   * anew when it is near its end.
   *
   * @param names further DNS names and IP addresses
   * @throws IOException if the folder cannot be used or a name is not one, saying why
   */
  public static ServerIdentity local(Path folder, Collection<String> names) throws IOException {
    return LocalAuthority.in(folder).identity(names);
  }

  /**
   * The folder of the local authority where none is named: {@code h3kit} in the user's data folder
   * ({@code $XDG_DATA_HOME}, by default {@code ~/.local/share}, or what macOS and Windows have for
   * it).
   */
  public static Path localFolder() {
    return LocalAuthority.usualFolder();
  }

  /**
   * An identity from PEM files.
   *
   * @param chain the certificate and those of its issuers, leaf first
   * @param key the private key, PKCS#8, unencrypted
   * @throws IOException if a file cannot be read or they do not belong together, saying what to do
   */
  public static ServerIdentity pem(Path chain, Path key) throws IOException {
    return new ServerIdentity(PemFiles.identity(chain, key), null, null);
  }

  /**
   * The SHA-256 hash of the leaf's SubjectPublicKeyInfo in base64: what Chromium's {@code
   * --ignore-certificate-errors-spki-list} takes.
   */
  public String spkiSha256() {
    try {
      byte[] spki = identity.chain().getFirst().getPublicKey().getEncoded();
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(spki));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
