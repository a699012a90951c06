package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ConnectionEstablishedEvent;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.QuicStream;
import tech.kwik.core.Statistics;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.frame.MaxDataFrame;
import tech.kwik.core.impl.QuicConnectionImpl;

/** A kwik connection in either role, with its streams tracked from their first frame on. */
final class KwikConnection implements Connection {
  /** {@link #close} waits for written data to leave as long as some did within this time... */
  private static final long DRAIN_PAUSE_NANOS = 500_000_000L;

  /** ...and at most for this time. */
  private static final long DRAIN_NANOS = 3_000_000_000L;

  private static final long DRAIN_LOOK_NANOS = 500_000L;

  /** How long the receive thread of a connection that ends waits for streams that just came. */
  private static final long RESCUE_NANOS = 200_000_000L;

  private static final long RESCUE_LOOK_NANOS = 100_000L;

  /** Counting losses allocates, so not every look of the watchdog's does it. */
  private static final int LOOKS_PER_LOSS_CHECK = 8;

  /** How long kwik may take from tearing the streams down to telling why. */
  private static final long EVENT_SECONDS = 1;

  /** H3_INTERNAL_ERROR (RFC 9114 §8.1), for streams whose acceptor failed. */
  private static final long INTERNAL_ERROR = 0x102;

  private final boolean client;
  private final int peerBidirectionalLimit;
  private final int peerUnidirectionalLimit;
  private final Map<Integer, KwikStream> streams = new ConcurrentHashMap<>();
  private final CompletableFuture<Termination> known = new CompletableFuture<>();
  private final CompletableFuture<Termination> closed = new CompletableFuture<>();
  private final Consumer<byte[]> connectionIdsIssued;
  private final Queue<Runnable> endActions = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final StreamCredit bidirectionalCredit = new StreamCredit();
  private final StreamCredit unidirectionalCredit = new StreamCredit();
  private final ReentrantLock acceptLock = new ReentrantLock();
  private final Queue<KwikStream> waiting = new ArrayDeque<>();
  private @Nullable Consumer<Stream> acceptor;

  private volatile Runnable sentAction = () -> {};
  private volatile @Nullable QuicConnectionImpl quic;
  private volatile @Nullable KwikDatagrams datagrams;
  private volatile @Nullable Termination termination;
  private volatile @Nullable ConnectionCloseFrame closeFrame;
  private volatile List<X509Certificate> peerCertificates = List.of();
  private volatile @Nullable InetSocketAddress localAddress;
  private volatile @Nullable Supplier<InetSocketAddress> remoteAddress;

  // Written by the receive thread only.
  private int nextPeerBidirectional;
  private int nextPeerUnidirectional;
  private final LongAdder packetsReceived = new LongAdder();
  private final LongAdder octetsReceived = new LongAdder();
  private volatile long dataLimitSent;

  // By the watchdog only.
  private long packetsLostAtLastLook;
  private int looks;

  /**
   * @param client our role
   * @param peerBidirectionalLimit how many bidirectional streams the peer may have open
   * @param peerUnidirectionalLimit how many unidirectional ones
   * @param connectionIdsIssued is told the connection ids we give the peer
   */
  KwikConnection(
      boolean client,
      int peerBidirectionalLimit,
      int peerUnidirectionalLimit,
      Consumer<byte[]> connectionIdsIssued) {
    this.connectionIdsIssued = connectionIdsIssued;
    this.client = client;
    this.peerBidirectionalLimit = peerBidirectionalLimit;
    this.peerUnidirectionalLimit = peerUnidirectionalLimit;
    // RFC 9000 §2.1: the least significant bit is the initiator, the second the direction.
    nextPeerBidirectional = client ? 1 : 0;
    nextPeerUnidirectional = client ? 3 : 2;
  }

