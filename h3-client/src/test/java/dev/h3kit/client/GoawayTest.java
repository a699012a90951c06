package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.transport.ServerTransportConfig;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that go away under running requests, over QUIC. */
@Timeout(60)
class GoawayTest {
  private final Map<String, Integer> processed = new ConcurrentHashMap<>();
  private final Set<Long> connections = ConcurrentHashMap.newKeySet();
  private final Http3Server server;

  GoawayTest() throws Exception {
    Http3Limits limits = Http3Limits.SERVER.but().connectionRequests(8).build();
    server =
        Http3Server.bind(
            ServerTransportConfig.of(TestServer.IDENTITY),
            limits,
            Http3Events.NONE,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            this::echo);
  }

  private void echo(ServerExchange exchange) throws Exception {
    connections.add(exchange.connection().id());
    processed.merge(String.valueOf(exchange.request().path()), 1, Integer::sum);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[1000];
    for (int got = exchange.read(buffer, 0, buffer.length);
        got >= 0;
        got = exchange.read(buffer, 0, buffer.length)) {
      all.write(buffer, 0, got);
    }
    exchange.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(all.toByteArray()), true);
  }

  @AfterEach
  void close() {
    server.close(Deadline.after(Duration.ofSeconds(5)));
  }

  // RFC 9114 §5.2: "Requests or pushes with the indicated identifier or greater are rejected
  // (Section 4.1.1) by the sender of the GOAWAY." "Clients can safely retry unprocessed requests on
  // a different HTTP connection."
  @Test
  void parallelRequestsAreEachProcessedOnceThoughConnectionsGoAway() throws Exception {
    String origin = "https://127.0.0.1:" + server.address().getPort();
    try (HttpClient client =
        H3Client.newBuilder()
            .trust(TestAuthority.SHARED.trust())
            .protocolMode(ProtocolMode.HTTP3_ONLY)
            .build()) {
      int sent = 0;
      for (int round = 0; round < 5; round++) {
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          URI uri = URI.create(origin + "/" + sent++);
          String body = ("body of " + uri.getPath() + " ").repeat(i * 20);
          HttpRequest request =
              HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body)).build();
          responses.add(client.sendAsync(request, BodyHandlers.ofString()));
          bodies.add(body);
        }
        for (int i = 0; i < 20; i++) {
          HttpResponse<String> response = responses.get(i).get();
          assertEquals(200, response.statusCode());
          assertEquals(bodies.get(i), response.body());
        }
      }
      assertEquals(sent, processed.size());
      assertEquals(Set.of(1), new HashSet<>(processed.values()), "none was processed twice");
      assertTrue(connections.size() > 1, "connections were exchanged");
    }
  }
}
