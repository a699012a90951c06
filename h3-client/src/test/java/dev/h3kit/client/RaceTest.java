package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.Racer.Outcome;
import dev.h3kit.client.Racer.Transport;
import dev.h3kit.client.TestServer.Speaks;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.DatagramFaults;
import dev.h3kit.core.transport.HandshakeException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which transport carries a request, and what the report says of it. */
@Timeout(60)
class RaceTest {
  private static final DatagramFaults LOSE_ALL =
      new DatagramFaults() {
        @Override
        public Fate received(DatagramPacket packet) {
          return Fate.DROP;
        }
      };

  private static H3Client client(UnaryOperator<H3ClientBuilder> settings) {
    return settings.apply(H3Client.newBuilder().trust(TestAuthority.SHARED.trust())).build();
  }

  private static H3Client client() {
    return client(builder -> builder);
  }

  private static ExchangeReport report(H3Response<?> response) throws Exception {
    return response.finished().get(20, TimeUnit.SECONDS);
  }

  @Test
  void quicWinsWhereItAnswers() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        // Time enough for the slowest machine: TCP must not even start.
        H3Client client =
            client(builder -> builder.racing(Duration.ofSeconds(20), Duration.ofSeconds(20)))) {
      H3Response<String> response =
          client.send(get(server.uri("/protocol")), BodyHandlers.ofString());
      assertEquals("HTTP/3", response.body());
      assertEquals(HttpProtocol.HTTP_3, response.protocol());
      ExchangeReport report = report(response);
      assertEquals(HttpProtocol.HTTP_3, report.protocol());
      assertEquals(1, report.timeline().racers().size());
      Racer racer = report.timeline().racers().getFirst();
      assertEquals(Transport.QUIC, racer.transport());
      assertInstanceOf(Outcome.Won.class, racer.outcome());
      assertNotNull(racer.ended());
      assertEquals(server.port(), assertNotNullAnd(racer.address()).getPort());
      assertEquals(1, report.connectionsOpened());
      assertEquals(6, report.receivedBodyOctets());
      assertNotNull(report.headerWeight());
      assertEquals(TestServer.IDENTITY.chain(), report.peerCertificates());
      assertInOrder(report.timeline());
    }
  }

  private static <T> T assertNotNullAnd(@Nullable T value) {
    if (value == null) {
      throw new AssertionError("null");
    }
    return value;
  }

  private static void assertInOrder(ExchangeTimeline timeline) {
    List<Duration> moments = new ArrayList<>();
    moments.add(Duration.ZERO);
    moments.add(assertNotNullAnd(timeline.resolved()));
    moments.add(assertNotNullAnd(timeline.connected()));
    moments.add(assertNotNullAnd(timeline.handshaken()));
    moments.add(assertNotNullAnd(timeline.requestSent()));
    moments.add(assertNotNullAnd(timeline.firstByte()));
    moments.add(assertNotNullAnd(timeline.lastByte()));
    List<Duration> sorted = new ArrayList<>(moments);
    sorted.sort(null);
    assertEquals(sorted, moments);
  }

  // RFC 9114 §3.1: "Connectivity problems (e.g., blocking UDP) can result in a failure to establish
  // a QUIC connection; clients SHOULD attempt to use TCP-based versions of HTTP in this case."
  @Test
  void tcpCarriesTheRequestWhenNobodyListensOnUdp() throws Exception {
    try (TestServer server = TestServer.start(Speaks.TCP);
        H3Client client = client()) {
      H3Response<String> response =
          client.send(get(server.uri("/protocol")), BodyHandlers.ofString());
      assertEquals("HTTP/2.0", response.body());
      assertEquals(HttpProtocol.HTTP_2, response.protocol());
      ExchangeReport report = report(response);
      List<Racer> racers = report.timeline().racers();
      assertEquals(
          List.of(Transport.QUIC, Transport.TCP), racers.stream().map(Racer::transport).toList());
      assertInstanceOf(Outcome.Failed.class, racers.get(0).outcome());
      assertInstanceOf(Outcome.Won.class, racers.get(1).outcome());
      assertTrue(report.reason().startsWith("QUIC failed"), report.reason());
      assertEquals(TestServer.IDENTITY.chain(), report.peerCertificates());
      assertInOrder(report.timeline());
    }
  }

  // RFC 9114 §3.1: "Connectivity problems (e.g., blocking UDP) can result in a failure to establish
  // a QUIC connection; clients SHOULD attempt to use TCP-based versions of HTTP in this case."
  @Test
  void tcpCarriesTheRequestWhenUdpIsSwallowed() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client = client(builder -> builder.datagramFaults(LOSE_ALL))) {
      H3Response<String> response =
          client.send(get(server.uri("/protocol")), BodyHandlers.ofString());
      assertEquals("HTTP/2.0", response.body());
      List<Racer> racers = report(response).timeline().racers();
      assertEquals(
          List.of(Transport.QUIC, Transport.TCP), racers.stream().map(Racer::transport).toList());
      assertInstanceOf(Outcome.Abandoned.class, racers.get(0).outcome());
      assertInstanceOf(Outcome.Won.class, racers.get(1).outcome());
      assertTrue(racers.get(0).started().compareTo(racers.get(1).started()) < 0);
      assertEquals(List.of("/protocol"), server.site.seenPaths());
    }
  }

  @Test
  void aPortThatSwallowsUdpCostsOneTryAndNoMoreAfterIt() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    DatagramFaults counting =
        new DatagramFaults() {
          @Override
          public Fate sending(DatagramPacket packet) {
            sent.incrementAndGet();
            return Fate.PASS;
          }
        };
    try (TestServer server = TestServer.start(Speaks.TCP);
        // Somebody has the port and never answers.
        DatagramSocket hole =
            new DatagramSocket(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        H3Client client = client(builder -> builder.datagramFaults(counting))) {
      assertFalse(hole.isClosed());
      H3Response<String> first = client.send(get(server.uri("/protocol")), BodyHandlers.ofString());
      assertEquals("HTTP/2.0", first.body());
      assertEquals("TCP was connected before QUIC", report(first).reason());
      List<Racer> racers = report(first).timeline().racers();
      assertEquals(
          List.of(Transport.QUIC, Transport.TCP), racers.stream().map(Racer::transport).toList());
      assertInstanceOf(Outcome.Abandoned.class, racers.get(0).outcome());
      assertTrue(sent.get() > 0);
      ExchangeReport second =
          report(client.send(get(server.uri("/protocol")), BodyHandlers.ofString()));
      assertEquals(List.of(), second.timeline().racers());
      assertTrue(second.reason().startsWith("HTTP/3 lost here before"), second.reason());
      assertEquals(List.of("/protocol", "/protocol"), server.site.seenPaths());
    }
  }

  @Test
  void anAddressThatSwallowsDatagramsDoesNotHoldUpTheNext() throws Exception {
    InetAddress dead = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 9});
    try (TestServer server = TestServer.start(Speaks.QUIC);
        DatagramSocket hole = new DatagramSocket(new InetSocketAddress(dead, server.port()));
        H3Client client =
            client(builder ->
                builder
                    .protocolMode(ProtocolMode.HTTP3_ONLY)
                    .resolver((host, port) -> List.of(dead, InetAddress.getLoopbackAddress())))) {
      assertFalse(hole.isClosed());
      H3Response<String> response = client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      assertEquals("hello", response.body());
      assertEquals(
          InetAddress.getLoopbackAddress(),
          assertNotNullAnd(report(response).remoteAddress()).getAddress());
    }
  }

  @Test
  void aRequestWithABodyIsSentOnceWhoeverWins() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH)) {
      for (int i = 0; i < 20; i++) {
        // Both start at once, so that each wins now and then.
        try (H3Client client = client(builder -> builder.racing(Duration.ZERO, Duration.ZERO))) {
          HttpRequest request =
              HttpRequest.newBuilder(server.uri("/count"))
                  .POST(BodyPublishers.ofString("once"))
                  .build();
          HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
          assertEquals(Integer.toString(i + 1), response.body());
        }
      }
      assertEquals(20, server.site.count.get());
    }
  }

  @Test
  void callsForOneOriginShareOneRace() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client =
            client(builder -> builder.racing(Duration.ofSeconds(20), Duration.ofSeconds(20)))) {
      List<CompletableFuture<H3Response<String>>> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        all.add(
            client.sendAsync(
                get(server.uri("/protocol")), BodyHandlers.ofString(), ProtocolMode.HTTP3_FIRST));
      }
      int opened = 0;
      for (CompletableFuture<H3Response<String>> each : all) {
        H3Response<String> response = each.get(30, TimeUnit.SECONDS);
        assertEquals("HTTP/3", response.body());
        opened += report(response).connectionsOpened();
      }
      assertEquals(1, opened);
      assertEquals(1, server.quicConnections());
    }
  }

  @Test
  void whatLostIsNotTriedAgainAtOnce() throws Exception {
    try (TestServer server = TestServer.start(Speaks.TCP);
        H3Client client = client()) {
      client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      ExchangeReport second =
          report(client.send(get(server.uri("/hello")), BodyHandlers.ofString()));
      assertTrue(second.reason().startsWith("HTTP/3 lost here before"), second.reason());
      assertTrue(second.reused());
      assertEquals(List.of(), second.timeline().racers());
    }
  }

  @Test
  void http3OnlyDoesNotFallBack() throws Exception {
    try (TestServer server = TestServer.start(Speaks.TCP);
        H3Client client = client(builder -> builder.protocolMode(ProtocolMode.HTTP3_ONLY))) {
      IOException failure =
          assertThrows(
              ConnectException.class,
              () -> client.send(get(server.uri("/hello")), BodyHandlers.ofString()));
      HandshakeException cause = assertNotNullAnd(Failures.find(failure, HandshakeException.class));
      assertEquals(HandshakeException.Cause.UNREACHABLE, cause.kind());
      ExchangeReport report = ExchangeReport.of(failure).orElseThrow();
      assertEquals(1, report.timeline().racers().size());
      assertInstanceOf(Outcome.Failed.class, report.timeline().racers().getFirst().outcome());
      assertEquals(List.of(), server.site.seen);
    }
  }

  @Test
  void aSilentServerIsAConnectTimeout() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client =
            client(builder ->
                builder
                    .protocolMode(ProtocolMode.HTTP3_ONLY)
                    .connectTimeout(Duration.ofMillis(300))
                    .datagramFaults(LOSE_ALL))) {
      IOException failure =
          assertThrows(
              HttpConnectTimeoutException.class,
              () -> client.send(get(server.uri("/hello")), BodyHandlers.ofString()));
      assertEquals(
          HandshakeException.Cause.SILENT,
          assertNotNullAnd(Failures.find(failure, HandshakeException.class)).kind());
    }
  }

  @Test
  void aRequestTimeoutWhileConnectingIsAConnectTimeout() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client =
            client(builder ->
                builder.protocolMode(ProtocolMode.HTTP3_ONLY).datagramFaults(LOSE_ALL))) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/hello")).timeout(Duration.ofMillis(300)).build();
      assertThrows(
          HttpConnectTimeoutException.class, () -> client.send(request, BodyHandlers.ofString()));
    }
  }

  @Test
  void aUdpOnlyServerIsReachedWhereTcpIsClosed() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client = client(builder -> builder.racing(Duration.ZERO, Duration.ZERO))) {
      H3Response<String> response =
          client.send(get(server.uri("/protocol")), BodyHandlers.ofString());
      assertEquals("HTTP/3", response.body());
      List<Racer> racers = report(response).timeline().racers();
      assertInstanceOf(Outcome.Won.class, racers.getFirst().outcome());
      assertTrue(
          racers.stream().skip(1).noneMatch(racer -> racer.outcome() instanceof Outcome.Won));
    }
  }

  @Test
  void whenBothAreClosedBothReasonsAreTold() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    try (H3Client client = client()) {
      IOException failure =
          assertThrows(
              ConnectException.class,
              () ->
                  client.send(
                      get(URI.create("https://localhost:" + port + "/")), BodyHandlers.ofString()));
      String message = String.valueOf(failure.getMessage());
      assertTrue(message.contains("over TCP: ") && message.contains("over QUIC: "), message);
      List<Racer> racers = ExchangeReport.of(failure).orElseThrow().timeline().racers();
      assertEquals(2, racers.size());
      racers.forEach(racer -> assertInstanceOf(Outcome.Failed.class, racer.outcome()));
    }
  }

  @Test
  void anUntrustedCertificateFailsOnBothTransports() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client =
            H3Client.newBuilder().trust(new TestAuthority("CN=another").trust()).build()) {
      for (ProtocolMode mode :
          List.of(ProtocolMode.HTTP3_ONLY, ProtocolMode.HTTP3_FIRST, ProtocolMode.TCP_ONLY)) {
        assertThrows(
            SSLHandshakeException.class,
            () -> client.send(get(server.uri("/hello")), BodyHandlers.ofString(), mode),
            mode.toString());
      }
      assertEquals(List.of(), server.site.seen);
    }
  }

  // RFC 9114 §3.1: "If the certificate cannot be verified with respect to the URI's origin server,
  // the client MUST NOT consider the server authoritative for that origin."
  @Test
  void aCertificateForAnotherNameFailsOnBothTransports() throws Exception {
    try (TestServer server =
            TestServer.start(
                Speaks.BOTH,
                TestAuthority.SHARED.identity("elsewhere.example"),
                Http3Limits.SERVER);
        H3Client client = client()) {
      for (ProtocolMode mode : List.of(ProtocolMode.HTTP3_ONLY, ProtocolMode.TCP_ONLY)) {
        assertThrows(
            SSLHandshakeException.class,
            () -> client.send(get(server.uri("/hello")), BodyHandlers.ofString(), mode),
            mode.toString());
      }
      assertEquals(List.of(), server.site.seen);
    }
  }

  @Test
  void insecureChecksNothingOnBothTransports() throws Exception {
    try (TestServer server =
            TestServer.start(
                Speaks.BOTH,
                new TestAuthority("CN=another").identity("elsewhere.example"),
                Http3Limits.SERVER);
        H3Client client = H3Client.newBuilder().insecure().build()) {
      for (ProtocolMode mode : List.of(ProtocolMode.HTTP3_ONLY, ProtocolMode.TCP_ONLY)) {
        assertEquals(
            "hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString(), mode).body());
      }
    }
  }

  @Test
  void anUnknownHostIsAConnectExceptionWithItsCause() {
    try (H3Client client =
        client(builder ->
            builder.resolver((host, port) -> {
              throw new UnknownHostException(host);
            }))) {
      for (ProtocolMode mode : List.of(ProtocolMode.HTTP3_ONLY, ProtocolMode.HTTP3_FIRST)) {
        IOException failure =
            assertThrows(
                ConnectException.class,
                () ->
                    client.send(
                        get(URI.create("https://no.such.host.example/")),
                        BodyHandlers.ofString(),
                        mode));
        assertNotNull(Failures.find(failure, UnknownHostException.class));
      }
    }
  }

  @Test
  void theResolverSaysWhereQuicGoesAndTheNameStays() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client =
            client(builder ->
                builder
                    .protocolMode(ProtocolMode.HTTP3_ONLY)
                    .resolver((host, port) -> {
                      assertEquals("localhost", host);
                      assertEquals(server.port(), port);
                      // Nobody listens at the first one.
                      return List.of(
                          InetAddress.getByAddress(new byte[] {127, 0, 0, 9}),
                          InetAddress.getLoopbackAddress());
                    }))) {
      H3Response<String> response = client.send(get(server.uri("/hello")), BodyHandlers.ofString());
      assertEquals("hello", response.body());
      assertEquals(
          InetAddress.getLoopbackAddress(),
          assertNotNullAnd(report(response).remoteAddress()).getAddress());
    }
  }

  // RFC 9114 §3.1.2: "Prior to making requests for an origin whose scheme is not "https", the
  // client MUST ensure the server is willing to serve that scheme."
  @Test
  void cleartextGoesOverTcp() throws Exception {
    var cleartext = TestServer.cleartext(visit -> visit.answer(200, Map.of()).close());
    cleartext.start();
    try (H3Client client = client()) {
      int port = ((ServerConnector) cleartext.getConnectors()[0]).getLocalPort();
      H3Response<String> response =
          client.send(get(URI.create("http://localhost:" + port + "/")), BodyHandlers.ofString());
      assertEquals(HttpProtocol.HTTP_1_1, response.protocol());
      assertEquals("HTTP/3 needs an https URL", report(response).reason());
      assertThrows(
          IOException.class,
          () ->
              client.send(
                  get(URI.create("http://localhost:" + port + "/")),
                  BodyHandlers.ofString(),
                  ProtocolMode.HTTP3_ONLY));
    } finally {
      cleartext.stop();
    }
  }

  @Test
  void http11IsSpokenWhenAskedFor() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client = client()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/protocol"))
              .version(HttpClient.Version.HTTP_1_1)
              .build();
      H3Response<String> response = client.send(request, BodyHandlers.ofString());
      assertEquals("HTTP/1.1", response.body());
      assertEquals(HttpProtocol.HTTP_1_1, response.protocol());
      assertEquals("HTTP/1.1", response.protocol().toString());
      assertEquals("1.1", response.protocol().number());
    }
  }

  @Test
  void freshConnectionsAreNotReused() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH);
        H3Client client = client(builder -> builder.freshConnections(true))) {
      for (ProtocolMode mode : List.of(ProtocolMode.HTTP3_ONLY, ProtocolMode.TCP_ONLY)) {
        for (int i = 0; i < 3; i++) {
          ExchangeReport report =
              report(client.send(get(server.uri("/hello")), BodyHandlers.ofString(), mode));
          assertEquals(1, report.connectionsOpened());
          assertEquals(false, report.reused());
          assertNotNull(report.timeline().handshaken());
        }
      }
    }
  }
}