  /**
   * Takes the kwik connection over; its listener and stream callback are ours from now on.
   *
   * @param handshakeDone run when kwik says that the handshake is done, which it tells a server
   *     only behind early data
   */
  void attach(
      QuicConnectionImpl connection,
      InetSocketAddress local,
      Supplier<InetSocketAddress> remote,
      Runnable handshakeDone) {
    quic = connection;
    datagrams = new KwikDatagrams(connection);
    localAddress = local;
    remoteAddress = remote;
    connection.setConnectionListener(
        new ConnectionListener() {
          @Override
          public void connected(ConnectionEstablishedEvent event) {
            handshakeDone.run();
          }

          @Override
          public void disconnected(ConnectionTerminatedEvent event) {
            terminated(event);
          }
        });
    connection.setPeerInitiatedStreamCallback(this::accepted);
  }

  /** The handshake is done: the peer's limits and certificates are known. */
  void established(
      long bidirectionalLimit, long unidirectionalLimit, List<X509Certificate> certificates) {
    bidirectionalCredit.raise(bidirectionalLimit);
    unidirectionalCredit.raise(unidirectionalLimit);
    peerCertificates = List.copyOf(certificates);
    Watchdog.add(this);
    if (ended.get()) {
      Watchdog.remove(this);
    }
  }

  /** Runs {@code action} once the connection has ended, at once if it has. */
  void atEnd(Runnable action) {
    endActions.add(action);
    if (termination != null) {
      runEndActions();
    }
  }

  private void runEndActions() {
    for (Runnable action; (action = endActions.poll()) != null; ) {
      action.run();
    }
  }

  QuicConnectionImpl kwik() {
    return Objects.requireNonNull(quic, "not attached");
  }

  // Opening streams.

  @Override
  public Stream openBidirectional(Deadline deadline) throws IOException {
    return open(true, deadline);
  }

  @Override
  public Stream openUnidirectional(Deadline deadline) throws IOException {
    return open(false, deadline);
  }

  private Stream open(boolean bidirectional, Deadline deadline) throws IOException {
    checkOpen();
    try {
      QuicStream opened =
          client ? openWithCredit(bidirectional, deadline) : openWaiting(bidirectional, deadline);
      KwikStream stream = new KwikStream(opened.getStreamId(), this, false);
      streams.put(opened.getStreamId(), stream);
      stream.attach(opened);
      Termination end = termination;
      if (end != null) {
        stream.connectionEnded(end);
        throw new ConnectionClosedException(end);
      }
      return stream;
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted while waiting to open a stream");
    }
  }

  private QuicStream openWithCredit(boolean bidirectional, Deadline deadline)
      throws IOException, InterruptedException {
    StreamCredit credit = bidirectional ? bidirectionalCredit : unidirectionalCredit;
    if (!credit.acquire(deadline)) {
      checkOpen();
      throw noStreamInTime();
    }
    return createStream(bidirectional);
  }

  /**
   * A server is not told its peer's first stream limit, and kwik's wait for it has no end but an
   * interrupt: so another thread does the waiting.
   */
  private QuicStream openWaiting(boolean bidirectional, Deadline deadline)
      throws IOException, InterruptedException {
    CompletableFuture<QuicStream> opened = new CompletableFuture<>();
    Thread opener =
        Thread.ofVirtual()
            .name("h3kit-open")
            .start(() -> {
              try {
                opened.complete(createStream(bidirectional));
              } catch (IOException | RuntimeException e) {
                opened.completeExceptionally(e);
              }
            });
    try {
      CompletableFuture.anyOf(opened, closed)
          .get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
      checkOpen();
      return opened.get();
    } catch (TimeoutException e) {
      throw noStreamInTime();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException("the transport could not open a stream", e.getCause());
    } finally {
      if (opened.cancel(false)) {
        opener.interrupt();
      }
    }
  }

  private QuicStream createStream(boolean bidirectional) throws IOException {
    try {
      return kwik().createStream(bidirectional);
    } catch (IOException e) {
      // kwik says only "not connected".
      throw new ConnectionClosedException(awaitTermination());
    }
  }

