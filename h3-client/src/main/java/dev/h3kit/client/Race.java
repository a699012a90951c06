package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Attempt;
import dev.h3kit.client.Racer.Outcome;
import dev.h3kit.client.Racer.Transport;
import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * QUIC against TCP for one exchange. QUIC starts; TCP joins when nothing came back for the soft
 * time, after the hard time in any case, and at once when QUIC fails. The transport whose handshake
 * is done first wins and carries the request; the other one is dropped before HTTP begins on it.
 */
final class Race {
  // The clock of the race starts with QUIC's first datagram; if even that takes so long, and longer
  // than the soft time, TCP joins.
  private static final long LONGEST_PREPARATION = TimeUnit.SECONDS.toNanos(1);

  /** The TCP side of a race. */
  interface TcpRacer {
    /**
     * Sends the request over a new connection.
     *
     * @param gate to be asked before HTTP begins
     * @param failed to be told if the exchange failed, also after the gate was passed
     */
    void start(TcpGate gate, Consumer<Throwable> failed) throws IOException;

    /** Ends the exchange; it lost. */
    void drop();
  }

  /** How a race ends. */
  sealed interface Result {
    /** QUIC won. */
    record Quic(H3Link link) implements Result {}

    /**
     * TCP won: the request is on its way.
     *
     * @param quicFailure why QUIC lost; null if it was only slower
     */
    record Tcp(@Nullable IOException quicFailure) implements Result {}
  }

  private sealed interface Event {
    record FirstDatagram(long at) implements Event {}

    record FirstAnswer() implements Event {}

    record QuicConnected(H3Link link) implements Event {}

    record QuicFailed(IOException cause) implements Event {}

    record TcpReady() implements Event {}

    record TcpFailed(Throwable cause) implements Event {}
  }

  private final ClientSettings settings;
  private final Origin origin;
  private final ExchangeRecorder recorder;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Transport> winner = new AtomicReference<>();
  private volatile boolean left;

  Race(ClientSettings settings, Origin origin, ExchangeRecorder recorder) {
    this.settings = settings;
    this.origin = origin;
    this.recorder = recorder;
  }

  /**
   * Runs the race.
   *
   * @param host whose certificate QUIC asks for
   * @param addresses where QUIC goes
   * @throws IOException if both failed
   * @throws InterruptedException if the thread was interrupted; both are dropped then
   */
  Result run(
      QuicConnector connector,
      String host,
      List<InetSocketAddress> addresses,
      Deadline deadline,
      TcpRacer tcp)
      throws IOException, InterruptedException {
    Attempt attempt = recorder.attempt(Transport.QUIC, addresses.getFirst());
    QuicAttempt quic = QuicAttempt.start(connector, host, addresses, deadline, new Quic(attempt));
    boolean decided = false;
    boolean tcpStarted = false;
    try {
      long began = System.nanoTime();
      @Nullable Long firstDatagram = null;
      boolean answered = false;
      @Nullable IOException quicFailure = null;
      @Nullable Throwable tcpFailure = null;
      while (true) {
        if (quicFailure != null && tcpFailure != null) {
          throw Failures.bothRacers(origin, quicFailure, tcpFailure);
        }
        Event event;
        if (tcpStarted) {
          event = events.take();
        } else {
          long due =
              quicFailure != null ? 0 : due(began, firstDatagram, answered) - System.nanoTime();
          event = events.poll(Math.max(0, due), TimeUnit.NANOSECONDS);
        }
        switch (event) {
          case null -> {
            tcpStarted = true;
            try {
              tcp.start(this::tcpReady, failure -> events.add(new Event.TcpFailed(failure)));
            } catch (IOException e) {
              tcpFailure = e;
            }
          }
          case Event.FirstDatagram(long at) -> firstDatagram = at;
          case Event.FirstAnswer() -> answered = true;
          case Event.QuicFailed(IOException cause) -> quicFailure = cause;
          case Event.TcpFailed(Throwable cause) -> tcpFailure = cause;
          case Event.QuicConnected(H3Link link) -> {
            decided = true;
            if (tcpStarted) {
              tcp.drop();
            }
            return new Result.Quic(link);
          }
          case Event.TcpReady() -> {
            decided = true;
            recorder.ended(attempt, new Outcome.Abandoned());
            return new Result.Tcp(quicFailure);
          }
        }
      }
    } finally {
      quic.cancel();
      if (!decided) {
        winner.compareAndSet(null, Transport.QUIC);
        recorder.ended(attempt, new Outcome.Abandoned());
        if (tcpStarted) {
          tcp.drop();
        }
        left = true;
        closeLateLink();
      }
    }
  }

  private long due(long began, @Nullable Long firstDatagram, boolean answered) {
    if (firstDatagram == null) {
      return began + Math.max(LONGEST_PREPARATION, settings.raceSoft().toNanos());
    }
    Duration wait = answered ? settings.raceHard() : settings.raceSoft();
    return firstDatagram + wait.toNanos();
  }

  private boolean tcpReady() {
    if (winner.compareAndSet(null, Transport.TCP)) {
      events.add(new Event.TcpReady());
      return true;
    }
    return winner.get() == Transport.TCP;
  }

  private void closeLateLink() {
    for (Event late = events.poll(); late != null; late = events.poll()) {
      if (late instanceof Event.QuicConnected(H3Link link)) {
        link.close(Deadline.after(Duration.ZERO));
      }
    }
  }

  private final class Quic implements QuicAttempt.Listener {
    private final Attempt attempt;
    private volatile boolean sent;
    private volatile boolean received;

    Quic(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void sent() {
      if (!sent) {
        sent = true;
        events.add(new Event.FirstDatagram(System.nanoTime()));
      }
    }

    @Override
    public void received() {
      if (!received) {
        received = true;
        recorder.connected(attempt);
        events.add(new Event.FirstAnswer());
      }
    }

    @Override
    public boolean connected(H3Link link, InetSocketAddress address) {
      recorder.reachedBy(attempt, address);
      if (!winner.compareAndSet(null, Transport.QUIC)) {
        recorder.ended(attempt, new Outcome.Abandoned());
        return false;
      }
      recorder.won(attempt);
      events.add(new Event.QuicConnected(link));
      if (left) {
        closeLateLink();
      }
      return true;
    }

    @Override
    public void failed(IOException cause) {
      recorder.ended(attempt, new Outcome.Failed(cause));
      events.add(new Event.QuicFailed(cause));
    }
  }
}
