package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ServerConnectionConfig;

/** Each trap of kwik's streams, bare and behind the armour. */
@Timeout(60)
class StreamTrapsTest {
  private static final byte[] HELLO = {1, 2, 3, 4, 5};

  // An empty write swallows the FIN.

  @Test
  void bareEmptyWriteSwallowsTheFin() throws Exception {
    try (BareKwik bare =
        BareKwik.serving(stream -> stream.getInputStream().transferTo(stream.getOutputStream()))) {
      CompletableFuture<Integer> end = new CompletableFuture<>();
      QuicClientConnection connection = bare.connect();
      try (BareKwik other =
          BareKwik.serving(stream -> end.complete(stream.getInputStream().readAllBytes().length))) {
        QuicClientConnection toOther = other.connect();
        QuicStream stream = toOther.createStream(true);
        stream.getOutputStream().write(HELLO);
        stream.getOutputStream().write(new byte[0]);
        stream.getOutputStream().close();
        assertThrows(TimeoutException.class, () -> end.get(1500, TimeUnit.MILLISECONDS));
        toOther.close();
      }
      connection.close();
    }
  }

  @Test
  void emptyWritesLeaveTheFinAlone() throws Exception {
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    try (Loopback loopback =
        Loopback.serving(stream -> received.complete(Loopback.readAll(stream)))) {
      Stream stream = loopback.connect().openBidirectional(Loopback.in(5));
      Loopback.write(stream, HELLO);
      Loopback.write(stream, new byte[0]);
      stream.finish();
      assertArrayEquals(HELLO, received.get(10, TimeUnit.SECONDS));
    }
  }

  // A write beside a close kills the connection.

  @Test
  void bareWriteBesideCloseKillsTheConnection() throws Exception {
    try (BareKwik bare = BareKwik.serving(stream -> stream.getInputStream().readAllBytes())) {
      QuicClientConnection connection = bare.connect();
      boolean dead = false;
      long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
      while (!dead && System.nanoTime() - giveUp < 0) {
        try {
          QuicStream stream = connection.createStream(true);
          Thread writer = Thread.ofPlatform().start(() -> writeQuietly(stream));
          stream.getOutputStream().close();
          writer.join();
          stream.abortReading(0);
        } catch (IOException e) {
          dead = true;
        }
      }
      assumeTrue(dead, "the race did not happen in this run");
      assertFalse(connection.isConnected());
    }
  }

  private static void writeQuietly(QuicStream stream) {
    try {
      for (int i = 0; i < 20; i++) {
        stream.getOutputStream().write(new byte[500]);
      }
    } catch (IOException e) {
      // Closed before or meanwhile.
      return;
    }
  }