  private static DeadlineExceededException noStreamInTime() {
    return new DeadlineExceededException("the peer's stream limit allowed no new stream in time");
  }

  private void checkOpen() throws ConnectionClosedException {
    Termination end = termination;
    if (end != null) {
      throw new ConnectionClosedException(end);
    }
    if (closing.get()) {
      throw new ConnectionClosedException(awaitTermination());
    }
  }

  // Streams of the peer.

  /**
   * The stream a frame of the peer is for, or null if it is over. A new one of the peer is made
   * here, on the receive thread, before kwik makes its own, so that nothing about it is missed.
   */
  @Nullable KwikStream streamOfPeerFrame(int id) {
    KwikStream known = streams.get(id);
    if (known != null) {
      return known;
    }
    boolean ofPeer = (id & 0x1) == (client ? 1 : 0);
    if (!ofPeer || id < 0) {
      return null;
    }
    // RFC 9000 §3.2: "Before a stream is created, all streams of the same type with lower-numbered
    // stream IDs MUST be created." More than its limit at once the peer cannot open, and kwik
    // closes the connection that tries.
    if ((id & 0x2) == 0) {
      if (id < nextPeerBidirectional || (id - nextPeerBidirectional) / 4 > peerBidirectionalLimit) {
        return null;
      }
      while (nextPeerBidirectional <= id) {
        addPeerStream(nextPeerBidirectional);
        nextPeerBidirectional += 4;
      }
    } else {
      if (id < nextPeerUnidirectional
          || (id - nextPeerUnidirectional) / 4 > peerUnidirectionalLimit) {
        return null;
      }
      while (nextPeerUnidirectional <= id) {
        addPeerStream(nextPeerUnidirectional);
        nextPeerUnidirectional += 4;
      }
    }
    return streams.get(id);
  }

  private void addPeerStream(int id) {
    streams.put(id, new KwikStream(id, this, true));
  }

  @Nullable KwikStream stream(int id) {
    return streams.get(id);
  }

  void forget(KwikStream stream) {
    streams.remove((int) stream.id(), stream);
  }

  /** On kwik's callback thread, which must not wait. */
  void accepted(QuicStream opened) {
    KwikStream stream = streams.get(opened.getStreamId());
    if (stream == null) {
      return;
    }
    stream.attach(opened);
    Termination end = termination;
    if (end != null) {
      stream.connectionEnded(end);
      return;
    }
    acceptLock.lock();
    try {
      if (acceptor == null) {
        waiting.add(stream);
      } else {
        hand(stream, acceptor);
      }
    } finally {
      acceptLock.unlock();
    }
  }

  @Override
  public int peerBidirectionalStreams() {
    return peerBidirectionalLimit;
  }

  @Override
  public void onSent(Runnable action) {
    sentAction = action;
  }

  /** On the sender thread: octets of streams have left. */
  void streamsSent() {
    sentAction.run();
  }

  @Override
  public void acceptStreams(Consumer<Stream> newAcceptor) {
    acceptLock.lock();
    try {
      if (acceptor != null) {
        throw new IllegalStateException("this connection's streams have an acceptor already");
      }
      acceptor = newAcceptor;
      while (!waiting.isEmpty()) {
        hand(waiting.remove(), newAcceptor);
      }
    } finally {
      acceptLock.unlock();
    }
  }

  private static void hand(KwikStream stream, Consumer<Stream> to) {
    try {
      to.accept(stream);
    } catch (RuntimeException e) {
      // Nobody owns the stream: end it, so that the peer is told and its credit comes back.
      stream.stopReading(INTERNAL_ERROR);
      stream.reset(INTERNAL_ERROR);
    }
  }

  // What the packets tell.

  void countReceived(int octets) {
    packetsReceived.increment();
    octetsReceived.add(octets);
  }

