package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemFilesTest {
  @TempDir Path folder;

  private Path chain(Identity identity) throws Exception {
    return Files.writeString(
        folder.resolve("cert.pem"),
        PemFiles.encode("CERTIFICATE", identity.chain().getFirst().getEncoded()));
  }

  private Path key(String label, byte[] octets) throws IOException {
    return Files.writeString(folder.resolve("key.pem"), PemFiles.encode(label, octets));
  }

  private static Identity leaf(Instant now) throws IOException {
    return Certificates.leaf(
        Certificates.authority(now), SubjectNames.withLoopback(List.of()), now);
  }

  private static String refusal(Path chain, Path key) {
    return String.valueOf(
        assertThrows(IOException.class, () -> ServerIdentity.pem(chain, key)).getMessage());
  }

  @Test
  void aPairThatBelongsTogetherIsTaken() throws Exception {
    Identity leaf = leaf(Instant.now());
    Path key = key("PRIVATE KEY", leaf.key().getEncoded());
    ServerIdentity read = ServerIdentity.pem(chain(leaf), key);
    assertEquals(leaf.chain(), read.identity().chain());
    assertEquals(leaf.key(), read.identity().key());
  }

  @Test
  void aKeyOfAnotherCertificateIsSaid() throws Exception {
    Path chain = chain(leaf(Instant.now()));
    Path key = key("PRIVATE KEY", leaf(Instant.now()).key().getEncoded());
    assertTrue(refusal(chain, key).contains("is not the key of the first certificate"));
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    key("PRIVATE KEY", rsa.generateKeyPair().getPrivate().getEncoded());
    assertTrue(refusal(chain, key).contains("is not the key of the first certificate"));
  }

  @Test
  void certificatesOutOfTheirTimeAreSaid() throws Exception {
    Identity old = leaf(Instant.now().minus(Duration.ofDays(200)));
    assertTrue(
        refusal(chain(old), key("PRIVATE KEY", old.key().getEncoded())).contains("expired on"));
    Identity early = leaf(Instant.now().plus(Duration.ofDays(2)));
    assertTrue(
        refusal(chain(early), key("PRIVATE KEY", early.key().getEncoded()))
            .contains("is not valid before"));
  }

  @Test
  void olderAndEncryptedFormsOfKeysAreNamedWithTheWayOut() throws Exception {
    Path chain = chain(leaf(Instant.now()));
    byte[] octets = {1, 2, 3};
    assertTrue(refusal(chain, key("RSA PRIVATE KEY", octets)).contains("openssl pkcs8 -topk8"));
    assertTrue(refusal(chain, key("EC PRIVATE KEY", octets)).contains("SEC1"));
    assertTrue(refusal(chain, key("ENCRYPTED PRIVATE KEY", octets)).contains("Decrypt it"));
    assertTrue(refusal(chain, key("PRIVATE KEY", octets)).contains("neither RSA nor EC"));
  }

  @Test
  void filesWithoutWhatIsSoughtAreNamed() throws Exception {
    Identity leaf = leaf(Instant.now());
    Path chain = chain(leaf);
    Path key = key("PRIVATE KEY", leaf.key().getEncoded());
    assertTrue(refusal(key, key).contains("holds no certificate"));
    assertTrue(refusal(chain, chain).contains("holds no private key"));
    assertTrue(refusal(folder.resolve("none"), key).contains("does not exist"));
    Files.writeString(chain, PemFiles.encode("CERTIFICATE", new byte[] {1, 2, 3}));
    assertTrue(refusal(chain, key).contains("damaged certificate"));
    Files.write(key, new byte[2 << 20]);
    assertTrue(refusal(key, key).contains("too large"));
  }
}
