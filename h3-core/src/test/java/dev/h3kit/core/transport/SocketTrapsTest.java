package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.frame.DataBlockedFrame;
import tech.kwik.core.frame.MaxDataFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.QuicPacket;

/** What happens between kwik and the network. */
@Timeout(60)
class SocketTrapsTest {

  // A failing receive ends the JVM.

  /** A bare kwik server whose socket fails once; run in a JVM of its own. */
  static final class BareServer {
    private BareServer() {}

    public static void main(String[] args) throws Exception {
      BareKwik server = BareKwik.failing();
      new CountDownLatch(1).await(20, TimeUnit.SECONDS);
      server.close();
      System.exit(0);
    }
  }

  @Test
  void bareServerEndsTheJvmWhenReceiveFails() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                BareServer.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(new File("/dev/null"))
            .start();
    try {
      assertTrue(process.waitFor(40, TimeUnit.SECONDS));
      assertEquals(9, process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aFailingReceiveIsTriedAgain() throws Exception {
    try (FailingSocket socket = new FailingSocket()) {
      socket.failures.set(3);
      try (DatagramSocket other = new DatagramSocket()) {
        other.send(new DatagramPacket(new byte[] {0x40, 1, 2}, 3, socket.getLocalSocketAddress()));
      }
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      socket.receive(packet);
      assertEquals(3, packet.getLength());
      assertEquals(0, socket.failures.get());
    }
  }

  private static final class FailingSocket extends GuardedSocket {
    final AtomicInteger failures = new AtomicInteger();

    FailingSocket() throws IOException {
      super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), DatagramFaults.NONE);
    }

    @Override
    void receiveRaw(DatagramPacket packet) throws IOException {
      if (failures.get() > 0) {
        failures.decrementAndGet();
        throw new IOException("no memory");
      }
      super.receiveRaw(packet);
    }

    @Override
    void receiveFailed(IOException failure) {}
  }

  // A lost MAX_DATA is not sent again.

  private static final int WINDOW = 200_000;

