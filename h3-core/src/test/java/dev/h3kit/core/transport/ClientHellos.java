package dev.h3kit.core.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.frame.FrameProcessor;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;

/** First datagrams of clients that never go on. */
final class ClientHellos {
  private ClientHellos() {}

  /** What a client sends first; it reaches nobody. */
  static byte[] firstDatagram() throws Exception {
    CompletableFuture<byte[]> first = new CompletableFuture<>();
    DatagramFaults catching =
        new DatagramFaults() {
          @Override
          public Fate sending(DatagramPacket packet) {
            int from = packet.getOffset();
            first.complete(Arrays.copyOfRange(packet.getData(), from, from + packet.getLength()));
            return Fate.DROP;
          }
        };
    ClientTransportConfig d = Loopback.clientConfig();
    ClientTransportConfig silent =
        new ClientTransportConfig(
            d.trust(),
            true,
            d.idleTimeout(),
            d.streamReceiveWindow(),
            d.connectionReceiveWindow(),
            d.peerBidirectionalStreams(),
            d.peerUnidirectionalStreams(),
            catching);
    InetSocketAddress nowhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
    try {
      QuicClient.connect(silent, "localhost", nowhere, Loopback.in(1));
      throw new AssertionError("connected to nobody");
    } catch (IOException _) {
      return first.join();
    }
  }

  /** The same for another connection id, as if of another client. */
  static byte[] another(byte[] first, byte[] destination) throws Exception {
    DatagramPacket datagram = new DatagramPacket(first, first.length);
    LongHeader header = LongHeader.parse(datagram);
    if (header == null) {
      throw new AssertionError("no long header");
    }
    InitialPackets.Opened opened = InitialPackets.open(datagram, header);
    if (opened == null) {
      throw new AssertionError("it does not decrypt");
    }
    InitialPacket packet =
        new InitialPacket(
            header.version(),
            header.source().array(),
            destination,
            null,
            new Octets(opened.frames().array()));
    packet.setPacketNumber(0);
    ConnectionSecrets secrets =
        new ConnectionSecrets(
            VersionHolder.with(header.version()), Role.Client, null, new NullLogger());
    secrets.computeInitialKeys(destination);
    return packet.generatePacketBytes(secrets.getOwnAead(EncryptionLevel.Initial));
  }

  /** Frames that are written already. */
  private static final class Octets extends QuicFrame {
    private final byte[] octets;

    Octets(byte[] octets) {
      this.octets = octets;
    }

    @Override
    public int getFrameLength() {
      return octets.length;
    }

    @Override
    public void serialize(ByteBuffer buffer) {
      buffer.put(octets);
    }

    @Override
    public void accept(FrameProcessor processor, QuicPacket packet, PacketMetaData metaData) {}
  }
}
