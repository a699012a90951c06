package dev.h3kit.core.transport;

import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.crypto.MissingKeysException;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.InitialPacket;

/**
 * Initial packets outside a connection: a client's first ones are looked into before kwik gets
 * them, and a server that is full answers with one. Their keys follow from the destination
 * connection id (RFC 9001 §5.2).
 */
final class InitialPackets {
  private static final int SAMPLE = 16;
  private static final int NONCE = 12;

  private InitialPackets() {}

  /** Whether the datagram's first packet decrypts and has frames that kwik may parse. */
  static boolean plausible(DatagramPacket datagram, LongHeader header) {
    byte[] data = datagram.getData();
    int start = datagram.getOffset();
    ByteBuffer in = ByteBuffer.wrap(data, start, datagram.getLength());
    in.position(start + header.length());
    long token = Varints.read(in);
    if (token < 0 || token > in.remaining()) {
      return false;
    }
    in.position(in.position() + (int) token);
    long length = Varints.read(in);
    int numberAt = in.position();
    // RFC 9001 §5.4.2: the sample starts four octets behind the packet number's first.
    if (length < 4 + SAMPLE || length > in.remaining()) {
      return false;
    }
    try {
      Aead keys = keys(header, Role.Server, Role.Client);
      byte[] sample = Arrays.copyOfRange(data, numberAt + 4, numberAt + 4 + SAMPLE);
      byte[] mask = keys.createHeaderProtectionMask(sample);
      int first = data[start] ^ (mask[0] & 0x0f);
      int numberLength = (first & 0x03) + 1;
      byte[] associated = Arrays.copyOfRange(data, start, numberAt + numberLength);
      associated[0] = (byte) first;
      byte[] nonce = keys.getIv().clone();
      for (int i = 0; i < numberLength; i++) {
        byte octet = (byte) (data[numberAt + i] ^ mask[1 + i]);
        associated[associated.length - numberLength + i] = octet;
        nonce[NONCE - numberLength + i] ^= octet;
      }
      byte[] sealed = Arrays.copyOfRange(data, numberAt + numberLength, numberAt + (int) length);
      return FrameLengths.plausible(ByteBuffer.wrap(keys.aeadDecrypt(associated, sealed, nonce)));
    } catch (Exception e) {
      // Not a packet of a client that speaks QUIC: kwik could do no more with it.
      return false;
    }
  }

  /**
   * The answer of a server that takes no more connections (RFC 9000 §5.2.2): CONNECTION_CLOSE with
   * CONNECTION_REFUSED.
   */
  static DatagramPacket refusal(DatagramPacket datagram, LongHeader header)
      throws MissingKeysException {
    byte[] clientsDestination = header.destination().array();
    InitialPacket packet =
        new InitialPacket(
            header.version(),
            clientsDestination,
            header.source().array(),
            null,
            new ConnectionCloseFrame(
                header.version(), TransportErrorCode.CONNECTION_REFUSED.value, ""));
    packet.setPacketNumber(0);
    byte[] octets = packet.generatePacketBytes(keys(header, Role.Server, Role.Server));
    return new DatagramPacket(octets, octets.length, datagram.getAddress(), datagram.getPort());
  }

  private static Aead keys(LongHeader header, Role own, Role sender) throws MissingKeysException {
    ConnectionSecrets secrets =
        new ConnectionSecrets(VersionHolder.with(header.version()), own, null, new NullLogger());
    secrets.computeInitialKeys(header.destination().array());
    return sender == own
        ? secrets.getOwnAead(EncryptionLevel.Initial)
        : secrets.getPeerAead(EncryptionLevel.Initial);
  }
}