  @Test
  void bareDoesNotSendALostMaxDataAgain() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    MaxDataDropper dropper = new MaxDataDropper();
    try (BareKwik bare =
        BareKwik.serving(
            BareKwik.config(10, WINDOW, WINDOW),
            dropper.socket,
            dropper,
            stream -> {
              awaitLatch(go);
              stream.getInputStream().readAllBytes();
            })) {
      QuicClientConnection connection = bare.connect();
      QuicStream stream = connection.createStream(true);
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < 800; i++) {
                    stream.getOutputStream().write(new byte[1000]);
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              },
              Thread::startVirtualThread);
      assertThrows(TimeoutException.class, () -> written.get(1, TimeUnit.SECONDS));
      go.countDown();
      assertThrows(TimeoutException.class, () -> written.get(4, TimeUnit.SECONDS));
      connection.close();
    }
  }

  /** Loses each packet with MAX_DATA, and no other: told by kwik after it has sent one. */
  private static final class MaxDataDropper extends NullLogger {
    final HoldingSocket socket = new HoldingSocket();

    MaxDataDropper() throws IOException {}

    @Override
    public void sent(Instant when, List<QuicPacket> packets) {
      boolean drop =
          packets.stream()
              .flatMap(packet -> packet.getFrames().stream())
              .anyMatch(MaxDataFrame.class::isInstance);
      socket.decide(drop);
    }
  }

  /** Sends a packet only when that is decided, on the thread of kwik's sender. */
  private static final class HoldingSocket extends DatagramSocket {
    private @Nullable DatagramPacket held;

    HoldingSocket() throws IOException {
      super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Override
    public void send(DatagramPacket packet) {
      decide(false);
      held = packet;
    }

    void decide(boolean drop) {
      DatagramPacket packet = held;
      held = null;
      try {
        if (packet != null && !drop) {
          super.send(packet);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void aPeerThatIsBlockedIsToldTheLimitAgain() throws Exception {
    CountDownLatch limits = new CountDownLatch(2);
    NullLogger watch =
        new NullLogger() {
          @Override
          public void received(Instant when, int datagram, QuicPacket packet) {
            if (packet.getFrames().stream().anyMatch(MaxDataFrame.class::isInstance)) {
              limits.countDown();
            }
          }
        };
    try (Loopback loopback = Loopback.serving(withWindows(WINDOW, WINDOW), Loopback::readAll)) {
      QuicClientConnection client =
          BareKwik.connect(loopback.server().address(), "h3", watch, b -> b);
      // More than the tenth of the window that makes kwik raise the limit once.
      client.createStream(true).getOutputStream().write(new byte[30_000]);
      while (limits.getCount() > 1) {
        assertFalse(limits.await(10, TimeUnit.MILLISECONDS));
      }
      ((QuicConnectionImpl) client).send(new DataBlockedFrame(WINDOW), frame -> {}, true);
      assertTrue(limits.await(10, TimeUnit.SECONDS));
      client.close();
    }
  }

  private static void awaitLatch(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IOException("the test did not go on");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aLostMaxDataIsSentAgain() throws Exception {
    AtomicBoolean lossy = new AtomicBoolean();
    CountDownLatch go = new CountDownLatch(1);
    DatagramFaults deaf =
        new DatagramFaults() {
          @Override
          public Fate received(DatagramPacket packet) {
            return lossy.get() ? Fate.DROP : Fate.PASS;
          }
        };
    try (Loopback loopback =
        Loopback.serving(
            withWindows(WINDOW, WINDOW),
            stream -> {
              awaitLatch(go);
              Loopback.readAll(stream);
            })) {
      Connection connection = loopback.connect(c -> withFaults(c, deaf));
      Stream stream = connection.openBidirectional(Loopback.in(5));
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(
              () -> {
                try {
                  stream.write(new byte[800_000], 0, 800_000, Loopback.in(40));
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              },
              Thread::startVirtualThread);
      assertThrows(TimeoutException.class, () -> written.get(1, TimeUnit.SECONDS));
      lossy.set(true);
      go.countDown();
      assertThrows(TimeoutException.class, () -> written.get(500, TimeUnit.MILLISECONDS));
      lossy.set(false);
      written.get(20, TimeUnit.SECONDS);
    }
  }

  static ServerTransportConfig withWindows(long stream, long connection) {
    ServerTransportConfig d = Loopback.serverConfig();
    return new ServerTransportConfig(
        d.identity(),
        d.idleTimeout(),
        stream,
        connection,
        d.peerBidirectionalStreams(),
        d.peerUnidirectionalStreams(),
        d.maxConnections(),
        d.maxConnectionsPerAddress(),
        d.handshakesPerSecond(),
        d.handshakeBurst(),
        d.faults());
  }

  static ClientTransportConfig withFaults(ClientTransportConfig c, DatagramFaults faults) {
    return new ClientTransportConfig(
        c.trust(),
        c.verifyPeer(),
        c.idleTimeout(),
        c.streamReceiveWindow(),
        c.connectionReceiveWindow(),
        c.peerBidirectionalStreams(),
        c.peerUnidirectionalStreams(),
        faults);
  }

  // Faults.

  @Test
  void lossAndDelayAreSurvived() throws Exception {
    Random random = new Random(42);
    AtomicInteger asked = new AtomicInteger();
    DatagramFaults bad =
        new DatagramFaults() {
          private Fate fate() {
            asked.incrementAndGet();
            int dice;
            synchronized (random) {
              dice = random.nextInt(100);
            }
            return dice < 2
                ? Fate.DROP
                : dice < 10 ? new Fate.Delay(Duration.ofMillis(5).toNanos()) : Fate.PASS;
          }

          @Override
          public Fate sending(DatagramPacket packet) {
            return fate();
          }

          @Override
          public Fate received(DatagramPacket packet) {
            return fate();
          }
        };
    byte[] octets = new byte[300_000];
    new Random(2).nextBytes(octets);
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.write(stream, Loopback.readAll(stream));
          stream.finish();
        })) {
      Connection connection = loopback.connect(c -> withFaults(c, bad));
      Stream stream = connection.openBidirectional(Loopback.in(5));
      Loopback.write(stream, octets);
      stream.finish();
      assertArrayEquals(octets, Loopback.readAll(stream));
      assertTrue(asked.get() > 500);
      assertTrue(connection.stats().packetsLost() > 0);
    }
  }

  // A NAT that gives the client a new port.

  @Test
  void aClientThatChangesItsPortIsFollowed() throws Exception {
    try (Loopback loopback =
            Loopback.serving(stream -> {
              Loopback.write(stream, Loopback.readAll(stream));
              stream.finish();
            });
        Relay relay = new Relay(loopback.server().address())) {
      Connection connection =
          QuicClient.connect(
              Loopback.clientConfig(), "localhost", relay.address(), Loopback.in(10));
      Connection server = loopback.accepted();
      echo(connection, 10_000);
      int before = server.remoteAddress().getPort();
      relay.rebind();
      echo(connection, 300_000);
      assertTrue(server.remoteAddress().getPort() != before);
    }
  }

  private static void echo(Connection connection, int size) throws IOException {
    Stream stream = connection.openBidirectional(Loopback.in(5));
    byte[] octets = new byte[size];
    new Random(size).nextBytes(octets);
    Loopback.write(stream, octets);
    stream.finish();
    assertArrayEquals(octets, Loopback.readAll(stream));
  }

  /** Stands between one client and a server, and can change the port the server sees. */
  private static final class Relay implements AutoCloseable {
    private final DatagramSocket front =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final InetSocketAddress server;
    private volatile SocketAddress client;
    private volatile DatagramSocket back = new DatagramSocket();

    Relay(InetSocketAddress server) throws IOException {
      this.server = server;
      client = server;
      Thread.ofPlatform().daemon().start(this::forward);
      pumpBack(back);
    }

    InetSocketAddress address() {
      return (InetSocketAddress) front.getLocalSocketAddress();
    }

    void rebind() throws IOException {
      DatagramSocket old = back;
      back = new DatagramSocket();
      pumpBack(back);
      old.close();
    }

    private void forward() {
      DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
      int failures = 0;
      while (!front.isClosed() && failures < 100) {
        try {
          packet.setLength(1500);
          front.receive(packet);
          client = packet.getSocketAddress();
          back.send(new DatagramPacket(packet.getData(), packet.getLength(), server));
        } catch (IOException e) {
          // The socket behind was changed, or all are closed.
          failures++;
        }
      }
    }

    private void pumpBack(DatagramSocket socket) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
            while (!socket.isClosed()) {
              try {
                packet.setLength(1500);
                socket.receive(packet);
                front.send(new DatagramPacket(packet.getData(), packet.getLength(), client));
              } catch (IOException e) {
                return;
              }
            }
          });
    }

    @Override
    public void close() {
      front.close();
      back.close();
    }
  }

  @Test
  void theServerTellsWhatTheKernelGranted() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      SocketBuffers buffers = loopback.server().buffers();
      assertEquals(4 << 20, buffers.asked());
      assertTrue(buffers.receive() > 0 && buffers.send() > 0);
      assertEquals(
          buffers.receive() < buffers.asked() || buffers.send() < buffers.asked(), buffers.small());
    }
  }

  @Test
  void aPortInUseIsABindException() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      assertThrows(
          java.net.BindException.class,
          () ->
              QuicServer.bind(
                  Loopback.serverConfig(), loopback.server().address(), connection -> {}));
    }
  }
}
