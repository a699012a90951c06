package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.TestServer.Speaks;
import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 9114 §3.3: one connection for several origins. */
@Timeout(60)
class CoalescingTest {
  private static final Identity BOTH =
      TestAuthority.SHARED.identity("one.coalesced.test", "two.coalesced.test");

  private final List<String> coalesced = new CopyOnWriteArrayList<>();
  private final List<Integer> retried = new CopyOnWriteArrayList<>();

  private H3Client client(UnaryOperator<H3ClientBuilder> settings) {
    return settings
        .apply(
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .protocolMode(ProtocolMode.HTTP3_ONLY)
                .resolver((host, port) -> List.of(InetAddress.getLoopbackAddress()))
                .clientEvents(
                    new H3ClientEvents() {
                      @Override
                      public void coalesced(String host, int port, ConnectionInfo connection) {
                        coalesced.add(host);
                      }

                      @Override
                      public void retried(URI uri, int attempt, IOException cause) {
                        retried.add(attempt);
                      }
                    }))
        .build();
  }

  private static URI uri(String name, TestServer server, String path) {
    return URI.create("https://" + name + ".coalesced.test:" + server.port() + path);
  }

  @Test
  void aConnectionIsReusedForAnOriginThatItsCertificateCovers() throws Exception {
    // RFC 9114 §3.3: "Once a connection to a server endpoint exists, this connection MAY be reused
    // for requests with multiple different URI authority components."
    try (TestServer server = TestServer.start(Speaks.QUIC, BOTH, Http3Limits.SERVER);
        H3Client client = client(builder -> builder)) {
      client.send(get(uri("one", server, "/hello")), BodyHandlers.discarding());
      for (int i = 0; i < 2; i++) {
        H3Response<String> response =
            client.send(get(uri("two", server, "/hello")), BodyHandlers.ofString());
        assertEquals("hello", response.body());
        assertTrue(response.report().reused());
        assertTrue(response.report().reason().contains("certificate for this host too"));
      }
      assertEquals(1, server.quicConnections());
      assertEquals(List.of("two.coalesced.test"), coalesced);
    }
  }

