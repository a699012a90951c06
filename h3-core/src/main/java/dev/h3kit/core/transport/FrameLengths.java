package dev.h3kit.core.transport;

import java.nio.ByteBuffer;

/**
 * Checks that the lengths written in a packet's frames stay within the packet (RFC 9000 §19),
 * before kwik parses them: it allocates what a CRYPTO, STREAM, NEW_TOKEN or CONNECTION_CLOSE frame
 * claims, up to 1 GiB, and only then finds that the octets are not there.
 */
final class FrameLengths {
  /**
   * Octets of handshake messages that a client's first flight can have: a ClientHello with keys of
   * post-quantum cryptography has two thousand.
   */
  static final long FIRST_FLIGHT = 16 << 10;

  /** Octets of handshake messages of one kind: a long chain of certificates has some 50,000. */
  private static final long HANDSHAKE = 1 << 20;

  private final ByteBuffer payload;
  private final long cryptoLimit;

  private FrameLengths(ByteBuffer payload, long cryptoLimit) {
    this.payload = payload;
    this.cryptoLimit = cryptoLimit;
  }

  /** Whether the decrypted payload of a packet can be given to kwik. */
  static boolean plausible(ByteBuffer payload) {
    return plausible(payload, HANDSHAKE);
  }

  /**
   * The same where CRYPTO frames must end below a limit. RFC 9000 §7.5: "Endpoints MAY choose to
   * allow more data to be buffered during the handshake. A larger limit during the handshake could
   * allow for larger keys or credentials to be exchanged."
   */
  static boolean plausible(ByteBuffer payload, long cryptoLimit) {
    FrameLengths lengths = new FrameLengths(payload, cryptoLimit);
    while (payload.hasRemaining()) {
      if (!lengths.skipFrame()) {
        return false;
      }
    }
    return true;
  }

  private boolean skipFrame() {
    int type = payload.get() & 0xff;
    return switch (type) {
      // PADDING, PING, HANDSHAKE_DONE
      case 0x00, 0x01, 0x1e -> true;
      // ACK
      case 0x02 -> skipAck(false);
      case 0x03 -> skipAck(true);
      // RESET_STREAM
      case 0x04 -> skipNumbers(3);
      // STOP_SENDING, MAX_STREAM_DATA, STREAM_DATA_BLOCKED
      case 0x05, 0x11, 0x15 -> skipNumbers(2);
      // CRYPTO
      case 0x06 -> skipCrypto();
      // NEW_TOKEN, DATAGRAM with a length
      case 0x07, 0x31 -> skipCounted();
      // STREAM
      case 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f -> skipStream(type);
      // MAX_DATA, MAX_STREAMS, DATA_BLOCKED, STREAMS_BLOCKED, RETIRE_CONNECTION_ID
      case 0x10, 0x12, 0x13, 0x14, 0x16, 0x17, 0x19 -> skipNumbers(1);
      // NEW_CONNECTION_ID: an octet of length, and a stateless reset token behind it
      case 0x18 -> skipNumbers(2) && payload.hasRemaining() && skip((payload.get() & 0xff) + 16L);
      // PATH_CHALLENGE, PATH_RESPONSE
      case 0x1a, 0x1b -> skip(8);
      // CONNECTION_CLOSE
      case 0x1c -> skipNumbers(2) && skipCounted();
      case 0x1d -> skipNumbers(1) && skipCounted();
      // DATAGRAM to the end of the packet; and what kwik is to answer as an unknown type
      default -> skip(payload.remaining());
    };
  }

  private boolean skipCrypto() {
    long offset = number();
    long count = number();
    return offset >= 0
        && offset <= cryptoLimit
        && count >= 0
        && offset + count <= cryptoLimit
        && skip(count);
  }

  private boolean skipStream(int type) {
    boolean withOffset = (type & 0x04) != 0;
    boolean withLength = (type & 0x02) != 0;
    return skipNumbers(withOffset ? 2 : 1)
        && (withLength ? skipCounted() : skip(payload.remaining()));
  }

  private boolean skipAck(boolean withCounts) {
    if (!skipNumbers(2)) {
      return false;
    }
    long ranges = number();
    // A range is two numbers of at least an octet each, and one stands before the counted ones.
    if (ranges < 0 || ranges * 2 + 1 > payload.remaining()) {
      return false;
    }
    return skipNumbers((int) ranges * 2 + 1) && (!withCounts || skipNumbers(3));
  }

  private boolean skipCounted() {
    long count = number();
    return count >= 0 && skip(count);
  }

  private boolean skipNumbers(int count) {
    for (int i = 0; i < count; i++) {
      if (number() < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean skip(long count) {
    if (count > payload.remaining()) {
      return false;
    }
    payload.position(payload.position() + (int) count);
    return true;
  }

  /** A variable-length integer (RFC 9000 §16), -1 if it is cut short. */
  private long number() {
    return Varints.read(payload);
  }
}
