package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.BooleanSupplier;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.FrameProcessor;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;

/**
 * What anybody can send to a server's port without being let in: a client that behaves is still
 * served, and threads and memory are back afterwards.
 */
@Timeout(120)
class HostileDatagramsTest {
  private static final int DATAGRAM = 1200;

  /** Threads that come and go with the JVM and with other tests. */
  private static final int SLACK = 30;

  private final Random random = new Random(4);
  private final Loopback server;
  private final DatagramSocket attacker;

  HostileDatagramsTest() throws IOException {
    server =
        Loopback.serving(stream -> {
          Loopback.write(stream, Loopback.readAll(stream));
          stream.finish();
        });
    attacker = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    attacker.setSoTimeout(50);
  }

  @AfterEach
  void stop() {
    attacker.close();
    server.close();
  }

  private void send(byte[] octets) throws IOException {
    attacker.send(new DatagramPacket(octets, octets.length, server.server().address()));
  }

  /** A new connection, and an exchange on it. */
  private void aGoodClientIsServed() throws IOException {
    Connection connection = server.connect();
    Stream stream = connection.openBidirectional(Loopback.in(10));
    byte[] octets = {1, 2, 3};
    Loopback.write(stream, octets);
    stream.finish();
    assertArrayEquals(octets, Loopback.readAll(stream));
    connection.close(0x100, "");
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  /** Octets that all threads have allocated so far. */
  private static long allocated() throws JMException {
    return (Long)
        ManagementFactory.getPlatformMBeanServer()
            .getAttribute(
                new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), "TotalThreadAllocatedBytes");
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, what);
      Thread.onSpinWait();
    }
  }

  /** Octets that the server answers within a moment of silence. */
  private long answered() throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    long octets = 0;
    try {
      while (true) {
        attacker.receive(packet);
        octets += packet.getLength();
        packet.setLength(2048);
      }
    } catch (SocketTimeoutException _) {
      return octets;
    }
  }

  private byte[] randomOctets(int count) {
    byte[] octets = new byte[count];
    random.nextBytes(octets);
    return octets;
  }

  /** Initial packets of a client, sealed as RFC 9001 §5.2 has it, in one datagram. */
  private static byte[] initials(byte[] destination, QuicFrame... eachInAPacket) throws Exception {
    ByteBuffer datagram = ByteBuffer.allocate(4 * DATAGRAM);
    ConnectionSecrets secrets =
        new ConnectionSecrets(
            VersionHolder.with(Version.getDefault()), Role.Client, null, new NullLogger());
    secrets.computeInitialKeys(destination);
    for (int i = 0; i < eachInAPacket.length; i++) {
      InitialPacket packet =
          new InitialPacket(
              Version.getDefault(), new byte[] {9, 9}, destination, null, eachInAPacket[i]);
      int missing = DATAGRAM / eachInAPacket.length - eachInAPacket[i].getFrameLength() - 60;
      packet.addFrame(new Padding(Math.max(20, missing)));
      packet.setPacketNumber(i);
      datagram.put(packet.generatePacketBytes(secrets.getOwnAead(EncryptionLevel.Initial)));
    }
    int length = Math.max(DATAGRAM, datagram.position());
    byte[] octets = new byte[length];
    datagram.flip().get(octets, 0, datagram.limit());
    return octets;
  }

  /** A ClientHello that begins well and is not whole. */
  private static CryptoFrame part(int octets) {
    byte[] hello = new byte[octets];
    hello[0] = 1;
    hello[2] = 0x20;
    return new CryptoFrame(Version.getDefault(), hello);
  }

  /** A CRYPTO frame with any offset and any claim of a length. */
  private record Crypto(long offset, int claim) implements Claim {}

  private interface Claim {
    long offset();

    int claim();

    default QuicFrame frame() {
      return new QuicFrame() {
        @Override
        public int getFrameLength() {
          return 23;
        }

        @Override
        public void serialize(ByteBuffer buffer) {
          buffer.put((byte) 0x06).putLong(0xc000000000000000L | offset());
          buffer.putInt(0x80000000 | claim()).put(new byte[10]);
        }

        @Override
        public void accept(FrameProcessor processor, QuicPacket packet, PacketMetaData metaData) {}
      };
    }
  }

  @Test
  void garbageIsIgnored() throws Exception {
    aGoodClientIsServed();
    int before = threads();
    for (int i = 0; i < 5_000; i++) {
      byte[] octets = randomOctets(1 + random.nextInt(1500));
      send(octets);
      if (i % 1000 == 0) {
        aGoodClientIsServed();
      }
    }
    aGoodClientIsServed();
    await("threads are back", () -> threads() <= before + SLACK);
  }

  // RFC 9000 §6.1: "a server SHOULD send a Version Negotiation packet"; RFC 9000 §8.1: "an endpoint
  // MUST limit the amount of data it sends to the unvalidated address to three times the amount of
  // data received from that address."
  @Test
  void unknownVersionsCostAndReflectLittle() throws Exception {
    aGoodClientIsServed();
    int before = threads();
    long sent = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] octets = randomOctets(i % 2 == 0 ? DATAGRAM : 40);
      octets[0] |= (byte) 0xc0;
      octets[1] = 0x1a;
      octets[5] = 8;
      octets[14] = 8;
      send(octets);
      sent += octets.length;
    }
    long answered = answered();
    assertTrue(answered <= 3 * sent, answered + " octets for " + sent);
    aGoodClientIsServed();
    await("threads are back", () -> threads() <= before + SLACK);
  }

  @Test
  void initialPacketsThatDoNotDecryptReachNothing() throws Exception {
    aGoodClientIsServed();
    int before = threads();
    for (int i = 0; i < 3_000; i++) {
      byte[] octets = initials(randomOctets(8), part(900));
      octets[100 + random.nextInt(1000)] ^= 1;
      send(octets);
    }
    assertTrue(answered() == 0, "nothing is answered");
    aGoodClientIsServed();
    assertTrue(threads() <= before + SLACK, threads() + " threads, " + before + " before");
  }

  @Test
  void lengthsAndOffsetsInCryptoFramesAllocateNothing() throws Exception {
    aGoodClientIsServed();
    long before = allocated();
    for (int i = 0; i < 200; i++) {
      QuicFrame length = new Crypto(0, 0x3fffffff).frame();
      QuicFrame offset = new Crypto(0x3ffffffL, 10).frame();
      QuicFrame far = new Crypto(0x3fffffffffffff00L, 10).frame();
      send(initials(randomOctets(8), length));
      send(initials(randomOctets(8), offset));
      send(initials(randomOctets(8), far));
      // Behind a good packet in the same datagram, and in one that follows it.
      byte[] destination = randomOctets(8);
      send(initials(destination, part(500), length));
      send(initials(destination, offset));
    }
    aGoodClientIsServed();
    long allocated = allocated() - before;
    assertTrue(allocated < 400_000_000, allocated + " octets were allocated");
  }

  @Test
  void oneAttemptIsNotFedWithoutEnd() throws Exception {
    byte[] destination = randomOctets(8);
    send(initials(destination, part(900)));
    for (int i = 0; i < 1_000; i++) {
      send(initials(destination, new PingFrame()));
    }
    aGoodClientIsServed();
    await(
        "what is above the limit is dropped",
        () -> server.server().turnedAway() >= 1_000 - 2 * Admission.PACKETS_PER_ATTEMPT);
  }

  @Test
  void halfOpenHandshakesOfOthersLeaveRoomAndEnd() throws Exception {
    aGoodClientIsServed();
    int before = threads();
    byte[] first = ClientHellos.firstDatagram();
    try (DatagramSocket elsewhere =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0))) {
      for (int i = 0; i < 600; i++) {
        byte[] octets = ClientHellos.another(first, randomOctets(8));
        elsewhere.send(new DatagramPacket(octets, octets.length, server.server().address()));
      }
      int most = threads();
      aGoodClientIsServed();
      assertTrue(most - before <= 5 * 64 + SLACK, most + " threads, " + before + " before");
    }
    // What is half open for long is ended, without another client.
    await("threads are back", () -> threads() <= before + SLACK);
  }
}
