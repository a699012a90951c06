package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9525 §6: matching what was asked for with what the certificate presents. */
class ServerNameTest {

  @ParameterizedTest
  @CsvSource({
    "a.example, a.example",
    "A.Example, a.example",
    "a.example., a.example",
    "b.a.example, *.a.example",
    "bücher.example, xn--bcher-kva.example",
    "127.0.0.1, ip:127.0.0.1",
    "::1, ip:::1",
    "[::1], ip:::1",
    "0:0:0:0:0:0:0:1, ip:::1",
  })
  void matches(String asked, String presented) {
    X509Certificate certificate = certificate(presented);
    assertDoesNotThrow(() -> ServerName.of(asked).check(certificate));
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, b.example",
    "a.example, *.a.example",
    "c.b.a.example, *.a.example",
    "bar.example, b*r.example",
    "b.c.example, *.*.example",
    "example, *.example",
    "a.example, *.example.",
    "127.0.0.1, ip:127.0.0.2",
    "127.0.0.1, localhost",
    "localhost, ip:127.0.0.1",
  })
  void refuses(String asked, String presented) {
    // RFC 9525 §6.3: "*.example" would be a wildcard for a whole top-level domain: not ours to
    // allow for "a.example", since it needs at least two labels behind the wildcard.
    X509Certificate certificate = certificate(presented);
    CertificateException e =
        assertThrows(CertificateException.class, () -> ServerName.of(asked).check(certificate));
    String name = presented.startsWith("ip:") ? presented.substring(3) : presented;
    assertEquals("the certificate is not for " + asked + " but for " + name, e.getMessage());
  }

  private static X509Certificate certificate(String name) {
    return TestAuthority.SHARED.identity(name).chain().getFirst();
  }

  @org.junit.jupiter.api.Test
  void ignoresTheCommonName() {
    X509Certificate certificate =
        TestAuthority.SHARED
            .identity("CN=a.example", java.time.Instant.now(), java.time.Duration.ofDays(1))
            .chain()
            .getFirst();
    CertificateException e =
        assertThrows(
            CertificateException.class, () -> ServerName.of("a.example").check(certificate));
    assertEquals(
        "the certificate is not for a.example: it has no subject alternative names",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "1.2.3.999", "[::g]", "a..b"})
  void refusesWhatIsNoHost(String host) {
    assertThrows(IllegalArgumentException.class, () -> ServerName.of(host));
  }
}
