package dev.h3kit.core;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the capsules of a tunnel whose protocol uses the capsule protocol (RFC 9297 §3). What is
 * wrong with them ends the tunnel. Used by one thread at a time.
 */
public final class CapsuleReader {
  /** The type of a DATAGRAM capsule. */
  static final long DATAGRAM = 0x00;

  /**
   * The longest value that is read, in octets: that of a datagram as large as UDP carries. A longer
   * DATAGRAM capsule is dropped without being held, a longer one of a known type ends the tunnel.
   */
  public static final int MAX_LENGTH = 65535;

  private static final int BUFFER = 4096;

  private final Tunnel tunnel;
  private final int maxLength;
  private final Set<Long> known;
  private final byte[] buffer = new byte[BUFFER];
  private int position;
  private int limit;
  private long tooLong;

  /** Reads DATAGRAM capsules and those of the {@code known} types, up to {@link #MAX_LENGTH}. */
  public CapsuleReader(Tunnel tunnel, Set<Long> known) {
    this(tunnel, known, MAX_LENGTH);
  }

  /** As {@link #CapsuleReader(Tunnel, Set)}, with a limit of its own in octets. */
  public CapsuleReader(Tunnel tunnel, Set<Long> known, int maxLength) {
    this.tunnel = tunnel;
    this.known = Set.copyOf(known);
    this.maxLength = maxLength;
  }

  /**
   * Waits for the next capsule; skips those of unknown types.
   *
   * @param deadline how long to wait for the whole of it; when it has passed, the tunnel is over
   * @return null at the end of the tunnel
   * @throws Http3Exception.OfStream H3_MESSAGE_ERROR if the tunnel ends within a capsule,
   *     H3_DATAGRAM_ERROR if a datagram came and the protocol has none, H3_EXCESSIVE_LOAD if a
   *     known capsule passes the limit
   */
  public @Nullable Capsule next(Deadline deadline) throws IOException {
    while (fill(1, deadline)) {
      long type = integer(deadline);
      long length = integer(deadline);
      if (type == DATAGRAM) {
        requireDatagrams();
        if (length <= maxLength) {
          return new Capsule.Datagram(value((int) length, deadline));
        }
        // RFC 9297 §3.5: "If an incoming DATAGRAM Capsule has a length that is known to be so large
        // as to not be usable, the implementation SHOULD discard the Capsule without buffering its
        // contents into memory."
        tooLong++;
      } else if (known.contains(type)) {
        requireWithin(type, length);
        return new Capsule.Known(type, value((int) length, deadline));
      }
      // RFC 9297 §3.2: "Endpoints that receive a Capsule with an unknown Capsule Type MUST silently
      // drop that Capsule and skip over it to parse the next Capsule."
      tunnel.countGlitch("capsule", type);
      skip(length, deadline);
    }
    return null;
  }

  /** DATAGRAM capsules that were dropped because they passed the limit. */
  public long tooLong() {
    return tooLong;
  }

  private void requireDatagrams() throws IOException {
    // RFC 9297 §2: "If an HTTP Datagram is received and it is associated with a request that has no
    // known semantics for HTTP Datagrams, the receiver MUST terminate the request. If HTTP/3 is in
    // use, the request stream MUST be aborted with H3_DATAGRAM_ERROR (0x33)."
    if (!tunnel.hasDatagrams()) {
      throw fail(Http3Error.H3_DATAGRAM_ERROR, "2", "a DATAGRAM capsule came and has no meaning");
    }
  }

  private void requireWithin(long type, long length) throws IOException {
    if (length > maxLength) {
      throw fail(
          Http3Error.H3_EXCESSIVE_LOAD,
          "3.2",
          "a capsule of type 0x" + Long.toHexString(type) + " has " + length + " octets");
    }
  }

  private IOException fail(Http3Error error, String section, String message) {
    return tunnel.fail(
        new Http3Exception.OfStream(
            error.code(), false, message + " (RFC 9297 §" + section + ", " + error + ")", null));
  }

  private long integer(Deadline deadline) throws IOException {
    require(1, deadline);
    int size = VarInt.length(buffer[position]);
    require(size, deadline);
    long value = VarInt.read(buffer, position, size);
    position += size;
    return value;
  }

  /** The value grows as its octets come, so that a length alone costs no memory. */
  private ByteBuffer value(int length, Deadline deadline) throws IOException {
    byte[] value = new byte[Math.min(length, BUFFER)];
    for (int have = 0; have < length; ) {
      require(1, deadline);
      int step = Math.min(limit - position, length - have);
      if (have + step > value.length) {
        value = Arrays.copyOf(value, Math.min(length, Math.max(have + step, 2 * value.length)));
      }
      System.arraycopy(buffer, position, value, have, step);
      position += step;
      have += step;
    }
    return ByteBuffer.wrap(value);
  }

  private void skip(long length, Deadline deadline) throws IOException {
    for (long left = length; left > 0; ) {
      require(1, deadline);
      int step = (int) Math.min(limit - position, left);
      position += step;
      left -= step;
    }
  }

  // RFC 9297 §3.3: "If the receive side of a stream carrying Capsules is terminated cleanly [...]
  // and
  // the last Capsule on the stream was truncated, this MUST be treated as if it were a malformed or
  // incomplete message."
  private void require(int count, Deadline deadline) throws IOException {
    if (!fill(count, deadline)) {
      throw fail(Http3Error.H3_MESSAGE_ERROR, "3.3", "the tunnel ended within a capsule");
    }
  }

  /** Makes {@code count} octets, at most eight, stand in the buffer; false if the end is before. */
  private boolean fill(int count, Deadline deadline) throws IOException {
    if (position > 0 && position + count > limit) {
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    while (limit - position < count) {
      int got = tunnel.read(buffer, limit, buffer.length - limit, deadline);
      if (got < 0) {
        return false;
      }
      limit += got;
    }
    return true;
  }
}
