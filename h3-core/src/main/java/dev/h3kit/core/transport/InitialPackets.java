package dev.h3kit.core.transport;

import java.net.DatagramPacket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.crypto.MissingKeysException;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.frame.Padding;
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

  /** Initial packets that may stand in one datagram: one is usual, two are seen. */
  private static final int MOST_IN_A_DATAGRAM = 4;

  /** A server takes an Initial packet only in a datagram of 1200 octets (RFC 9000 §14.1). */
  private static final int GIVING_UP_PADDING = 1180;

  /** Beyond any number that a client has used in its first flight. */
  private static final int GIVING_UP_NUMBER = 0x10000;

  private InitialPackets() {}

  /**
   * Whether the datagram's first packet decrypts, and its Initial packets have frames that kwik may
   * parse: it parses all that stand one behind the other, until one does not decrypt.
   */
  static boolean plausible(DatagramPacket datagram, LongHeader header) {
    try {
      Aead keys = keys(header, Role.Server, Role.Client);
      DatagramPacket rest = datagram;
      LongHeader next = header;
      for (int packets = 0; packets < MOST_IN_A_DATAGRAM; packets++) {
        Opened opened = open(rest, next, keys);
        if (opened == null) {
          return packets > 0;
        }
        if (!FrameLengths.plausible(opened.frames(), FrameLengths.FIRST_FLIGHT)) {
          return false;
        }
        int from = rest.getOffset() + opened.length();
        rest = new DatagramPacket(rest.getData(), from, rest.getLength() - opened.length());
        LongHeader behind = LongHeader.parse(rest);
        if (behind == null || !behind.initial()) {
          return true;
        }
        // RFC 9000 §12.2: "Senders MUST NOT coalesce QUIC packets with different connection IDs
        // into a single UDP datagram."
        if (!behind.destination().equals(header.destination())) {
          return false;
        }
        next = behind;
      }
      return false;
    } catch (MissingKeysException e) {
      throw new IllegalStateException("the keys were just made", e);
    }
  }

  /**
   * A packet that was decrypted.
   *
   * @param length of the packet, in octets
   */
  record Opened(ByteBuffer frames, int length) {}

  /** Decrypts the datagram's first packet, an Initial packet of a client. */
  static @Nullable Opened open(DatagramPacket datagram, LongHeader header)
      throws MissingKeysException {
    return open(datagram, header, keys(header, Role.Server, Role.Client));
  }

  private static @Nullable Opened open(DatagramPacket datagram, LongHeader header, Aead keys) {
    byte[] data = datagram.getData();
    int start = datagram.getOffset();
    ByteBuffer in = ByteBuffer.wrap(data, start, datagram.getLength());
    in.position(start + header.length());
    long token = Varints.read(in);
    if (token < 0 || token > in.remaining()) {
      return null;
    }
    in.position(in.position() + (int) token);
    long length = Varints.read(in);
    int numberAt = in.position();
    // RFC 9001 §5.4.2: the sample starts four octets behind the packet number's first.
    if (length < 4 + SAMPLE || length > in.remaining()) {
      return null;
    }
    try {
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
      return new Opened(
          ByteBuffer.wrap(keys.aeadDecrypt(associated, sealed, nonce)),
          numberAt + (int) length - start);
    } catch (Exception e) {
      // Not a packet of a client that speaks QUIC: kwik could do no more with it.
      return null;
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

  /**
   * What a client would send that gives its attempt up: CONNECTION_CLOSE without an error, to the
   * connection id it chose. kwik then lets go of a handshake that nobody will finish.
   *
   * @param from the client's address
   */
  static DatagramPacket givingUp(LongHeader header, SocketAddress from)
      throws MissingKeysException {
    InitialPacket packet =
        new InitialPacket(
            header.version(),
            header.source().array(),
            header.destination().array(),
            null,
            new ConnectionCloseFrame(header.version()));
    packet.addFrame(new Padding(GIVING_UP_PADDING));
    packet.setPacketNumber(GIVING_UP_NUMBER);
    byte[] octets = packet.generatePacketBytes(keys(header, Role.Client, Role.Client));
    return new DatagramPacket(octets, octets.length, from);
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
