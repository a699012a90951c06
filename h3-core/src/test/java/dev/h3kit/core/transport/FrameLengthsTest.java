package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.FrameProcessor;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.InitialPacket;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;

/** Frames that claim more octets than their packet has. */
@Timeout(60)
class FrameLengthsTest {

  @ParameterizedTest
  @CsvSource({
    "000000, true",
    "01, true",
    "1e, true",
    "0201000002, true",
    "020100010203, false",
    "02010001020304, true",
    "02010080ffffff00, false",
    "0301000002010203, true",
    "04000102, true",
    "0400ff, false",
    "050001, true",
    "060003aabbcc, true",
    "060004aabbcc, false",
    "0600bfffffff00, false",
    "068010000003aabbcc, false",
    "06800ffffd03aabbcc, true",
    "06c0000000000ffffe03aabbcc, false",
    "06fffffffffffffff803aabbcc, false",
    "0703aabbcc, true",
    "0704aabbcc, false",
    "0804aabbcc, true",
    "0a0402aabb, true",
    "0a0403aabb, false",
    "0a04bfffffff, false",
    "0e040102aabb, true",
    "0e0401bfffffffaa, false",
    "1001, true",
    "18010008, false",
    "1a0102030405060708, true",
    "1a01, false",
    "1c01000161, true",
    "1c010002, false",
    "1d01bfffffff, false",
    "3102aabb, true",
    "3103aabb, false",
    "30aabb, true",
  })
  void lengthsMustStayWithinThePacket(String hex, boolean plausible) {
    ByteBuffer payload = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    assertEquals(plausible, FrameLengths.plausible(payload));
  }

  @Test
  void noInputBreaksTheCheck() {
    Random random = new Random(7);
    int plausible = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] payload = new byte[random.nextInt(40)];
      random.nextBytes(payload);
      plausible += FrameLengths.plausible(ByteBuffer.wrap(payload)) ? 1 : 0;
    }
    assertTrue(plausible > 0 && plausible < 200_000);
  }

  private static DatagramPacket initial(QuicFrame frame) throws Exception {
    byte[] destination = {1, 2, 3, 4, 5, 6, 7, 8};
    InitialPacket packet =
        new InitialPacket(Version.getDefault(), new byte[] {9, 9}, destination, null, frame);
    packet.addFrame(new Padding(1300 - frame.getFrameLength() - 100));
    packet.setPacketNumber(0);
    ConnectionSecrets secrets =
        new ConnectionSecrets(
            VersionHolder.with(Version.getDefault()), Role.Client, null, new NullLogger());
    secrets.computeInitialKeys(destination);
    byte[] octets = packet.generatePacketBytes(secrets.getOwnAead(EncryptionLevel.Initial));
    return new DatagramPacket(
        octets, octets.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
  }

  /** Claims a GiB. */
  private static final class Boast extends QuicFrame {
    private final int type;

    Boast(int type) {
      this.type = type;
    }

    @Override
    public int getFrameLength() {
      return 6;
    }

    @Override
    public void serialize(ByteBuffer buffer) {
      buffer.put((byte) type).put((byte) 0).putInt(0xbfffffff);
    }

    @Override
    public void accept(FrameProcessor processor, QuicPacket packet, PacketMetaData metaData) {}
  }

  @Test
  void anInitialPacketIsLookedIntoBeforeKwikSeesIt() throws Exception {
    DatagramPacket good = initial(new CryptoFrame(Version.getDefault(), new byte[300]));
    LongHeader header = LongHeader.parse(good);
    assertTrue(header != null && header.initial());
    assertTrue(InitialPackets.plausible(good, header));
    DatagramPacket bad = initial(new Boast(0x06));
    LongHeader badHeader = LongHeader.parse(bad);
    assertTrue(badHeader != null && badHeader.initial());
    assertFalse(InitialPackets.plausible(bad, badHeader));
    good.getData()[600] ^= 1;
    assertFalse(InitialPackets.plausible(good, header), "a packet that does not decrypt");
  }

  @Test
  void aStreamFrameThatClaimsTooMuchEndsTheConnectionOnly() throws Exception {
    try (Loopback loopback = Loopback.serving(Loopback::readAll)) {
      QuicClientConnection hostile =
          BareKwik.connect(loopback.server().address(), "h3", new NullLogger(), b -> b);
      Connection server = loopback.accepted();
      ((QuicConnectionImpl) hostile).send(new Boast(0x0a), frame -> {}, true);
      Termination end = server.closed().get(10, TimeUnit.SECONDS);
      assertEquals(
          new Termination(
              Termination.By.LOCAL,
              Termination.Kind.TRANSPORT,
              0x07,
              "a frame is longer than its packet"),
          end);
      loopback.connect().close(0x100, "");
    }
  }
}