  void streamLimitRaised(boolean bidirectional, long limit) {
    (bidirectional ? bidirectionalCredit : unidirectionalCredit).raise(limit);
  }

  void dataLimitRaised() {
    boolean unsent = false;
    for (KwikStream stream : streams.values()) {
      unsent |= stream.limitRaised();
    }
    if (unsent) {
      Watchdog.wake();
    }
  }

  void dataLimitSent(long limit) {
    dataLimitSent = Math.max(dataLimitSent, limit);
    Watchdog.wake();
  }

  /** kwik does not send a lost MAX_DATA again; the peer would wait for ever. */
  void repeatDataLimit() {
    long limit = dataLimitSent;
    if (limit > 0) {
      kwik().send(new MaxDataFrame(limit), frame -> {}, true);
    }
  }

  /** kwik has told the peer another id of the connection. */
  void connectionIdIssued(byte[] connectionId) {
    connectionIdsIssued.accept(connectionId);
  }

  /** The peer broke QUIC in a way that kwik would not survive. */
  void violated(String how) {
    Thread.ofVirtual()
        .name("h3kit-violation")
        .start(() -> {
          end(
              new Termination(
                  Termination.By.LOCAL,
                  Termination.Kind.TRANSPORT,
                  TransportErrorCode.FRAME_ENCODING_ERROR.value,
                  how));
          kwik().close(TransportErrorCode.FRAME_ENCODING_ERROR, how);
        });
  }

  void closeFrameCame(ConnectionCloseFrame frame) {
    closeFrame = frame;
    long giveUp = System.nanoTime() + RESCUE_NANOS;
    for (KwikStream stream : streams.values()) {
      // kwik hands a new stream over on another thread, which may be behind.
      while (stream.cameUnattached() && System.nanoTime() - giveUp < 0) {
        LockSupport.parkNanos(RESCUE_LOOK_NANOS);
      }
      stream.rescueInput();
    }
  }

  @Nullable ConnectionCloseFrame closeFrame() {
    return closeFrame;
  }

  // The watchdog.

  boolean hasUnsent() {
    for (KwikStream stream : streams.values()) {
      if (stream.hasUnsent()) {
        return true;
      }
    }
    return false;
  }

  /** Looks after every stream; whether anything is unsent. */
  boolean look() {
    boolean busy = false;
    for (KwikStream stream : streams.values()) {
      busy |= stream.look();
    }
    if (++looks % LOOKS_PER_LOSS_CHECK == 0) {
      lookForLosses();
    }
    return busy;
  }

  private void lookForLosses() {
    long lost = kwik().getStats().lostPackets();
    if (lost != packetsLostAtLastLook) {
      packetsLostAtLastLook = lost;
      repeatDataLimit();
      // The request to send a lost frame again can be lost in the same race.
      streams.values().forEach(KwikStream::sendAgain);
    }
  }

  /** Wakes kwik's sender without giving it anything to send. */
  void flush() {
    kwik().send(room -> null, 1, EncryptionLevel.App, frame -> {}, true);
  }

  // The end.

  void terminated(ConnectionTerminatedEvent event) {
    ConnectionCloseFrame frame = closeFrame;
    String phrase = frame == null || frame.getReasonPhrase() == null ? "" : frame.getReasonPhrase();
    Long application = event.applicationErrorCode();
    Long transport = event.transportErrorCode();
    end(
        switch (event.closeReason()) {
          case IdleTimeout ->
              new Termination(
                  Termination.By.NETWORK, Termination.Kind.IDLE, 0, "the idle timeout passed");
          case ConnectionLost ->
              new Termination(
                  Termination.By.NETWORK,
                  Termination.Kind.IDLE,
                  0,
                  "the peer answered nothing until the idle timeout");
          case StatelessReset ->
              new Termination(
                  Termination.By.PEER,
                  Termination.Kind.STATELESS_RESET,
                  0,
                  "the peer no longer knows the connection");
          case ImmediateClose -> {
            Termination.By by = event.closedByPeer() ? Termination.By.PEER : Termination.By.LOCAL;
            yield application != null
                ? new Termination(by, Termination.Kind.APPLICATION, application, phrase)
                : new Termination(
                    by,
                    Termination.Kind.TRANSPORT,
                    transport == null ? 0 : transport,
                    event.closedByPeer() ? phrase : event.errorDescription());
          }
        });
  }

