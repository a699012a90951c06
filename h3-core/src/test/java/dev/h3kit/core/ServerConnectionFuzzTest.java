package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.qpack.FieldLine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Any octets on any streams of a connection to a server: it is closed with an error of the RFCs, or
 * a request that comes after them is answered.
 */
class ServerConnectionFuzzTest {
  private static final Http3Limits LIMITS =
      Http3Limits.SERVER
          .but()
          .headerDeadline(Duration.ofMillis(300))
          .idle(Duration.ofMillis(300))
          .build();

  private static final Http3Server.Handler HANDLER =
      exchange -> {
        byte[] buffer = new byte[100];
        while (exchange.read(buffer, 0, buffer.length) >= 0) {}
        exchange.send(
            new ResponseHead(200, List.of(new FieldLine("content-length", "2"))),
            ByteBuffer.wrap(new byte[] {'o', 'k'}),
            true);
      };

  /** What this peer says it takes. */
  private static final class Taken implements Http3Events {
    private volatile long fieldSectionSize = Long.MAX_VALUE;

    @Override
    public void settings(ConnectionInfo connection, Map<Long, Long> settings) {
      fieldSectionSize = settings.getOrDefault(PeerSettings.MAX_FIELD_SECTION_SIZE, Long.MAX_VALUE);
    }
  }

  /** Octets of the answer's header section; a peer that takes fewer gets none. */
  private static final long LARGEST_ANSWER = 200;

  @FuzzTest(maxDuration = "10m")
  void anyOctets(byte[] octets) throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair(1 << 16, 100);
    Taken taken = new Taken();
    Http3Server.withoutPort(LIMITS, taken, HANDLER).serve(pair.server());
    RawPeer peer = new RawPeer(pair.client());
    new AnyPeer(pair.client(), List.of()).act(octets);
    try {
      Stream good = peer.wholeRequest(Wire.get());
      assertTrue(RawPeer.readAll(good).length > 0, "a good request is answered");
    } catch (StreamResetException e) {
      assertTrue(taken.fieldSectionSize < LARGEST_ANSWER, () -> "a good request: " + e);
    } catch (ConnectionClosedException _) {
      long code = peer.closeCode();
      assertTrue(
          Http3Error.of(code).isPresent() && code != Http3Error.H3_INTERNAL_ERROR.code(),
          () -> "closed with " + Http3Error.nameOf(code));
    } finally {
      pair.client().close(Http3Error.H3_NO_ERROR.code(), "");
    }
  }
}