  @Test
  void writeBesideFinishAndResetLeavesTheConnectionAlone() throws Exception {
    try (Loopback loopback = Loopback.serving(Loopback::readAll)) {
      Connection connection = loopback.connect();
      for (int i = 0; i < 300; i++) {
        Stream stream = connection.openBidirectional(Loopback.in(5));
        Thread writer =
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    for (int n = 0; n < 20; n++) {
                      Loopback.write(stream, new byte[500]);
                    }
                  } catch (IOException e) {
                    // Finished or reset meanwhile: said, and nothing else happens.
                    return;
                  }
                });
        if (i % 2 == 0) {
          stream.finish();
        } else {
          stream.reset(0x10c);
        }
        writer.join();
        stream.stopReading(0x100);
      }
      assertFalse(connection.closed().isDone());
      Stream after = connection.openBidirectional(Loopback.in(5));
      after.finish();
    }
  }

  // The stream credit of a body that is not read to its end.

  @Test
  void bareCreditLeaksWhenTheEndIsNotRead() throws Exception {
    try (BareKwik bare =
        BareKwik.serving(
            BareKwik.config(2, 1 << 20, 10 << 20),
            stream -> {
              stream.getInputStream().readNBytes(HELLO.length);
              stream.getOutputStream().write(HELLO);
              stream.getOutputStream().close();
            })) {
      QuicClientConnection connection = bare.connect();
      for (int i = 0; i < 2; i++) {
        exchange(connection);
      }
      CompletableFuture<Void> third =
          CompletableFuture.runAsync(() -> exchange(connection), Thread::startVirtualThread);
      assertThrows(TimeoutException.class, () -> third.get(1500, TimeUnit.MILLISECONDS));
      connection.close();
    }
  }

  private static void exchange(QuicClientConnection connection) {
    try {
      QuicStream stream = connection.createStream(true);
      stream.getOutputStream().write(HELLO);
      stream.getOutputStream().close();
      stream.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void creditComesBackWhenAllOctetsAreRead() throws Exception {
    ServerTransportConfig two = withStreams(2);
    try (Loopback loopback =
        Loopback.serving(
            two,
            stream -> {
              byte[] body = new byte[HELLO.length];
              int n = 0;
              while (n < body.length) {
                n += stream.read(body, n, body.length - n, Loopback.in(5));
              }
              // Not read on to the end.
              Loopback.write(stream, body);
              stream.finish();
            })) {
      Connection connection = loopback.connect();
      for (int i = 0; i < 20; i++) {
        Stream stream = connection.openBidirectional(Loopback.in(5));
        Loopback.write(stream, HELLO);
        stream.finish();
        assertArrayEquals(HELLO, Loopback.readAll(stream));
      }
    }
  }

  static ServerTransportConfig withStreams(int bidirectional) {
    ServerTransportConfig d = Loopback.serverConfig();
    return new ServerTransportConfig(
        d.identity(),
        d.idleTimeout(),
        d.streamReceiveWindow(),
        d.connectionReceiveWindow(),
        bidirectional,
        d.peerUnidirectionalStreams(),
        d.maxConnections(),
        d.maxConnectionsPerAddress(),
        d.handshakesPerSecond(),
        d.handshakeBurst(),
        d.faults());
  }

  // A peer that stops reading what was finished.

  @Test
  void bareIgnoresStopSendingBehindTheFin() throws Exception {
    CountDownLatch finished = new CountDownLatch(1);
    try (BareKwik bare =
        BareKwik.serving(
            BareKwik.config(1, 1 << 20, 10 << 20), stream -> answerMore(stream, finished))) {
      QuicClientConnection connection =
          bare.connect(builder -> builder.defaultStreamReceiveBufferSize(20_000L));
      QuicStream stream = connection.createStream(true);
      stream.getOutputStream().close();
      assertTrue(finished.await(10, TimeUnit.SECONDS));
      stream.abortReading(0x10c);
      CompletableFuture<Void> second =
          CompletableFuture.runAsync(
              () -> {
                try {
                  connection.createStream(true);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              },
              Thread::startVirtualThread);
      assertThrows(TimeoutException.class, () -> second.get(1500, TimeUnit.MILLISECONDS));
      connection.close();
    }
  }

  /** More than the client's window, and less than with kwik's buffer. */
  private static void answerMore(QuicStream stream, CountDownLatch finished) throws IOException {
    stream.getInputStream().readAllBytes();
    stream.getOutputStream().write(new byte[45_000]);
    stream.getOutputStream().close();
    finished.countDown();
  }

  @Test
  void stopSendingFreesAStreamThatWasFinished() throws Exception {
    CountDownLatch finished = new CountDownLatch(1);
    try (Loopback loopback =
        Loopback.serving(
            withStreams(1),
            stream -> {
              Loopback.readAll(stream);
              Loopback.write(stream, new byte[45_000]);
              stream.finish();
              assertThrows(IOException.class, () -> Loopback.write(stream, HELLO));
              finished.countDown();
            })) {
      ClientTransportConfig c = Loopback.clientConfig();
      Connection connection =
          loopback.connect(ignored ->
              new ClientTransportConfig(
                  c.trust(),
                  c.verifyPeer(),
                  c.idleTimeout(),
                  20_000,
                  c.connectionReceiveWindow(),
                  c.peerBidirectionalStreams(),
                  c.peerUnidirectionalStreams(),
                  c.faults()));
      Stream stream = connection.openBidirectional(Loopback.in(5));
      stream.finish();
      assertTrue(finished.await(10, TimeUnit.SECONDS));
      stream.stopReading(0x10c);
      connection.openBidirectional(Loopback.in(10)).finish();
    }
  }

  // A blocked open outlives the connection.

  @Test
  void bareBlockedOpenOutlivesTheConnection() throws Exception {
    try (BareKwik bare = BareKwik.serving(BareKwik.config(1, 1 << 20, 10 << 20), stream -> {})) {
      QuicClientConnection connection = bare.connect();
      connection.createStream(true).getOutputStream().write(HELLO);
      Thread opener =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  connection.createStream(true);
                } catch (IOException | RuntimeException e) {
                  return;
                }
              });
      awaitWaiting(opener);
      connection.closeAndWait();
      assertFalse(opener.join(Duration.ofMillis(1500)), "createStream came back");
      opener.interrupt();
    }
  }

  @Test
  void everyBlockedCallEndsWithTheConnection() throws Exception {
    try (Loopback loopback = Loopback.serving(withStreams(1), stream -> {})) {
      Connection client = loopback.connect();
      Connection server = loopback.accepted();
      Stream stream = client.openBidirectional(Loopback.in(5));
      CountDownLatch running = new CountDownLatch(3);
      CompletableFuture<Void> open =
          blocked(running, () -> client.openBidirectional(Loopback.in(60)));
      CompletableFuture<Void> read =
          blocked(running, () -> stream.read(new byte[1], 0, 1, Loopback.in(60)));
      CompletableFuture<Void> write =
          blocked(
              running,
              () -> {
                while (true) {
                  stream.write(new byte[8192], 0, 8192, Loopback.in(60));
                }
              });
      CompletableFuture<Void> serverOpen =
          blocked(
              new CountDownLatch(1),
              () -> {
                while (true) {
                  server.openUnidirectional(Loopback.in(60));
                }
              });
      assertTrue(running.await(5, TimeUnit.SECONDS));
      server.close(0x107, "enough");
      for (CompletableFuture<Void> call : List.of(open, read, write, serverOpen)) {
        ExecutionException e =
            assertThrows(ExecutionException.class, () -> call.get(10, TimeUnit.SECONDS));
        ConnectionClosedException ended =
            assertInstanceOf(ConnectionClosedException.class, e.getCause());
        assertEquals(0x107, ended.termination().errorCode());
      }
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private static CompletableFuture<Void> blocked(CountDownLatch running, Call call) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          running.countDown();
          try {
            call.run();
            result.complete(null);
          } catch (IOException e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  @Test
  void openWaitsForCreditUntilItsDeadlineOnly() throws Exception {
    try (Loopback loopback = Loopback.serving(withStreams(1), Loopback::readAll)) {
      Connection connection = loopback.connect();
      Stream first = connection.openBidirectional(Loopback.in(5));
      assertThrows(
          DeadlineExceededException.class,
          () -> connection.openBidirectional(Deadline.after(Duration.ofMillis(50))));
      first.finish();
      first.stopReading(0x100);
      Loopback.write(connection.openBidirectional(Loopback.in(5)), HELLO);
    }
  }

  // Reset codes.

  @Test
  void bareHidesTheResetCode() throws Exception {
    try (BareKwik bare = BareKwik.serving(stream -> stream.resetStream(0x10b))) {
      QuicClientConnection connection = bare.connect();
      QuicStream stream = connection.createStream(true);
      stream.getOutputStream().write(HELLO);
      IOException e = assertThrows(IOException.class, () -> stream.getInputStream().read());
      assertEquals("Stream reset by peer", e.getMessage());
      connection.close();
    }
  }

  @Test
  void resetAndStopCarryTheirCodes() throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    try (Loopback loopback =
        Loopback.serving(stream -> {
          stream.stopReading(0x10d);
          stream.reset(0x10b);
        })) {
      Connection connection = loopback.connect();
      Stream stream = connection.openBidirectional(Loopback.in(5));
      stream.onAbort(aborted::countDown);
      Loopback.write(stream, HELLO);
      StreamResetException reset =
          assertThrows(StreamResetException.class, () -> Loopback.readAll(stream));
      assertEquals(0x10b, reset.errorCode());
      assertEquals(OptionalLong.of(0x10b), stream.peerResetCode());
      assertTrue(aborted.await(5, TimeUnit.SECONDS));
      StopSendingException stop =
          assertThrows(
              StopSendingException.class,
              () -> {
                while (true) {
                  Loopback.write(stream, HELLO);
                }
              });
      assertEquals(0x10d, stop.errorCode());
      assertEquals(OptionalLong.of(0x10d), stream.peerStopCode());
      assertFalse(connection.closed().isDone());
    }
  }

  // A reset that comes before the stream's first frame.

  @Test
  void bareKeepsAZombieOfAStreamResetBeforeItsData() throws Exception {
    CompletableFuture<Integer> first = new CompletableFuture<>();
    try (BareKwik bare =
        BareKwik.serving(stream -> {
          int end = stream.getInputStream().read();
          if (stream.getStreamId() == 0) {
            first.complete(end);
          }
        })) {
      QuicClientConnection connection = bare.connect();
      connection.createStream(true);
      ((QuicConnectionImpl) connection).send(new ResetStreamFrame(0, 7, 0), f -> {}, true);
      connection.createStream(true).getOutputStream().write(HELLO);
      assertThrows(TimeoutException.class, () -> first.get(1500, TimeUnit.MILLISECONDS));
      connection.close();
    }
  }

  @Test
  void aStreamResetBeforeItsDataIsReset() throws Exception {
    CompletableFuture<Long> code = new CompletableFuture<>();
    try (Loopback loopback =
        Loopback.serving(stream -> {
          if (stream.id() == 0) {
            try {
              Loopback.readAll(stream);
            } catch (StreamResetException e) {
              code.complete(e.errorCode());
            }
          }
        })) {
      QuicClientConnection connection =
          BareKwik.connect(loopback.server().address(), "h3", new NullLogger(), b -> b);
      connection.createStream(true);
      sendReset((QuicConnectionImpl) connection);
      connection.createStream(true).getOutputStream().write(HELLO);
      assertEquals(7, code.get(10, TimeUnit.SECONDS));
      connection.close();
    }
  }

  /** Sends it until it arrives: a server drops what comes before it has ended the handshake. */
  private static void sendReset(QuicConnectionImpl connection) {
    connection.send(new ResetStreamFrame(0, 7, 0), lost -> sendReset(connection), true);
  }

  // Interrupts.

  @Test
  void bareSwallowsAnInterruptOfAReader() throws Exception {
    try (BareKwik bare = BareKwik.serving(stream -> {})) {
      QuicClientConnection connection = bare.connect();
      QuicStream stream = connection.createStream(true);
      stream.getOutputStream().write(HELLO);
      Thread reader =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  stream.getInputStream().read();
                } catch (IOException e) {
                  return;
                }
              });
      awaitWaiting(reader);
      reader.interrupt();
      assertFalse(reader.join(Duration.ofSeconds(1)), "the read came back");
      connection.close();
    }
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void anInterruptEndsAReadAndAWrite() throws Exception {
    try (Loopback loopback = Loopback.serving(stream -> {})) {
      Connection connection = loopback.connect();
      Stream stream = connection.openBidirectional(Loopback.in(5));
      for (Call call :
          new Call[] {
            () -> stream.read(new byte[1], 0, 1, Loopback.in(60)),
            () -> {
              while (true) {
                stream.write(new byte[8192], 0, 8192, Loopback.in(60));
              }
            }
          }) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread thread =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    call.run();
                  } catch (IOException e) {
                    thrown.set(e);
                  }
                  flag.set(Thread.currentThread().isInterrupted());
                });
        awaitWaiting(thread);
        thread.interrupt();
        assertTrue(thread.join(Duration.ofSeconds(10)));
        assertInstanceOf(InterruptedIOException.class, thrown.get());
        assertFalse(flag.get(), "the interrupt was delivered twice");
      }
      assertThrows(IOException.class, () -> stream.read(new byte[1], 0, 1, Loopback.in(1)));
    }
  }

  @Test
  void neitherResetNorStopLeavesAnInterruptBehind() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          stream.read(new byte[1], 0, 1, Loopback.in(5));
          stream.reset(5);
          stream.stopReading(5);
        })) {
      Connection connection = loopback.connect();
      for (int i = 0; i < 200; i++) {
        Stream stream = connection.openBidirectional(Loopback.in(5));
        Loopback.write(stream, HELLO);
        assertThrows(StreamResetException.class, () -> Loopback.readAll(stream));
        stream.reset(0);
        assertFalse(Thread.currentThread().isInterrupted());
      }
    }
  }

  // Deadlines, which kwik has none of.

  @Test
  void aMissedReadDeadlineEndsThatHalfOnly() throws Exception {
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    try (Loopback loopback =
        Loopback.serving(stream -> received.complete(Loopback.readAll(stream)))) {
      Stream stream = loopback.connect().openBidirectional(Loopback.in(5));
      assertThrows(
          DeadlineExceededException.class,
          () -> stream.read(new byte[1], 0, 1, Deadline.after(Duration.ofMillis(30))));
      Loopback.write(stream, HELLO);
      stream.finish();
      assertArrayEquals(HELLO, received.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void aMissedWriteDeadlineResetsTheStream() throws Exception {
    CompletableFuture<Long> code = new CompletableFuture<>();
    CountDownLatch missed = new CountDownLatch(1);
    try (Loopback loopback =
        Loopback.serving(stream -> {
          try {
            if (!missed.await(20, TimeUnit.SECONDS)) {
              throw new IOException("no deadline was missed");
            }
            Loopback.readAll(stream);
          } catch (StreamResetException e) {
            code.complete(e.errorCode());
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        })) {
      Stream stream = loopback.connect().openBidirectional(Loopback.in(5));
      assertThrows(
          DeadlineExceededException.class,
          () -> {
            while (true) {
              stream.write(
                  new byte[64 * 1024], 0, 64 * 1024, Deadline.after(Duration.ofMillis(200)));
            }
          });
      missed.countDown();
      assertEquals(0x10c, code.get(10, TimeUnit.SECONDS));
    }
  }

  // kwik's defaults for a server.

  @Test
  void bareServerDefaultsAreZero() {
    ServerConnectionConfig unset = ServerConnectionConfig.builder().build();
    assertEquals(0, unset.maxOpenPeerInitiatedBidirectionalStreams());
    assertEquals(0, unset.maxBidirectionalStreamBufferSize());
    assertEquals(0, unset.maxConnectionBufferSize());
  }
}