  /** kwik gave the connection up by itself, which it tells nobody but its log. */
  void failed(String why) {
    end(new Termination(Termination.By.NETWORK, Termination.Kind.FAILURE, 0, why));
  }

  /** kwik has closed the socket: if its event is not behind that, there was none. */
  void socketClosed() {
    if (!ended.get()) {
      Thread.ofVirtual().name("h3kit-end").start(this::awaitTermination);
    }
  }

  /** As {@link #failed}, and kwik has not let go of what belongs to the connection. */
  void failedHalfway(String why) {
    failed(why);
    Thread.ofVirtual()
        .name("h3kit-failed")
        .start(() -> kwik().close(TransportErrorCode.INTERNAL_ERROR, ""));
  }

  private void end(Termination how) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    termination = how;
    known.complete(how);
    Watchdog.remove(this);
    bidirectionalCredit.end();
    unidirectionalCredit.end();
    for (KwikStream stream : new ArrayList<>(streams.values())) {
      stream.connectionEnded(how);
    }
    streams.clear();
    runEndActions();
    // What others hang on the future must not hold kwik's threads.
    Thread.ofVirtual().name("h3kit-closed").start(() -> closed.complete(how));
  }

  /** How the connection ended, when it is known to have. */
  Termination awaitTermination() {
    try {
      return known.get(EVENT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      failed("the QUIC stack closed the connection without a reason");
    }
    return new Termination(Termination.By.LOCAL, Termination.Kind.FAILURE, 0, "closing");
  }

  @Override
  public void close(long errorCode, String reason) {
    if (!closing.compareAndSet(false, true) || ended.get()) {
      return;
    }
    // kwik drops what it has not sent when it closes.
    letDataLeave();
    QuicConnectionImpl connection = kwik();
    end(new Termination(Termination.By.LOCAL, Termination.Kind.APPLICATION, errorCode, reason));
    connection.close(errorCode, reason);
  }

  private void letDataLeave() {
    long giveUp = System.nanoTime() + DRAIN_NANOS;
    long progressAt = System.nanoTime();
    long sentBefore = -1;
    while (hasUnsent() && !ended.get() && !Thread.currentThread().isInterrupted()) {
      long now = System.nanoTime();
      long sent = kwik().getStats().dataBytesSent();
      if (sent != sentBefore) {
        sentBefore = sent;
        progressAt = now;
      }
      if (now - giveUp >= 0 || now - progressAt >= DRAIN_PAUSE_NANOS) {
        return;
      }
      Watchdog.wake();
      LockSupport.parkNanos(this, DRAIN_LOOK_NANOS);
    }
  }

  @Override
  public CompletableFuture<Termination> closed() {
    return closed.copy();
  }

  @Override
  public KwikDatagrams datagrams() {
    return Objects.requireNonNull(datagrams, "not attached");
  }

  @Override
  public InetSocketAddress localAddress() {
    return Objects.requireNonNull(localAddress);
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return Objects.requireNonNull(remoteAddress).get();
  }

  @Override
  public List<X509Certificate> peerCertificates() {
    return peerCertificates;
  }

  @Override
  public ConnectionStats stats() {
    Statistics sent = kwik().getStats();
    return new ConnectionStats(
        sent.datagramsSent(),
        packetsReceived.sum(),
        sent.bytesSent(),
        octetsReceived.sum(),
        sent.lostPackets(),
        Duration.ofMillis(sent.smoothedRtt()));
  }
}
