package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * One QUIC stream with blocking reads and writes.
 *
 * <p>One thread may read while another writes; {@link #reset}, {@link #stopReading} and the queries
 * may be called by any thread at any time and release the thread that is blocked in the half
 * concerned. Neither half leaves its interrupt flag set in a caller's thread that was not
 * interrupted by somebody else; interrupting a thread in a read or write makes the call fail with
 * an {@link java.io.InterruptedIOException} and ends that half.
 *
 * <p>Whoever accepted or opened a stream ends both halves: the reading half by reading to its end
 * or {@link #stopReading}, the writing half by {@link #finish} or {@link #reset}. Otherwise the
 * peer's stream credit is lost.
 */
public interface Stream {

  /** The QUIC stream id (RFC 9000 §2.1). */
  long id();

  /** Whether both sides can send on it. */
  default boolean bidirectional() {
    return (id() & 0x2) == 0;
  }

  /**
   * Reads at least one octet.
   *
   * @return the number of octets read, or -1 at the end (FIN)
   * @throws StreamResetException if the peer reset the stream, with its code
   * @throws DeadlineExceededException if nothing came in time; the reading half is then over, as
   *     after {@code stopReading(H3_REQUEST_CANCELLED)}
   * @throws ConnectionClosedException if the connection ended
   */
  int read(byte[] buffer, int offset, int length, Deadline deadline) throws IOException;

  /** How many octets can be read without waiting; 0 if unknown. */
  int available();

  /**
   * Writes all octets; waits for flow control until the deadline. When it returns, the octets are
   * the transport's to deliver.
   *
   * @throws StopSendingException if the peer asked to stop, with its code
   * @throws DeadlineExceededException if flow control gave no room in time; the writing half is
   *     then reset
   * @throws ConnectionClosedException if the connection ended
   */
  void write(byte[] octets, int offset, int length, Deadline deadline) throws IOException;

  /**
   * Octets written that the transport could send and has not sent: they wait for the connection,
   * not for the peer's flow control of this stream. 0 if unknown.
   */
  default long backlog() {
    return 0;
  }

  /** Ends the writing half (FIN) behind what was written. Does nothing when that half is over. */
  void finish() throws IOException;

  /**
   * Ends the writing half at once with RESET_STREAM; what was not yet sent may be dropped. Does
   * nothing when it is over.
   */
  void reset(long errorCode);

  /**
   * Asks the peer to stop (STOP_SENDING) and drops what comes. Does nothing when the reading half
   * is over.
   */
  void stopReading(long errorCode);

  /** The code of the peer's RESET_STREAM, if one came. */
  OptionalLong peerResetCode();

  /** The code of the peer's STOP_SENDING, if one came. */
  OptionalLong peerStopCode();

  /**
   * Runs {@code action} once, on a thread of the transport that must not be blocked, when the peer
   * resets the stream, asks to stop sending, or the connection ends; at once if that has happened.
   * It does not run for a stream that ended in order.
   */
  void onAbort(Runnable action);
}
