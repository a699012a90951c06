package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalAuthorityTest {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  @TempDir Path folder;

  private Path home() {
    return folder.resolve("deep/data");
  }

  private static X509Certificate leaf(ServerIdentity identity) {
    return identity.identity().chain().getFirst();
  }

  @Test
  void theAuthorityIsOneAndTheLeafIsAServersAlone() throws Exception {
    ServerIdentity identity = LocalAuthority.in(home()).identity(List.of());
    X509Certificate ca = Objects.requireNonNull(identity.authority());
    ca.verify(ca.getPublicKey());
    assertEquals(0, ca.getBasicConstraints());
    assertTrue(ca.getCriticalExtensionOIDs().contains("2.5.29.19"));
    boolean[] caUsage = ca.getKeyUsage();
    assertTrue(caUsage[5] && caUsage[6] && !caUsage[0]);
    X509Certificate leaf = leaf(identity);
    leaf.verify(ca.getPublicKey());
    assertEquals(-1, leaf.getBasicConstraints());
    assertEquals(List.of(SERVER_AUTH), leaf.getExtendedKeyUsage());
    boolean[] usage = leaf.getKeyUsage();
    assertTrue(usage[0] && !usage[5]);
    assertNotEquals(null, leaf.getExtensionValue("2.5.29.14"));
    assertNotEquals(null, leaf.getExtensionValue("2.5.29.35"));
    assertEquals("EC", leaf.getPublicKey().getAlgorithm());
    Duration lifetime =
        Duration.between(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
    assertTrue(lifetime.toDays() < 398);
  }

  @Test
  void theLeafIsForLoopbackAndTheNamesGiven() throws Exception {
    ServerIdentity identity =
        LocalAuthority.in(home())
            .identity(List.of("Dev.Example.test", "10.1.2.3", "[2001:db8::1]", "b\u00fccher.test"));
    Set<String> names =
        Objects.requireNonNull(leaf(identity).getSubjectAlternativeNames()).stream()
            .map(name -> String.valueOf(name.get(1)))
            .collect(Collectors.toSet());
    assertEquals(
        Set.of(
            "localhost",
            "127.0.0.1",
            "0:0:0:0:0:0:0:1",
            "dev.example.test",
            "xn--bcher-kva.test",
            "10.1.2.3",
            "2001:db8:0:0:0:0:0:1"),
        names);
  }

  @Test
  void whatIsNoNameIsRefused() {
    for (String name :
        new String[] {"", "https://x.test", "a b", "x.test:8443", "-x.test", "a..b", "x/y", "*"}) {
      IOException refusal =
          assertThrows(
              IOException.class, () -> LocalAuthority.in(home()).identity(List.of(name)), name);
      assertTrue(String.valueOf(refusal.getMessage()).contains("is not a host name"), name);
    }
  }

  @Test
  void keysAreReadableByTheUserAlone() throws Exception {
    LocalAuthority.in(home()).identity(List.of());
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home())));
    try (Stream<Path> files = Files.list(home())) {
      for (Path file : files.toList()) {
        String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        String content = Files.readString(file);
        assertTrue(
            !content.contains("PRIVATE KEY") || permissions.equals("rw-------"),
            file + " " + permissions);
      }
    }
  }

  @Test
  void aSecondStartFindsTheSame() throws Exception {
    ServerIdentity first = LocalAuthority.in(home()).identity(List.of());
    ServerIdentity second = LocalAuthority.in(home()).identity(List.of());
    assertEquals(first.identity(), second.identity());
    assertEquals(first.authority(), second.authority());
    assertEquals(first.spkiSha256(), second.spkiSha256());
  }

  @Test
  void aLeafNearItsEndIsMadeAnewByTheSameAuthority() throws Exception {
    ServerIdentity first = LocalAuthority.in(home()).identity(List.of());
    Instant late =
        leaf(first).getNotAfter().toInstant().minus(LocalAuthority.RENEWAL).plusSeconds(1);
    ServerIdentity second =
        LocalAuthority.in(home(), Clock.fixed(late, ZoneOffset.UTC)).identity(List.of());
    assertNotEquals(leaf(first), leaf(second));
    assertEquals(first.authority(), second.authority());
    assertTrue(
        leaf(second).getNotAfter().toInstant().isAfter(leaf(first).getNotAfter().toInstant()));
  }

  @Test
  void anAuthorityThatHasEndedIsSaid() throws Exception {
    LocalAuthority.in(home()).identity(List.of());
    Clock far = Clock.offset(Clock.systemUTC(), Duration.ofDays(4000));
    IOException refusal =
        assertThrows(IOException.class, () -> LocalAuthority.in(home(), far).identity(List.of()));
    assertTrue(String.valueOf(refusal.getMessage()).contains("expired on"));
  }

  @Test
  void startsAtTheSameTimeAgree() throws Exception {
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Callable<ServerIdentity>> starts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        List<String> names = i % 2 == 0 ? List.of() : List.of("other.test");
        starts.add(() -> LocalAuthority.in(home()).identity(names));
      }
      Set<X509Certificate> authorities = new java.util.HashSet<>();
      Set<X509Certificate> leaves = new java.util.HashSet<>();
      for (var start : threads.invokeAll(starts, 30, TimeUnit.SECONDS)) {
        authorities.add(Objects.requireNonNull(start.get().authority()));
        leaves.add(leaf(start.get()));
      }
      assertEquals(1, authorities.size());
      assertEquals(2, leaves.size());
    }
  }

  @Test
  void noHalfWrittenFileStays() throws Exception {
    LocalAuthority.in(home()).identity(List.of());
    try (Stream<Path> files = Files.list(home())) {
      assertFalse(files.anyMatch(file -> file.getFileName().toString().startsWith(".new")));
    }
  }

  @Test
  void aKeyThatIsNotTheAuthoritysIsSaid() throws Exception {
    LocalAuthority.in(home()).identity(List.of());
    LocalAuthority.in(folder.resolve("two")).identity(List.of());
    Files.copy(
        folder.resolve("two/ca-key.pem"),
        home().resolve("ca-key.pem"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    IOException refusal =
        assertThrows(
            IOException.class, () -> LocalAuthority.in(home()).identity(List.of("new.test")));
    assertTrue(String.valueOf(refusal.getMessage()).contains("is not the key of"));
  }

  @Test
  void aFolderThatCannotBeMadeIsSaid() throws Exception {
    Files.writeString(folder.resolve("file"), "");
    IOException refusal =
        assertThrows(
            IOException.class, () -> LocalAuthority.in(folder.resolve("file")).identity(List.of()));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains("is not a folder") && message.contains("--ca-dir"), message);
  }
}
