package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.ConnectionTerminatedEvent.CloseReason;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.impl.QuicConnectionImpl;

/** Whatever ends a connection, everybody hears of it and nothing is left. */
@Timeout(60)
class LifecycleTest {

  // Closing drops what kwik has not sent.

  @Test
  void bareCloseDropsUnsentData() throws Exception {
    CompletableFuture<Integer> received = new CompletableFuture<>();
    try (BareKwik bare =
        BareKwik.serving(stream -> {
          try {
            received.complete(stream.getInputStream().readAllBytes().length);
          } catch (IOException e) {
            received.complete(-1);
          }
        })) {
      QuicClientConnection connection = bare.connect();
      QuicStream stream = connection.createStream(true);
      // More than the first congestion window.
      stream.getOutputStream().write(new byte[45_000]);
      stream.getOutputStream().close();
      connection.close(0x100, "");
      // Either nothing has left, or the connection's end overtook the rest.
      assertEquals(-1, received.completeOnTimeout(-1, 2, TimeUnit.SECONDS).get());
    }
  }

  @Test
  void closeLetsWrittenDataLeaveAndBeRead() throws Exception {
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    CountDownLatch ended = new CountDownLatch(1);
    byte[] octets = new byte[45_000];
    new Random(1).nextBytes(octets);
    try (Loopback loopback =
        Loopback.serving(stream -> {
          try {
            // Reads only when the connection is over.
            if (ended.await(10, TimeUnit.SECONDS)) {
              received.complete(Loopback.readAll(stream));
            }
          } catch (IOException | InterruptedException e) {
            received.completeExceptionally(e);
          }
        })) {
      Connection connection = loopback.connect();
      Connection server = loopback.accepted();
      Stream stream = connection.openBidirectional(Loopback.in(5));
      Loopback.write(stream, octets);
      stream.finish();
      connection.close(0x100, "");
      server.closed().get(10, TimeUnit.SECONDS);
      ended.countDown();
      assertArrayEquals(octets, received.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void closeDoesNotWaitForAPeerThatDoesNotRead() throws Exception {
    try (Loopback loopback = Loopback.serving(stream -> {})) {
      Connection connection = loopback.connect();
      Stream stream = connection.openBidirectional(Loopback.in(5));
      assertThrows(
          DeadlineExceededException.class,
          () -> {
            while (true) {
              stream.write(
                  new byte[50_000],
                  0,
                  50_000,
                  dev.h3kit.core.Deadline.after(Duration.ofMillis(100)));
            }
          });
      Stream full = connection.openBidirectional(Loopback.in(5));
      full.write(new byte[300_000], 0, 300_000, Loopback.in(5));
      connection.close(0x100, "");
      assertTrue(
          connection.closed().isDone() || connection.closed().get(5, TimeUnit.SECONDS) != null);
    }
  }

  // Ends that kwik keeps to itself.

  @Test
  void bareFailedSendEndsTheConnectionWithoutAWord() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    CountDownLatch told = new CountDownLatch(1);
    try (BareKwik bare = BareKwik.serving(stream -> {})) {
      QuicClientConnection connection =
          bare.connect(builder -> builder.socketFactory(to -> new BreakableSocket(broken)));
      connection.setConnectionListener(event(told));
      broken.set(true);
      connection.createStream(true).getOutputStream().write(new byte[10]);
      assertFalse(told.await(1500, TimeUnit.MILLISECONDS));
      assertFalse(connection.isConnected());
    }
  }

  private static ConnectionListener event(CountDownLatch told) {
    return new ConnectionListener() {
      @Override
      public void disconnected(ConnectionTerminatedEvent event) {
        told.countDown();
      }
    };
  }

  /** Fails to send when told to. */
  private static final class BreakableSocket extends java.net.DatagramSocket {
    private final AtomicBoolean broken;

    BreakableSocket(AtomicBoolean broken) throws java.net.SocketException {
      this.broken = broken;
    }

    @Override
    public void send(java.net.DatagramPacket packet) throws IOException {
      if (broken.get()) {
        throw new IOException("network is unreachable");
      }
      super.send(packet);
    }
  }

  @Test
  void aDatagramThatCannotBeSentIsOnlyLost() throws Exception {
    // A datagram to port 0 is refused by the kernel: kwik must not hear of it.
    try (Loopback loopback = Loopback.start();
        ListeningSocket socket =
            new ListeningSocket(
                new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0),
                Loopback.serverConfig())) {
      socket.send(
          new java.net.DatagramPacket(
              new byte[70_000],
              70_000,
              java.net.InetAddress.getLoopbackAddress(),
              loopback.server().address().getPort()));
      assertEquals(1, socket.sendErrors());
    }
  }

  @Test
  void anAbortInsideKwikIsToldToTheClient() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      Connection connection = loopback.connect();
      ((KwikConnection) connection).kwik().abortConnection(new IllegalStateException("a bug"));
      Termination end = connection.closed().get(10, TimeUnit.SECONDS);
      assertEquals(Termination.Kind.FAILURE, end.kind());
      assertTrue(end.reason().contains("a bug"), end.reason());
    }
  }

  @Test
  void anAbortInsideKwikIsToldToTheServer() throws Exception {
    CountDownLatch accepted = new CountDownLatch(1);
    try (Loopback loopback = Loopback.start()) {
      Connection client = loopback.connect();
      KwikConnection server = (KwikConnection) loopback.accepted();
      // From a thread named as kwik names the connection's, as where its aborts come from.
      QuicConnectionImpl quic = server.kwik();
      String name =
          "sender-"
              + java.util.HexFormat.of()
                  .formatHex(
                      ((tech.kwik.core.server.impl.ServerConnectionImpl) quic)
                          .getOriginalDestinationConnectionId());
      Thread.ofPlatform()
          .name(name)
          .start(() -> {
            quic.abortConnection(new IllegalStateException("a bug"));
            accepted.countDown();
          });
      assertEquals(Termination.Kind.FAILURE, server.closed().get(10, TimeUnit.SECONDS).kind());
      assertTrue(accepted.await(5, TimeUnit.SECONDS));
      client.close(0x100, "");
    }
  }

  @Test
  void aServerThatIsGoneIsNoticedBeforeTheIdleTimeout() throws Exception {
    Loopback loopback = Loopback.serving(Loopback::readAll);
    Connection connection = loopback.connect();
    loopback.accepted();
    loopback.server().vanish();
    Stream stream = connection.openBidirectional(Loopback.in(5));
    Loopback.write(stream, new byte[10]);
    Termination end = connection.closed().get(20, TimeUnit.SECONDS);
    assertEquals(Termination.By.NETWORK, end.by());
    loopback.close();
  }

  @Test
  void silenceEndsAConnectionAsIdle() throws Exception {
    ClientTransportConfig c = Loopback.clientConfig();
    ClientTransportConfig impatient =
        new ClientTransportConfig(
            c.trust(),
            c.verifyPeer(),
            Duration.ofSeconds(1),
            c.streamReceiveWindow(),
            c.connectionReceiveWindow(),
            c.peerBidirectionalStreams(),
            c.peerUnidirectionalStreams(),
            c.faults());
    try (Loopback loopback = Loopback.start()) {
      Connection connection = loopback.connect(ignored -> impatient);
      Connection server = loopback.accepted();
      assertEquals(Termination.Kind.IDLE, connection.closed().get(20, TimeUnit.SECONDS).kind());
      assertEquals(Termination.Kind.IDLE, server.closed().get(20, TimeUnit.SECONDS).kind());
    }
  }

  @ParameterizedTest
  @EnumSource(CloseReason.class)
  void everyReasonOfKwiksHasATermination(CloseReason reason) throws Exception {
    KwikConnection connection = new KwikConnection(true, 0, 3, id -> {});
    connection.terminated(new ConnectionTerminatedEvent(null, reason, true, 7L, null, "why"));
    Termination end = connection.closed().get(5, TimeUnit.SECONDS);
    assertEquals(
        switch (reason) {
          case IdleTimeout, ConnectionLost -> Termination.Kind.IDLE;
          case StatelessReset -> Termination.Kind.STATELESS_RESET;
          case ImmediateClose -> Termination.Kind.TRANSPORT;
        },
        end.kind());
  }

  @Test
  void noThreadsAreLeftBehind() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.write(stream, Loopback.readAll(stream));
          stream.finish();
        })) {
      loopback.connect().close(0x100, "");
      Set<Thread> before = kwikThreads();
      Set<Thread> during = new HashSet<>();
      for (int i = 0; i < 10; i++) {
        Connection connection = loopback.connect();
        Stream stream = connection.openBidirectional(Loopback.in(5));
        Loopback.write(stream, new byte[100]);
        during.addAll(kwikThreads());
        connection.close(0x100, "");
      }
      during.removeAll(before);
      assertTrue(during.size() >= 10);
      for (Thread thread : during) {
        assertTrue(thread.join(Duration.ofSeconds(20)), () -> "still there: " + thread);
      }
    }
  }

  /** Threads that belong to one connection. */
  private static Set<Thread> kwikThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread ->
            java.util.stream.Stream.of(
                    "sender", "receiver-", "callbacks", "idle-timer", "loss-detection")
                .anyMatch(thread.getName()::startsWith))
        .collect(Collectors.toSet());
  }

  @Test
  void onAbortRunsWhenTheConnectionEndsAndAtOnceAfter() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      Connection connection = loopback.connect();
      Stream stream = connection.openBidirectional(Loopback.in(5));
      CountDownLatch aborted = new CountDownLatch(1);
      stream.onAbort(aborted::countDown);
      loopback.accepted().close(0x100, "");
      assertTrue(aborted.await(10, TimeUnit.SECONDS));
      CountDownLatch again = new CountDownLatch(1);
      stream.onAbort(again::countDown);
      assertEquals(0, again.getCount());
    }
  }

  @Test
  void onAbortDoesNotRunForAStreamInOrder() throws Exception {
    AtomicBoolean aborted = new AtomicBoolean();
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.write(stream, Loopback.readAll(stream));
          stream.finish();
        })) {
      Connection connection = loopback.connect();
      Stream stream = connection.openBidirectional(Loopback.in(5));
      stream.onAbort(() -> aborted.set(true));
      Loopback.write(stream, new byte[5000]);
      stream.finish();
      assertEquals(5000, Loopback.readAll(stream).length);
      connection.close(0x100, "");
      connection.closed().get(10, TimeUnit.SECONDS);
      assertFalse(aborted.get());
    }
  }

  @Test
  void statsCountBothDirections() throws Exception {
    try (Loopback loopback = Loopback.serving(Loopback::readAll)) {
      Connection connection = loopback.connect();
      Connection server = loopback.accepted();
      Stream stream = connection.openBidirectional(Loopback.in(5));
      Loopback.write(stream, new byte[100_000]);
      stream.finish();
      connection.close(0x100, "");
      server.closed().get(10, TimeUnit.SECONDS);
      assertTrue(connection.stats().octetsSent() > 100_000);
      assertTrue(connection.stats().octetsReceived() > 0);
      assertTrue(server.stats().octetsReceived() > 100_000);
      assertTrue(server.stats().datagramsSent() > 0);
    }
  }
}
