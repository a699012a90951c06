package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many interim responses a client takes. */
@Timeout(60)
class InterimLimitTest {
  private final MemoryTransport.Pair pair = MemoryTransport.pair();
  private final RawPeer server = new RawPeer(pair.server());
  private final List<ResponseHead> taken = new ArrayList<>();

  private ClientExchange answeredWith(int interim) throws Exception {
    Http3Client client = Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
    ClientExchange exchange =
        client.send(
            RequestHead.of("GET", "a", "/", List.of()),
            ByteBuffer.allocate(0),
            true,
            RawPeer.soon());
    Stream stream =
        server.accepted().stream().filter(Stream::bidirectional).findFirst().orElseThrow();
    byte[][] heads = new byte[interim][];
    Arrays.fill(heads, Wire.headers(":status", "103"));
    RawPeer.write(stream, Wire.join(heads), Wire.headers(":status", "200"));
    return exchange;
  }

  @Test
  void asManyAsTheLimitAreTaken() throws Exception {
    int limit = Http3Limits.CLIENT.interimResponses();
    assertEquals(200, answeredWith(limit).response(taken::add, RawPeer.soon()).status());
    assertEquals(limit, taken.size());
  }

  // RFC 9114 §10.5: "An endpoint MAY treat activity that is suspicious as a connection error of
  // type
  // H3_EXCESSIVE_LOAD"; here it ends the request alone.
  @Test
  void oneMoreEndsTheRequest() throws Exception {
    ClientExchange exchange = answeredWith(Http3Limits.CLIENT.interimResponses() + 1);
    Http3Exception e =
        assertThrows(
            Http3Exception.OfStream.class, () -> exchange.response(taken::add, RawPeer.soon()));
    assertEquals(Http3Error.H3_EXCESSIVE_LOAD.code(), e.code());
  }
}
