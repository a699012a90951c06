package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Any octets on any streams of a connection to a client: its requests end with a response or an
 * error, and the connection with an error of the RFCs or not at all.
 */
class ClientConnectionFuzzTest {
  private static final Http3Limits LIMITS =
      Http3Limits.CLIENT
          .but()
          .headerDeadline(Duration.ofMillis(300))
          .idle(Duration.ofMillis(300))
          .build();

  @FuzzTest(maxDuration = "10m")
  void anyOctets(byte[] octets) throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair(1 << 16, 100);
    Http3Client client = Http3Client.on(pair.client(), LIMITS, Http3Events.NONE);
    List<ClientExchange> requests = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      requests.add(
          client.send(
              RequestHead.of("GET", "a", "/", List.of()),
              ByteBuffer.allocate(0),
              true,
              RawPeer.soon()));
    }
    List<Stream> streams = new ArrayList<>();
    pair.server()
        .acceptStreams(stream -> {
          if (stream.bidirectional()) {
            streams.add(stream);
          }
        });
    new AnyPeer(pair.server(), streams).act(octets);
    for (ClientExchange request : requests) {
      read(request);
    }
    assertEquals(0, client.activeExchanges());
    pair.server().close(Http3Error.H3_NO_ERROR.code(), "");
    Termination end = pair.server().closed().join();
    assertTrue(
        Http3Error.of(end.errorCode()).isPresent()
            && end.errorCode() != Http3Error.H3_INTERNAL_ERROR.code(),
        () -> "closed with " + Http3Error.nameOf(end.errorCode()));
  }

  private static void read(ClientExchange request) {
    byte[] buffer = new byte[100];
    try {
      var _ = request.response(_ -> {}, RawPeer.soon());
      while (request.read(buffer, 0, buffer.length) >= 0) {}
    } catch (IOException e) {
      assertTrue(e instanceof Http3Exception, () -> "ended with " + e);
    }
  }
}
