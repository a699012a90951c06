package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Two connected {@link Connection}s in memory that keep the contract of a real one (flow control,
 * stream limits, resets, datagrams, close) without network, handshake or loss: for tests, fuzzing
 * and measurements of what stands above the transport. Thread-safe.
 */
public final class MemoryTransport {
  /** RFC 9114 §8.1: H3_REQUEST_CANCELLED. */
  private static final long REQUEST_CANCELLED = 0x010c;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final int window;
  private final int streamLimit;
  private final End client = new End(0);
  private final End server = new End(1);

  private MemoryTransport(int window, int streamLimit) {
    this.window = window;
    this.streamLimit = streamLimit;
  }

  /**
   * A pair with datagrams of at most {@code maxSize} octets.
   *
   * @param lost is asked about each datagram: true for one that does not arrive
   */
  public static Pair pairWithDatagrams(int maxSize, BooleanSupplier lost) {
    MemoryTransport transport = new MemoryTransport(256 << 10, 100);
    BooleanSupplier closed = transport.client.closed::isDone;
    MemoryDatagrams ofClient = new MemoryDatagrams(maxSize, lost, closed);
    MemoryDatagrams ofServer = new MemoryDatagrams(maxSize, lost, closed);
    MemoryDatagrams.join(ofClient, ofServer);
    transport.client.datagrams = ofClient;
    transport.server.datagrams = ofServer;
    return new Pair(transport.client, transport.server);
  }

  /**
   * The two ends of a connection.
   *
   * @param client the end whose streams have even ids
   * @param server the end whose streams have odd ids
   */
  public record Pair(Connection client, Connection server) {}

  /** A pair with stream windows of 256 KiB and a hundred streams of each kind. */
  public static Pair pair() {
    return pair(256 << 10, 100);
  }

  /**
   * A pair with limits of its own.
   *
   * @param window octets of a stream that may be unread
   * @param streamLimit streams of each kind and side that may be open
   */
  public static Pair pair(int window, int streamLimit) {
    MemoryTransport transport = new MemoryTransport(window, streamLimit);
    return new Pair(transport.client, transport.server);
  }

  private End other(End end) {
    return end == client ? server : client;
  }

  /** One side of the connection. Its state is guarded by the lock of the pair. */
  private final class End implements Connection {
    private final int initiator;
    private final CompletableFuture<Termination> closed = new CompletableFuture<>();
    private final Map<Long, Half> sending = new HashMap<>();
    private final Queue<Stream> unaccepted = new ArrayDeque<>();
    private final long[] opened = new long[2];
    private final int[] open = new int[2];
    private @Nullable Consumer<Stream> acceptor;
    private Datagrams datagrams = Datagrams.OFF;

    End(int initiator) {
      this.initiator = initiator;
    }

    @Override
    public Stream openBidirectional(Deadline deadline) throws IOException {
      return open(0, deadline);
    }

    @Override
    public Stream openUnidirectional(Deadline deadline) throws IOException {
      return open(1, deadline);
    }

    private Stream open(int kind, Deadline deadline) throws IOException {
      End peer = other(this);
      MemoryStream mine;
      MemoryStream theirs;
      Consumer<Stream> peerAcceptor;
      lock.lock();
      try {
        while (open[kind] >= streamLimit && !closed.isDone()) {
          await(deadline, "the peer's limit of " + streamLimit + " streams");
        }
        requireOpen();
        open[kind]++;
        long id = opened[kind]++ << 2 | (long) kind << 1 | initiator;
        Half forth = new Half();
        Half back = new Half();
        if (kind == 1) {
          back.fin = true;
          back.drained = true;
        }
        Runnable over =
            () -> {
              open[kind]--;
              sending.remove(id);
              peer.sending.remove(id);
            };
        Runnable once = new OnceBothDone(forth, back, over);
        forth.onDone = once;
        back.onDone = once;
        sending.put(id, forth);
        peer.sending.put(id, back);
        mine = new MemoryStream(this, id, back, forth);
        theirs = new MemoryStream(peer, id, forth, back);
        peerAcceptor = peer.acceptor;
        if (peerAcceptor == null) {
          peer.unaccepted.add(theirs);
        }
      } finally {
        lock.unlock();
      }
      if (peerAcceptor != null) {
        peerAcceptor.accept(theirs);
      }
      return mine;
    }

