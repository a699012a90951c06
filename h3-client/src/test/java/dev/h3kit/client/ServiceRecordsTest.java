package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.h3kit.client.ServiceRecords.ServiceRecord;
import dev.h3kit.client.TestServer.Speaks;
import dev.h3kit.core.Http3Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 9460: HTTPS records by an application's own DNS client. */
@Timeout(60)
class ServiceRecordsTest {
  private static final Origin ORIGIN = new Origin("https", "example.com", 443);

  private static H3Client client(ServiceRecords records) {
    return H3Client.newBuilder()
        .trust(TestAuthority.SHARED.trust())
        .protocolMode(ProtocolMode.ALT_SVC)
        .racing(Duration.ofSeconds(20), Duration.ofSeconds(20))
        .serviceRecords(records)
        .build();
  }

  private static ServiceRecord h3(int port, InetAddress... hints) {
    return new ServiceRecord("", port, List.of("h2", "h3"), List.of(hints));
  }

  @Test
  void aRecordWithH3LeadsToHttp3FromTheFirstRequestOn() throws Exception {
    // The lookup may be late on a busy machine; then it serves the next request.
    try (TestServer server = TestServer.start(Speaks.TCP);
        TestServer other = TestServer.start(Speaks.QUIC)) {
      CountDownLatch asked = new CountDownLatch(1);
      try (H3Client client =
          client((host, port) -> {
            assertEquals("localhost", host);
            assertEquals(server.port(), port);
            asked.countDown();
            return List.of(
                new ServiceRecord("", 1, List.of("h2"), List.of()),
                h3(other.port(), InetAddress.getLoopbackAddress()));
          })) {
        client.send(get(server.uri("/hello")), BodyHandlers.discarding());
        asked.await(20, TimeUnit.SECONDS);
        assertEquals(
            "HTTP/3", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
      }
    }
  }

  @Test
  void theCertificateMustBeTheOrigins() throws Exception {
    try (TestServer server = TestServer.start(Speaks.TCP);
        TestServer other =
            TestServer.start(
                Speaks.QUIC,
                TestAuthority.SHARED.identity("elsewhere.example"),
                Http3Limits.SERVER);
        H3Client client = client((host, port) -> List.of(h3(other.port())))) {
      for (int i = 0; i < 2; i++) {
        assertEquals(
            "HTTP/2.0", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
      }
      assertEquals(List.of(), other.site.seen);
    }
  }

  @Test
  void aLookupThatFailsOrHangsDoesNoHarm() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    ServiceRecords hanging =
        (host, port) -> {
          try {
            end.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          return List.of();
        };
    ServiceRecords failing =
        (host, port) -> {
          throw new IOException("SERVFAIL");
        };
    try (TestServer server = TestServer.start(Speaks.TCP)) {
      for (ServiceRecords records : List.of(hanging, failing)) {
        try (H3Client client = client(records)) {
          assertEquals(
              "hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
        }
      }
    } finally {
      end.countDown();
    }
  }

  @Test
  void recordsAreKeptForAMinuteAndWithinBounds() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AtomicLong now = new AtomicLong();
    KnownRecords known =
        new KnownRecords(
            (host, port) -> {
              asked.incrementAndGet();
              return List.of(h3(8443));
            },
            now::get);
    settled(known, ORIGIN);
    assertEquals(new Alternative("example.com", 8443), known.http3(ORIGIN));
    assertEquals(1, asked.get());
    now.addAndGet(Duration.ofSeconds(61).toNanos());
    settled(known, ORIGIN);
    assertEquals(2, asked.get());
    known.refused(ORIGIN);
    assertNull(known.http3(ORIGIN));
    for (int i = 0; i < KnownRecords.ORIGINS; i++) {
      known.refused(new Origin("https", "host" + i, 443));
    }
    settled(known, ORIGIN);
    assertEquals(3, asked.get());
    assertNull(known.http3(new Origin("https", "127.0.0.1", 443)));
    assertNull(known.http3(new Origin("http", "example.com", 80)));
    assertEquals(3, asked.get());
  }

  /** Waits for a lookup whatever the machine is busy with. */
  private static void settled(KnownRecords known, Origin origin) throws InterruptedException {
    while (known.http3(origin) == null) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aRecordNeedsAPort() {
    assertThrows(
        IllegalArgumentException.class, () -> new ServiceRecord("", 0, List.of(), List.of()));
  }
}
