package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.h3kit.client.TestServer.Speaks;
import dev.h3kit.core.Http3Limits;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7838: alternative services. */
@Timeout(60)
class AltSvcTest {
  private static final Origin ORIGIN = new Origin("https", "example.com", 443);

  private final AtomicLong now = new AtomicLong();
  private final AltSvcCache cache =
      new AltSvcCache(() -> Instant.EPOCH.plusNanos(now.get()), null, failure -> {});

  @Test
  void aFieldIsParsedIntoItsAlternatives() {
    AltSvcField field =
        AltSvcField.parse("h3=\":443\"; ma=60; persist=1, h2=\"alt.Example:8443\",w%3Dx=\":1\"");
    assertEquals(
        new AltSvcField.Services(
            List.of(
                new AltSvcField.Service("h3", "", 443, Duration.ofSeconds(60), true),
                new AltSvcField.Service("h2", "alt.example", 8443, Duration.ofHours(24), false),
                new AltSvcField.Service("w=x", "", 1, Duration.ofHours(24), false))),
        field);
    assertEquals(
        new AltSvcField.Services(
            List.of(new AltSvcField.Service("h3", "::1", 9, Duration.ofHours(24), false))),
        AltSvcField.parse("h3=\"[::1]:9\"; unknown=\"a\\\"b\"; ma=x"));
    assertInstanceOf(AltSvcField.Clear.class, AltSvcField.parse(" clear "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "h3",
        "h3=",
        "h3=:443",
        "h3=\":443",
        "h3=\":0\"",
        "h3=\":65536\"",
        "h3=\"host\"",
        "h3=\":443\",",
        "h3=\":443\" garbage",
        "Clear",
        "=\":443\"",
        ",h3=\":443\""
      })
  void whatIsNotAFieldIsIgnored(String value) {
    assertNull(AltSvcField.parse(value));
  }

  @Test
  void anAlternativeHoldsForItsMaxAge() {
    cache.heard(ORIGIN, "h3=\":8443\"; ma=60");
    assertEquals(new Alternative("example.com", 8443), cache.http3(ORIGIN));
    now.addAndGet(Duration.ofSeconds(59).toNanos());
    assertEquals(new Alternative("example.com", 8443), cache.http3(ORIGIN));
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertNull(cache.http3(ORIGIN));
  }

  @Test
  void anAlternativeHoldsForAWeekAtMost() {
    cache.heard(ORIGIN, "h3=\":8443\"; ma=99999999");
    now.addAndGet(Duration.ofDays(7).toNanos());
    assertNull(cache.http3(ORIGIN));
  }

  @Test
  void aNewFieldReplacesAndClearForgets() {
    cache.heard(ORIGIN, "h3=\":1\"");
    cache.heard(ORIGIN, "h3-29=\":2\", h3=\"other:3\"");
    assertEquals(new Alternative("other", 3), cache.http3(ORIGIN));
    cache.heard(ORIGIN, "not a field");
    assertEquals(new Alternative("other", 3), cache.http3(ORIGIN));
    cache.heard(ORIGIN, "clear");
    assertNull(cache.http3(ORIGIN));
    cache.heard(ORIGIN, "h3=\":1\"");
    cache.heard(ORIGIN, "h2=\":1\"");
    assertNull(cache.http3(ORIGIN));
  }

  @Test
  void theCacheIsBounded() {
    for (int i = 0; i <= AltSvcCache.ORIGINS; i++) {
      cache.heard(new Origin("https", "host" + i, 443), "h3=\":1\"");
    }
    assertNull(cache.http3(new Origin("https", "host0", 443)));
    assertEquals(new Alternative("host1", 1), cache.http3(new Origin("https", "host1", 443)));
  }

  @Test
  void http3IsUsedAfterItWasAdvertised() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client =
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .racing(Duration.ofSeconds(20), Duration.ofSeconds(20))
                .protocolMode(ProtocolMode.ALT_SVC)
                .build()) {
      server.site.altSvc = "h3=\":" + server.port() + "\"; ma=60";
      assertEquals(
          "HTTP/2.0", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
      assertEquals(
          "HTTP/3", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
    }
  }

  @Test
  void anAlternativeOnAnotherPortIsUsedForTheOrigin() throws Exception {
    try (TestServer server = TestServer.start(Speaks.TCP);
        TestServer other = TestServer.start(Speaks.QUIC);
        H3Client client =
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .racing(Duration.ofSeconds(20), Duration.ofSeconds(20))
                .protocolMode(ProtocolMode.ALT_SVC)
                .build()) {
      server.site.altSvc = "h3=\"localhost:" + other.port() + "\"";
      client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      assertEquals(
          "HTTP/3", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
      assertEquals(List.of("/protocol"), other.site.seenPaths());
    }
  }

  @Test
  void anAlternativeWithoutTheOriginsCertificateIsNotUsed() throws Exception {
    // RFC 7838 §2.1: "Clients MUST have reasonable assurances that the alternative service is under
    // control of and valid for the whole origin."
    try (TestServer server = TestServer.start(Speaks.TCP);
        TestServer other =
            TestServer.start(
                Speaks.QUIC,
                TestAuthority.SHARED.identity("elsewhere.example"),
                Http3Limits.SERVER);
        H3Client client =
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .racing(Duration.ofSeconds(20), Duration.ofSeconds(20))
                .protocolMode(ProtocolMode.ALT_SVC)
                .build()) {
      server.site.altSvc = "h3=\":" + other.port() + "\"";
      client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      assertEquals(
          "HTTP/2.0", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
      assertEquals(List.of(), other.site.seen);
    }
  }

  @Test
  void whatAnUnverifiedServerAdvertisesIsNotBelieved() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client =
            H3Client.newBuilder().insecure().protocolMode(ProtocolMode.ALT_SVC).build()) {
      server.site.altSvc = "h3=\":" + server.port() + "\"";
      client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      assertEquals(
          "HTTP/2.0", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
    }
  }
}