    void requireOpen() throws ConnectionClosedException {
      Termination end = closed.getNow(null);
      if (end != null) {
        throw new ConnectionClosedException(end);
      }
    }

    @Override
    public void acceptStreams(Consumer<Stream> streams) {
      List<Stream> waiting;
      lock.lock();
      try {
        acceptor = streams;
        waiting = new ArrayList<>(unaccepted);
        unaccepted.clear();
      } finally {
        lock.unlock();
      }
      waiting.forEach(streams);
    }

    @Override
    public int peerBidirectionalStreams() {
      return streamLimit;
    }

    @Override
    public void close(long errorCode, String reason) {
      end(
          new Termination(Termination.By.LOCAL, Termination.Kind.APPLICATION, errorCode, reason),
          new Termination(Termination.By.PEER, Termination.Kind.APPLICATION, errorCode, reason));
    }

    private void end(Termination here, Termination there) {
      End peer = other(this);
      if (!closed.complete(here)) {
        return;
      }
      List<Runnable> actions = new ArrayList<>();
      lock.lock();
      try {
        sending.values().forEach(half -> half.takeActions(actions));
        peer.sending.values().forEach(half -> half.takeActions(actions));
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      peer.closed.complete(there);
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      actions.forEach(Runnable::run);
    }

    @Override
    public CompletableFuture<Termination> closed() {
      return closed;
    }

    @Override
    public Datagrams datagrams() {
      return datagrams;
    }

    @Override
    public InetSocketAddress localAddress() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1 + initiator);
    }

    @Override
    public InetSocketAddress remoteAddress() {
      return other(this).localAddress();
    }

    @Override
    public List<X509Certificate> peerCertificates() {
      return List.of();
    }