  @Test
  void inARaceToo() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH, BOTH, Http3Limits.SERVER);
        H3Client client =
            client(builder ->
                builder
                    .protocolMode(ProtocolMode.HTTP3_FIRST)
                    .racing(Duration.ofSeconds(20), Duration.ofSeconds(20)))) {
      for (String name : List.of("one", "two")) {
        H3Response<String> response =
            client.send(get(uri(name, server, "/protocol")), BodyHandlers.ofString());
        assertEquals("HTTP/3", response.body());
      }
      assertEquals(1, server.quicConnections());
    }
  }

  // RFC 9114 §3.3: "To use an existing connection for a new origin, clients MUST validate the
  // certificate presented by the server for the new origin server using the process described in
  // Section 4.3.4 of [HTTP]."
  @Test
  void aCertificateThatDoesNotCoverTheOriginIsNotReused() throws Exception {
    // RFC 9114 §3.3: "To use an existing connection for a new origin, clients MUST validate the
    // certificate presented by the server for the new origin server using the process described in
    // Section 4.3.4 of [HTTP]."
    // RFC 9114 §3.3: "If the certificate is not acceptable with regard to the new origin for any
    // reason, the connection MUST NOT be reused and a new connection SHOULD be established for the
    // new origin."
    try (TestServer server =
            TestServer.start(
                Speaks.QUIC,
                TestAuthority.SHARED.identity("one.coalesced.test"),
                Http3Limits.SERVER);
        H3Client client = client(builder -> builder)) {
      client.send(get(uri("one", server, "/hello")), BodyHandlers.discarding());
      assertThrows(
          SSLHandshakeException.class,
          () -> client.send(get(uri("two", server, "/hello")), BodyHandlers.discarding()));
      assertEquals(List.of("/hello"), server.site.seenPaths());
    }
  }

  @Test
  void anotherPortIsAnotherServer() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC, BOTH, Http3Limits.SERVER);
        TestServer other = TestServer.start(Speaks.QUIC, BOTH, Http3Limits.SERVER);
        H3Client client = client(builder -> builder)) {
      client.send(get(uri("one", server, "/hello")), BodyHandlers.discarding());
      client.send(get(uri("two", other, "/hello")), BodyHandlers.discarding());
      assertEquals(1, server.quicConnections());
      assertEquals(1, other.quicConnections());
      assertEquals(List.of(), coalesced);
    }
  }

  @Test
  void itCanBeTurnedOffAndIsOffWhereNothingIsVerified() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC, BOTH, Http3Limits.SERVER);
        H3Client off = client(builder -> builder.coalescing(false));
        H3Client insecure = client(H3ClientBuilder::insecure)) {
      for (H3Client client : List.of(off, insecure)) {
        client.send(get(uri("one", server, "/hello")), BodyHandlers.discarding());
        client.send(get(uri("two", server, "/hello")), BodyHandlers.discarding());
      }
      assertEquals(4, server.quicConnections());
      assertEquals(List.of(), coalesced);
    }
  }

  @Test
  void aMisdirectedRequestGoesAgainOnAConnectionOfItsOwn() throws Exception {
    // RFC 9114 §3.3: "A server that does not wish clients to reuse HTTP/3 connections for a
    // particular origin can indicate that it is not authoritative for a request by sending a 421
    // (Misdirected Request) status code".
    try (TestServer server = TestServer.start(Speaks.QUIC, BOTH, Http3Limits.SERVER);
        H3Client client = client(builder -> builder)) {
      client.send(get(uri("one", server, "/hello")), BodyHandlers.discarding());
      HttpRequest post =
          HttpRequest.newBuilder(uri("two", server, "/picky"))
              .POST(BodyPublishers.ofString("body"))
              .build();
      assertEquals(200, client.send(post, BodyHandlers.discarding()).statusCode());
      client.send(get(uri("two", server, "/hello")), BodyHandlers.discarding());
      assertEquals(2, server.quicConnections());
      assertEquals(List.of(2), retried);
      assertEquals(1, coalesced.size());
    }
  }

  @Test
  void anAlternativeThatAnswers421IsForgotten() throws Exception {
    // RFC 7838 §6: "Clients receiving 421 (Misdirected Request) from an alternative service MUST
    // remove the corresponding entry from its alternative service cache".
    try (TestServer server = TestServer.start(Speaks.TCP);
        TestServer other = TestServer.start(Speaks.QUIC);
        H3Client client =
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .racing(Duration.ofSeconds(20), Duration.ofSeconds(20))
                .protocolMode(ProtocolMode.ALT_SVC)
                .build()) {
      server.site.altSvc = "h3=\":" + other.port() + "\"";
      client.send(get(server.uri("/hello")), BodyHandlers.discarding());
      server.site.altSvc = "";
      server.site.count.set(1);
      // RFC 7838 §6: "An Alt-Svc header field in a 421 (Misdirected Request) response MUST be
      // ignored."
      other.site.altSvc = "h3=\":" + other.port() + "\"";
      for (int i = 0; i < 2; i++) {
        assertEquals(
            "HTTP/2.0", client.send(get(server.uri("/picky")), BodyHandlers.ofString()).body());
      }
      assertEquals(1, other.site.seen.size());
    }
  }

  @Test
  void aSharedConnectionIsNotDrainedWhileOneOriginUsesIt() {
    H3Pool pool = new H3Pool();
    ScriptedLink shared = new ScriptedLink();
    InetSocketAddress there = shared.info().remote();
    Origin first = new Origin("https", "first", 443);
    pool.add(first, shared);
    assertEquals(
        shared, pool.borrow(new Origin("https", "second", 443), List.of(there), link -> true));
    for (int i = 0; i < H3Pool.CONNECTIONS - 1; i++) {
      pool.add(new Origin("https", "host" + i, 443), new ScriptedLink());
    }
    // The first origin fell out; the second one holds the connection.
    assertFalse(shared.closed.isDone());
    assertTrue(pool.borrowed(new Origin("https", "second", 443)));
    assertEquals(shared, pool.open(new Origin("https", "second", 443)));
  }

  @Test
  void originsThatDoNotShareAreRememberedWithinBounds() {
    H3Pool pool = new H3Pool();
    ScriptedLink shared = new ScriptedLink();
    InetSocketAddress there = shared.info().remote();
    pool.add(new Origin("https", "first", 443), shared);
    for (int i = 0; i <= H3Pool.ALONE; i++) {
      pool.misdirected(new Origin("https", "host" + i, 443), shared);
    }
    assertEquals(
        null, pool.borrow(new Origin("https", "host1", 443), List.of(there), link -> true));
    assertEquals(
        shared, pool.borrow(new Origin("https", "host0", 443), List.of(there), link -> true));
  }
}
