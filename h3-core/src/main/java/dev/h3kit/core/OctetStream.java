package dev.h3kit.core;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Octets without HTTP messages, both ways or one way: the tunnel of a CONNECT, or a stream that an
 * extension has for itself.
 *
 * <p>One thread may read while another writes; {@link #reset}, {@link #stopReading} and {@link
 * #onAbort} may be called by any thread. Whoever has it ends both halves: reading by its end or
 * {@link #stopReading}, writing by {@link #finish} or {@link #reset}.
 */
public sealed interface OctetStream permits Tunnel, ExtensionStream {

  /** The QUIC stream id. */
  long id();

  /** Whether both sides can send. */
  default boolean bidirectional() {
    return (id() & 0x2) == 0;
  }

  /**
   * Reads at least one octet.
   *
   * @param deadline how long to wait; when it has passed, the reading half is over
   * @return the number of octets read, or -1 at the end
   * @throws Http3Exception if the peer reset the stream, the connection ended or the deadline
   *     passed
   */
  int read(byte[] buffer, int offset, int length, Deadline deadline) throws IOException;

  /**
   * Writes all octets. Waits for flow control no longer than the idle limit of the connection
   * without progress, and then the stream is given up.
   *
   * @throws Http3Exception if the peer takes no more, the connection ended or nothing moved in time
   */
  void write(ByteBuffer octets) throws IOException;

  /** Ends the writing half behind what was written; the other half goes on. */
  void finish() throws IOException;

  /**
   * Ends the writing half at once; what was not sent yet may be dropped.
   *
   * @param errorCode 0 to 2^62-1
   */
  void reset(long errorCode);

  /**
   * Asks the peer to stop and drops what comes.
   *
   * @param errorCode 0 to 2^62-1
   */
  void stopReading(long errorCode);

  /**
   * Runs once, on a thread that must not be blocked, if the peer gives either half up or the
   * connection ends; at once if that has happened.
   */
  void onAbort(Runnable action);
}