    @Override
    public ConnectionStats stats() {
      return new ConnectionStats(0, 0, 0, 0, 0, Duration.ZERO);
    }
  }

  /** Waits for a change; every caller looks at its condition in a loop. */
  @SuppressWarnings("WaitNotInLoop")
  private void await(Deadline deadline, String what) throws IOException {
    long left = deadline.remainingNanos();
    if (left <= 0) {
      throw new DeadlineExceededException("waited too long for " + what);
    }
    try {
      changed.awaitNanos(left);
    } catch (InterruptedException _) {
      throw new InterruptedIOException("interrupted waiting for " + what);
    }
  }

  /** Frees a stream when both directions are done. */
  private record OnceBothDone(Half forth, Half back, Runnable over) implements Runnable {
    @Override
    public void run() {
      if (forth.done() && back.done() && !forth.freed) {
        forth.freed = true;
        over.run();
      }
    }
  }

  /**
   * One direction of a stream: octets on their way and how it ended. Guarded by the lock of the
   * pair.
   */
  private final class Half {
    private byte[] ring = new byte[Math.min(window, 4096)];
    private int start;
    private int count;
    private boolean fin;
    private boolean drained;
    private boolean freed;
    private long resetCode = -1;
    private long stopCode = -1;
    private Runnable onDone = () -> {};
    private final List<Runnable> readerActions = new ArrayList<>();
    private final List<Runnable> writerActions = new ArrayList<>();

    boolean done() {
      return drained || resetCode >= 0 || stopCode >= 0;
    }

    void takeActions(List<Runnable> into) {
      into.addAll(readerActions);
      into.addAll(writerActions);
      readerActions.clear();
      writerActions.clear();
    }

    int take(byte[] target, int offset, int length) {
      int taken = Math.min(length, count);
      for (int i = 0; i < taken; ) {
        int step = Math.min(taken - i, ring.length - start);
        System.arraycopy(ring, start, target, offset + i, step);
        start = (start + step) % ring.length;
        i += step;
      }
      count -= taken;
      return taken;
    }

    int add(byte[] source, int offset, int length) {
      if (count + length > ring.length && ring.length < window) {
        grow(Math.min(window, Math.max(count + length, 2 * ring.length)));
      }
      int added = Math.min(length, ring.length - count);
      for (int i = 0; i < added; ) {
        int at = (start + count) % ring.length;
        int step = Math.min(added - i, ring.length - at);
        System.arraycopy(source, offset + i, ring, at, step);
        count += step;
        i += step;
      }
      return added;
    }

    private void grow(int size) {
      byte[] larger = new byte[size];
      int held = count;
      take(larger, 0, held);
      ring = larger;
      start = 0;
      count = held;
    }
  }

  /** One side's view of a stream. */
  private final class MemoryStream implements Stream {
    private final End end;
    private final long id;
    private final Half in;
    private final Half out;

    MemoryStream(End end, long id, Half in, Half out) {
      this.end = end;
      this.id = id;
      this.in = in;
      this.out = out;
    }

    @Override
    public long id() {
      return id;
    }

    @Override
    public int read(byte[] buffer, int offset, int length, Deadline deadline) throws IOException {
      lock.lock();
      try {
        while (true) {
          if (in.resetCode >= 0) {
            throw new StreamResetException(in.resetCode);
          }
          if (in.stopCode >= 0) {
            throw new IOException("reading was stopped");
          }
          if (in.count > 0) {
            int got = in.take(buffer, offset, length);
            changed.signalAll();
            return got;
          }
          if (in.fin) {
            in.drained = true;
            in.onDone.run();
            changed.signalAll();
            return -1;
          }
          end.requireOpen();
          await(deadline, "octets of stream " + id);
        }
      } catch (DeadlineExceededException e) {
        stopReading(REQUEST_CANCELLED);
        throw e;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public int available() {
      lock.lock();
      try {
        return in.count;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void write(byte[] octets, int offset, int length, Deadline deadline) throws IOException {
      lock.lock();
      try {
        int written = 0;
        while (true) {
          end.requireOpen();
          if (out.stopCode >= 0) {
            throw new StopSendingException(out.stopCode);
          }
          if (out.resetCode >= 0 || out.fin) {
            throw new IOException("the stream was ended for writing");
          }
          written += out.add(octets, offset + written, length - written);
          changed.signalAll();
          if (written == length) {
            return;
          }
          await(deadline, "flow control of stream " + id);
        }
      } catch (DeadlineExceededException e) {
        reset(REQUEST_CANCELLED);
        throw e;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void finish() throws IOException {
      lock.lock();
      try {
        end.requireOpen();
        if (!out.done()) {
          out.fin = true;
          changed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void reset(long errorCode) {
      List<Runnable> actions = new ArrayList<>();
      lock.lock();
      try {
        if (out.drained || out.resetCode >= 0 || end.closed.isDone()) {
          return;
        }
        out.resetCode = errorCode;
        out.onDone.run();
        actions.addAll(out.readerActions);
        out.readerActions.clear();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      actions.forEach(Runnable::run);
    }

    @Override
    public void stopReading(long errorCode) {
      List<Runnable> actions = new ArrayList<>();
      lock.lock();
      try {
        if (in.done() || end.closed.isDone()) {
          return;
        }
        in.stopCode = errorCode;
        in.onDone.run();
        actions.addAll(in.writerActions);
        in.writerActions.clear();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
      actions.forEach(Runnable::run);
    }

    @Override
    public OptionalLong peerResetCode() {
      return code(in.resetCode);
    }

    @Override
    public OptionalLong peerStopCode() {
      return code(out.stopCode);
    }

    private OptionalLong code(long value) {
      return value >= 0 ? OptionalLong.of(value) : OptionalLong.empty();
    }

    @Override
    public void onAbort(Runnable action) {
      lock.lock();
      try {
        if (in.resetCode < 0 && out.stopCode < 0 && !end.closed.isDone()) {
          Runnable once = new Once(action);
          in.readerActions.add(once);
          out.writerActions.add(once);
          return;
        }
      } finally {
        lock.unlock();
      }
      action.run();
    }
  }

  /** Runs an action the first time only. */
  private static final class Once implements Runnable {
    private final AtomicBoolean ran = new AtomicBoolean();
    private final Runnable action;

    Once(Runnable action) {
      this.action = action;
    }

    @Override
    public void run() {
      if (ran.compareAndSet(false, true)) {
        action.run();
      }
    }
  }
}
