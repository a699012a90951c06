package dev.h3kit.client;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.transport.HandshakeException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to reach a host over HTTP/3, over all its addresses: they are tried in order, the
 * next one when the one before failed or has been silent for a while (RFC 8305 §5); the first that
 * connects is it.
 */
final class QuicAttempt {
  // RFC 8305 §8: "Connection Attempt Delay [...] Recommended to be 250 milliseconds."
  private static final long STAGGER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Hears how the attempt goes. Called on threads of the attempt; exactly one ending comes. */
  interface Listener extends QuicConnector.Watch {
    /**
     * The host was reached.
     *
     * @return whether the connection is wanted; if not it is closed
     */
    boolean connected(H3Link link, InetSocketAddress address);

    /** No address could be connected, or the attempt was cancelled. */
    void failed(IOException cause);
  }

  private sealed interface Result {
    record Connected(H3Link link, InetSocketAddress address) implements Result {}

    record Failed(IOException cause) implements Result {}
  }

  private final QuicConnector connector;
  private final String host;
  private final List<InetSocketAddress> addresses;
  private final Deadline deadline;
  private final Listener listener;
  private final LinkedBlockingQueue<Result> results = new LinkedBlockingQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Thread coordinator;

  private QuicAttempt(
      QuicConnector connector,
      String host,
      List<InetSocketAddress> addresses,
      Deadline deadline,
      Listener listener) {
    this.connector = connector;
    this.host = host;
    this.addresses = List.copyOf(addresses);
    this.deadline = deadline;
    this.listener = listener;
    this.coordinator = Thread.ofVirtual().name("h3kit-quic-attempt").unstarted(this::run);
  }

  /**
   * Starts an attempt.
   *
   * @param addresses at least one
   */
  static QuicAttempt start(
      QuicConnector connector,
      String host,
      List<InetSocketAddress> addresses,
      Deadline deadline,
      Listener listener) {
    QuicAttempt attempt = new QuicAttempt(connector, host, addresses, deadline, listener);
    attempt.coordinator.start();
    return attempt;
  }

  /** Gives up, unless the attempt is over. */
  void cancel() {
    coordinator.interrupt();
  }

  private void run() {
    List<Thread> racers = new ArrayList<>();
    @Nullable IOException worst = null;
    int waiting = 0;
    try {
      while (true) {
        boolean more = racers.size() < addresses.size();
        if (waiting == 0 && !more) {
          listener.failed(worst != null ? worst : new IOException(host + " has no address"));
          return;
        }
        if (waiting == 0) {
          racers.add(race(addresses.get(racers.size())));
          waiting++;
          continue;
        }
        long patience = more ? STAGGER_NANOS : Math.max(0, deadline.remainingNanos());
        Result result = results.poll(patience, TimeUnit.NANOSECONDS);
        switch (result) {
          case null -> {
            if (deadline.passed()) {
              listener.failed(
                  worst != null
                      ? worst
                      : new HandshakeException(
                          HandshakeException.Cause.SILENT, "no answer from " + addresses, null));
              return;
            }
            if (more) {
              racers.add(race(addresses.get(racers.size())));
              waiting++;
            }
          }
          case Result.Failed(IOException cause) -> {
            waiting--;
            worst = worst == null ? cause : Failures.moreTelling(worst, cause);
          }
          case Result.Connected(H3Link link, InetSocketAddress address) -> {
            if (!listener.connected(link, address)) {
              link.close(Deadline.after(Duration.ZERO));
            }
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      listener.failed(new InterruptedIOException("given up"));
    } finally {
      over.set(true);
      racers.forEach(Thread::interrupt);
      closeLatecomers();
    }
  }

  private Thread race(InetSocketAddress address) {
    return Thread.ofVirtual()
        .name("h3kit-quic-connect")
        .start(() -> {
          Result result;
          try {
            result =
                new Result.Connected(connector.connect(host, address, listener, deadline), address);
          } catch (IOException e) {
            result = new Result.Failed(e);
          } catch (RuntimeException e) {
            result = new Result.Failed(new IOException("QUIC failed: " + e, e));
          }
          results.add(result);
          if (over.get()) {
            closeLatecomers();
          }
        });
  }

  private void closeLatecomers() {
    for (Result late = results.poll(); late != null; late = results.poll()) {
      if (late instanceof Result.Connected(H3Link link, InetSocketAddress _)) {
        link.close(Deadline.after(Duration.ZERO));
      }
    }
  }
}
