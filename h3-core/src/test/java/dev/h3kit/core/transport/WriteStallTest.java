package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;

/**
 * kwik loses the request to send what is left of a write that does not fit one packet, when the
 * sender is faster than the writer's next instruction; then nothing leaves any more. {@code
 * -Dh3kit.stall.repetitions=30} is the long form.
 */
@Timeout(900)
class WriteStallTest {
  private static final int REPETITIONS = Integer.getInteger("h3kit.stall.repetitions", 1);
  private static final int RESPONSES = REPETITIONS > 1 ? 3000 : 1500;
  private static final long BULK = REPETITIONS > 1 ? 100_000_000L : 40_000_000L;
  private static final long BARE_SECONDS = 12;

  @Test
  void responsesLargerThanAPacketAllArrive() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.readAll(stream);
          Loopback.write(stream, new byte[2000]);
          stream.finish();
        })) {
      for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        Connection connection = loopback.connect();
        for (int i = 0; i < RESPONSES; i++) {
          Stream stream = connection.openBidirectional(Loopback.in(10));
          Loopback.write(stream, new byte[10]);
          stream.finish();
          assertEquals(2000, Loopback.readAll(stream).length);
        }
        connection.close(0x100, "");
      }
    }
  }

  @Test
  void bulkInLargeWritesArrives() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.readAll(stream);
          byte[] piece = new byte[16 * 1024];
          for (long left = BULK; left > 0; left -= piece.length) {
            stream.write(piece, 0, (int) Math.min(left, piece.length), Loopback.in(20));
          }
          stream.finish();
        })) {
      for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        Connection connection = loopback.connect();
        Stream stream = connection.openBidirectional(Loopback.in(10));
        stream.finish();
        assertEquals(BULK, count(stream));
        connection.close(0x100, "");
      }
    }
  }

  private static long count(Stream stream) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    long total = 0;
    for (int n; (n = stream.read(buffer, 0, buffer.length, Loopback.in(20))) >= 0; ) {
      total += n;
    }
    return total;
  }

  @Test
  void bareKwikStalls() throws Exception {
    assumeTrue(REPETITIONS > 1, "the race is rare: it is looked for in the long form only");
    try (BareKwik bare =
        BareKwik.serving(stream -> {
          stream.getInputStream().readAllBytes();
          byte[] piece = new byte[16 * 1024];
          while (true) {
            stream.getOutputStream().write(piece);
          }
        })) {
      QuicClientConnection connection = bare.connect();
      AtomicLong[] totals = new AtomicLong[20];
      for (int i = 0; i < totals.length; i++) {
        AtomicLong total = new AtomicLong();
        totals[i] = total;
        QuicStream stream = connection.createStream(true);
        stream.getOutputStream().close();
        Thread.ofVirtual().start(() -> drain(stream, total));
      }
      boolean stalled = false;
      long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(BARE_SECONDS);
      long[] before = new long[totals.length];
      CountDownLatch never = new CountDownLatch(1);
      while (!stalled && System.nanoTime() - giveUp < 0) {
        assertFalse(never.await(1500, TimeUnit.MILLISECONDS));
        for (int i = 0; i < totals.length; i++) {
          stalled |= totals[i].get() == before[i] && before[i] > 0;
          before[i] = totals[i].get();
        }
      }
      connection.close();
      assumeTrue(stalled, "the race did not happen in this run");
    }
  }

  private static void drain(QuicStream stream, AtomicLong total) {
    byte[] buffer = new byte[64 * 1024];
    try {
      for (int n; (n = stream.getInputStream().read(buffer)) >= 0; ) {
        total.addAndGet(n);
      }
    } catch (IOException e) {
      // The connection was closed under it.
      return;
    }
  }

  /** The state that the race leaves: octets in kwik's buffer, no request to send them. */
  private static void writeAndLoseTheRequest(QuicStream stream, Write write) throws Exception {
    Field field = stream.getOutputStream().getClass().getDeclaredField("sendRequestsQueued");
    field.setAccessible(true);
    AtomicInteger requests = (AtomicInteger) field.get(stream.getOutputStream());
    requests.set(1);
    write.run();
    requests.set(0);
  }

  private interface Write {
    void run() throws IOException;
  }

  @Test
  void bareKwikNeverSendsWhatLostItsRequest() throws Exception {
    CompletableFuture<Integer> first = new CompletableFuture<>();
    try (BareKwik bare =
        BareKwik.serving(stream -> first.complete(stream.getInputStream().read()))) {
      QuicClientConnection connection = bare.connect();
      QuicStream stream = connection.createStream(true);
      writeAndLoseTheRequest(stream, () -> stream.getOutputStream().write(new byte[] {7}));
      assertThrows(TimeoutException.class, () -> first.get(1500, TimeUnit.MILLISECONDS));
      connection.close();
    }
  }

  @Test
  void theWatchdogSendsWhatLostItsRequest() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.write(stream, Loopback.readAll(stream));
          stream.finish();
        })) {
      Connection connection = loopback.connect();
      for (int i = 0; i < 20; i++) {
        Stream stream = connection.openBidirectional(Loopback.in(5));
        QuicStream quic = ((KwikStream) stream).quic();
        writeAndLoseTheRequest(quic, () -> Loopback.write(stream, new byte[] {7}));
        writeAndLoseTheRequest(quic, stream::finish);
        assertArrayEquals(new byte[] {7}, Loopback.readAll(stream));
      }
    }
  }
}
