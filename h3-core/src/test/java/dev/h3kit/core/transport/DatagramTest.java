package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Datagrams over QUIC: RFC 9221. */
class DatagramTest {
  private static Loopback server() throws Exception {
    return Loopback.start(Loopback.serverConfig().withDatagrams());
  }

  private static BlockingQueue<byte[]> receive(Connection connection) {
    BlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
    connection.datagrams().receive(came::add);
    return came;
  }

  /** Sends until one arrives; earlier ones that were sent more than once are skipped. */
  private static byte[] deliver(Connection from, BlockingQueue<byte[]> to, byte[] octets)
      throws InterruptedException {
    for (int i = 0; i < 1000; i++) {
      from.datagrams().send(octets);
      byte[] got = to.poll(20, TimeUnit.MILLISECONDS);
      while (got != null && !Arrays.equals(got, octets)) {
        got = to.poll();
      }
      if (got != null) {
        return got;
      }
    }
    throw new AssertionError("no datagram arrived");
  }

  @Test
  void datagramsUpToTheLargestArriveBothWays() throws Exception {
    try (Loopback loopback = server()) {
      Connection client = loopback.connect(ClientTransportConfig::withDatagrams);
      Connection server = loopback.accepted();
      BlockingQueue<byte[]> atServer = receive(server);
      BlockingQueue<byte[]> atClient = receive(client);
      for (boolean toServer : new boolean[] {true, false}) {
        Connection from = toServer ? client : server;
        BlockingQueue<byte[]> to = toServer ? atServer : atClient;
        int most = from.datagrams().maxSize();
        assertTrue(most > 1000, "most of a packet: " + most);
        for (int size : new int[] {0, 1, 63, 64, most - 1, most}) {
          byte[] octets = new byte[size];
          Arrays.fill(octets, (byte) size);
          assertArrayEquals(octets, deliver(from, to, octets), "of " + size + " octets");
        }
        assertThrows(
            IllegalArgumentException.class, () -> from.datagrams().send(new byte[most + 1]));
      }
      client.close(0x100, "");
    }
  }

  // RFC 9221 §3: "An endpoint MUST NOT send DATAGRAM frames until it has received the
  // max_datagram_frame_size transport parameter with a non-zero value during the handshake".
  @Test
  void rfc9221_3_nothingIsSentToAPeerThatHasNotAskedForIt() throws Exception {
    for (boolean atServer : new boolean[] {true, false}) {
      try (Loopback loopback = atServer ? server() : Loopback.start()) {
        Connection client =
            atServer ? loopback.connect() : loopback.connect(ClientTransportConfig::withDatagrams);
        Connection server = loopback.accepted();
        assertEquals(atServer, server.datagrams().receivable());
        assertEquals(!atServer, client.datagrams().receivable());
        for (Connection end : new Connection[] {client, server}) {
          assertEquals(Datagrams.NONE, end.datagrams().maxSize());
          assertThrows(IllegalStateException.class, () -> end.datagrams().send(new byte[1]));
        }
        client.close(0x100, "");
      }
    }
  }

  @Test
  void whatTheNetworkDoesNotTakeIsBoundedAndDropped() throws Exception {
    AtomicBoolean mute = new AtomicBoolean();
    DatagramFaults faults =
        new DatagramFaults() {
          @Override
          public Fate received(DatagramPacket packet) {
            return mute.get() ? Fate.DROP : Fate.PASS;
          }
        };
    try (Loopback loopback = server()) {
      Connection client =
          loopback.connect(config ->
              new ClientTransportConfig(
                  config.trust(),
                  config.verifyPeer(),
                  config.idleTimeout(),
                  config.streamReceiveWindow(),
                  config.connectionReceiveWindow(),
                  0,
                  16,
                  faults,
                  true));
      // Without acknowledgements the congestion window is soon full.
      mute.set(true);
      byte[] octets = new byte[client.datagrams().maxSize()];
      boolean dropped = false;
      for (int i = 0; i < 10_000 && !dropped; i++) {
        dropped = !client.datagrams().send(octets);
      }
      assertTrue(dropped, "the queue is bounded");
      assertTrue(client.datagrams().dropped() >= 1);
      mute.set(false);
      client.close(0x100, "");
    }
  }

  @Test
  void memoryKeepsTheSameContract() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pairWithDatagrams(10, () -> false);
    pair.client().datagrams().send(new byte[1]);
    assertEquals(1, pair.server().datagrams().dropped(), "nobody receives yet");
    BlockingQueue<byte[]> came = receive(pair.server());
    byte[] octets = new byte[10];
    pair.client().datagrams().send(octets);
    octets[0] = 1;
    assertArrayEquals(new byte[10], came.take(), "a copy");
    assertThrows(
        IllegalArgumentException.class, () -> pair.client().datagrams().send(new byte[11]));
    assertFalse(MemoryTransport.pair().client().datagrams().receivable());
    pair.server().close(0, "");
    pair.client().datagrams().send(octets);
    assertTrue(came.isEmpty(), "the connection has ended");
  }
}
