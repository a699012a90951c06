package dev.h3kit.core.transport;

import java.net.DatagramPacket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.impl.Version;

/**
 * The part of a long header that is the same in all versions (RFC 8999 §5.1), and whether it is an
 * Initial packet of a version we speak.
 *
 * @param known whether the version is 1 or 2
 * @param version QUIC version, the default one if it is not known
 * @param initial whether it is an Initial packet of version 1 or 2
 * @param destination destination connection id
 * @param source source connection id
 * @param length of the header up to here, in octets
 */
record LongHeader(
    boolean known,
    Version version,
    boolean initial,
    ByteBuffer destination,
    ByteBuffer source,
    int length) {
  private static final int V1 = 1;
  private static final int V2 = 0x6b3343cf;

  /** RFC 9000 §17.2: connection ids of version 1 "MUST NOT exceed 20 bytes". */
  private static final int LONGEST_CONNECTION_ID = 20;

  /** Parses the header of a datagram's first packet; null if it has no long header. */
  static @Nullable LongHeader parse(DatagramPacket packet) {
    byte[] data = packet.getData();
    int from = packet.getOffset();
    int end = from + packet.getLength();
    if (packet.getLength() < 7 || (data[from] & 0x80) == 0) {
      return null;
    }
    int number = ByteBuffer.wrap(data, from + 1, 4).getInt();
    int destinationAt = from + 6;
    int destinationLength = data[from + 5] & 0xff;
    int sourceLengthAt = destinationAt + destinationLength;
    if (sourceLengthAt >= end) {
      return null;
    }
    int sourceLength = data[sourceLengthAt] & 0xff;
    int headerEnd = sourceLengthAt + 1 + sourceLength;
    if (headerEnd > end) {
      return null;
    }
    int type = (data[from] & 0x30) >> 4;
    boolean ours = number == V1 || number == V2;
    // RFC 9369 §3.2: the type of an Initial packet of version 2 is 0b01.
    boolean initial =
        ours
            && type == (number == V1 ? 0 : 1)
            && destinationLength <= LONGEST_CONNECTION_ID
            && sourceLength <= LONGEST_CONNECTION_ID;
    return new LongHeader(
        ours,
        ours ? Version.parse(number) : Version.getDefault(),
        initial,
        part(data, destinationAt, destinationLength),
        part(data, sourceLengthAt + 1, sourceLength),
        headerEnd - from);
  }

  private static ByteBuffer part(byte[] data, int from, int length) {
    return ByteBuffer.wrap(Arrays.copyOfRange(data, from, from + length));
  }
}
