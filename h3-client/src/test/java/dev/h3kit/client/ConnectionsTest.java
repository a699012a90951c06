package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.TestServer.Speaks;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.Http3Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many requests on one connection, its limits, and names. */
@Timeout(120)
class ConnectionsTest {

  private static H3Client client() {
    return H3Client.newBuilder()
        .trust(TestAuthority.SHARED.trust())
        .protocolMode(ProtocolMode.HTTP3_ONLY)
        .build();
  }

  // RFC 9114 §3.3: "Clients SHOULD NOT open more than one HTTP/3 connection to a given IP address
  // and UDP port"
  @Test
  void aThousandRequestsGoAtOnceOverOneConnectionWithAHundredStreams() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client = client()) {
      List<CompletableFuture<H3Response<byte[]>>> all = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        all.add(
            client.sendAsync(
                get(server.uri("/bytes/" + i)),
                BodyHandlers.ofByteArray(),
                ProtocolMode.HTTP3_ONLY));
      }
      for (int i = 0; i < all.size(); i++) {
        assertArrayEquals(TestSite.pattern(i), all.get(i).get(60, TimeUnit.SECONDS).body());
      }
      assertEquals(1, server.quicConnections());
    }
  }

  @Test
  void ofAHundredDownloadsOnAConnectionThatIsLostNoneIsLostThatMayBeRetried() throws Exception {
    List<H3Link> links = new CopyOnWriteArrayList<>();
    ClientBuilder builder = new ClientBuilder();
    builder.trust(TestAuthority.SHARED.trust()).protocolMode(ProtocolMode.HTTP3_ONLY);
    CoreConnector core = new CoreConnector(builder.settings());
    QuicConnector watched =
        (host, address, watch, deadline) -> {
          H3Link link = core.connect(host, address, watch, deadline);
          links.add(link);
          return link;
        };
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client = new H3Client(builder.settings(), watched)) {
      HttpRequest post =
          HttpRequest.newBuilder(server.uri("/held")).POST(BodyPublishers.noBody()).build();
      CompletableFuture<HttpResponse<String>> posted =
          client.sendAsync(post, BodyHandlers.ofString());
      HttpResponse<InputStream> begun =
          client.send(get(server.uri("/trickle")), BodyHandlers.ofInputStream());
      List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
      for (int i = 0; i < 98; i++) {
        all.add(client.sendAsync(get(server.uri("/held")), BodyHandlers.ofString()));
      }
      assertTrue(server.site.arrived("/held", 99));
      links.getFirst().close(Deadline.after(Duration.ZERO));
      // All but the POST come again.
      assertTrue(server.site.arrived("/held", 99 + 98));
      server.site.release.countDown();
      for (CompletableFuture<HttpResponse<String>> each : all) {
        assertEquals("released", each.get(30, TimeUnit.SECONDS).body());
      }
      Throwable failure =
          assertThrows(ExecutionException.class, () -> posted.get(20, TimeUnit.SECONDS));
      assertInstanceOf(IOException.class, failure.getCause());
      // A body that had begun cannot be begun again.
      try (InputStream in = begun.body()) {
        assertThrows(IOException.class, in::readAllBytes);
      }
      assertEquals(2, links.size());
    }
  }

  @Test
  void waitingForAStreamEndsWithTheRequestsTimeout() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client = client()) {
      client.send(get(server.uri("/hello")), BodyHandlers.discarding());
      List<CompletableFuture<H3Response<String>>> holding = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        holding.add(
            client.sendAsync(
                get(server.uri("/held")), BodyHandlers.ofString(), ProtocolMode.HTTP3_ONLY));
      }
      // The hundred requests are all at the server, so that its stream limit is reached.
      assertTrue(server.site.arrived("/held", 100));
      HttpRequest late =
          HttpRequest.newBuilder(server.uri("/hello")).timeout(Duration.ofMillis(300)).build();
      assertThrows(HttpTimeoutException.class, () -> client.send(late, BodyHandlers.discarding()));
      server.site.release.countDown();
      for (CompletableFuture<H3Response<String>> each : holding) {
        assertEquals("released", each.get(30, TimeUnit.SECONDS).body());
      }
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @Test
  void aBodyThatBreaksOffNamesTheHttp3Error() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client = client()) {
      IOException failure =
          assertThrows(
              IOException.class,
              () -> {
                var response =
                    client.send(get(server.uri("/truncated")), BodyHandlers.ofInputStream());
                try (InputStream in = response.body()) {
                  in.readAllBytes();
                }
              });
      Http3Exception cause = Failures.find(failure, Http3Exception.class);
      assertNotNull(cause, () -> String.valueOf(failure));
    }
  }

  @Test
  void theResolverSaysWhereTcpGoesToo() throws Exception {
    try (TestServer server =
            TestServer.start(
                Speaks.BOTH, TestAuthority.SHARED.identity("one.h3kit.test"), Http3Limits.SERVER);
        H3Client client =
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .resolver((host, port) -> List.of(InetAddress.getLoopbackAddress()))
                .build()) {
      URI uri = URI.create("https://one.h3kit.test:" + server.port() + "/protocol");
      assertEquals(
          "HTTP/2.0", client.send(get(uri), BodyHandlers.ofString(), ProtocolMode.TCP_ONLY).body());
      assertEquals(
          "HTTP/3", client.send(get(uri), BodyHandlers.ofString(), ProtocolMode.HTTP3_ONLY).body());
    }
  }

  @Test
  void whereTheJvmSeesAnotherAddressTcpFailsInsteadOfGoingThere() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    InetAddress other = InetAddress.getByAddress(new byte[] {127, 0, 0, 9});
    try (TestServer server =
        TestServer.start(
            Speaks.TCP, TestAuthority.SHARED.identity("two.h3kit.test"), Http3Limits.SERVER)) {
      URI uri = URI.create("https://two.h3kit.test:" + server.port() + "/protocol");
      // The first lookup stays in the JVM's cache; a second client with another answer notices.
      try (H3Client client = resolving(loopback)) {
        assertEquals(
            200,
            client.send(get(uri), BodyHandlers.discarding(), ProtocolMode.TCP_ONLY).statusCode());
      }
      try (H3Client client = resolving(other)) {
        ConnectException failure =
            assertThrows(
                ConnectException.class,
                () -> client.send(get(uri), BodyHandlers.discarding(), ProtocolMode.TCP_ONLY));
        assertTrue(Failures.message(failure).contains("TcpResolverProvider"));
      }
    }
  }

  private static H3Client resolving(InetAddress address) {
    return H3Client.newBuilder()
        .trust(TestAuthority.SHARED.trust())
        .resolver((host, port) -> List.of(address))
        .build();
  }
}
