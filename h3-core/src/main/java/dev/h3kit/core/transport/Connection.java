package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A QUIC connection whose handshake is done, as HTTP/3 needs it. Thread-safe.
 *
 * <p>Whatever ends the connection (we, the peer, silence, a broken network, an error inside the
 * QUIC stack), {@link #closed()} completes exactly once, every blocked read, write and open of its
 * streams fails with a {@link ConnectionClosedException}, and no thread of the connection is left
 * behind.
 */
public interface Connection {

  /**
   * Opens a bidirectional stream; waits for the peer's stream limit until the deadline.
   *
   * @throws DeadlineExceededException if the limit allowed no stream in time; the connection stays
   *     usable
   * @throws ConnectionClosedException if the connection is closed
   */
  Stream openBidirectional(Deadline deadline) throws IOException;

  /** Opens a unidirectional stream for writing; see {@link #openBidirectional}. */
  Stream openUnidirectional(Deadline deadline) throws IOException;

  /**
   * Hands each stream the peer opens, also those that came before this call, to {@code acceptor}.
   * It is called on a thread of the transport and must not block: start a thread. Called at most
   * once.
   */
  void acceptStreams(Consumer<Stream> acceptor);

  /** How many bidirectional streams the peer may have open at a time. */
  int peerBidirectionalStreams();

  /**
   * Runs {@code action} whenever octets of streams have left, on one thread of the transport that
   * must not be blocked; a transport that does not know when they leave never runs it. Called at
   * most once, before anything is written.
   */
  default void onSent(Runnable action) {}

  /**
   * Closes the connection with an application error code (RFC 9000 §10.2). Data already written is
   * given a short time to leave, bounded by the transport; later calls do nothing. Does not block
   * longer than that.
   *
   * @param errorCode 0 to 2^62-1
   * @param reason a short phrase for the peer's log, may be empty
   */
  void close(long errorCode, String reason);

  /** Completes, never exceptionally, when the connection has ended. */
  CompletableFuture<Termination> closed();

  /** The datagrams of the connection; {@link Datagrams#OFF} where the transport has none. */
  default Datagrams datagrams() {
    return Datagrams.OFF;
  }

  /** Our address. */
  InetSocketAddress localAddress();

  /** The peer's address. */
  InetSocketAddress remoteAddress();

  /**
   * The peer's certificate chain, leaf first; empty on a server whose client showed none and after
   * resumption.
   */
  List<X509Certificate> peerCertificates();

  /** Counters now. */
  ConnectionStats stats();
}
