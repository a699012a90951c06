package dev.h3kit.client;

import dev.h3kit.client.Racer.Outcome;
import dev.h3kit.client.Racer.Transport;
import dev.h3kit.core.Exchange;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Collects what becomes an {@link ExchangeReport}. Thread-safe; the first call for a moment counts.
 */
final class ExchangeRecorder {

  /** The moments that are recorded once. */
  enum Moment {
    RESOLVED,
    CONNECTED,
    HANDSHAKEN,
    REQUEST_SENT,
    FIRST_BYTE,
    LAST_BYTE
  }

  /** An attempt to connect, as it goes on. */
  static final class Attempt {
    private final Transport transport;
    private final Duration started;
    private @Nullable InetSocketAddress address;
    private @Nullable Duration connected;
    private @Nullable Duration ended;
    private Outcome outcome = new Outcome.Running();

    private Attempt(Transport transport, @Nullable InetSocketAddress address, Duration started) {
      this.transport = transport;
      this.address = address;
      this.started = started;
    }
  }

  private final Instant startedAt = Instant.now();
  private final long start = System.nanoTime();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Moment, Duration> moments = new EnumMap<>(Moment.class);
  private final List<Attempt> attempts = new ArrayList<>();
  private final CompletableFuture<ExchangeReport> finished = new CompletableFuture<>();
  private final AtomicLong sentBody = new AtomicLong();
  private final AtomicLong receivedBody = new AtomicLong();
  private @Nullable HttpProtocol protocol;
  private String reason = "not decided yet";
  private @Nullable InetSocketAddress local;
  private @Nullable InetSocketAddress remote;
  private List<X509Certificate> certificates = List.of();
  private @Nullable Exchange exchange;
  private int connectionsOpened;
  private boolean reused;
  private boolean unsettled;
  private boolean bodyOver;

  /** The time since the start. */
  Duration now() {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  void reached(Moment moment) {
    reached(moment, now());
  }

  void reached(Moment moment, Duration when) {
    lock.lock();
    try {
      moments.putIfAbsent(moment, when);
    } finally {
      lock.unlock();
    }
  }

  Attempt attempt(Transport transport, @Nullable InetSocketAddress address) {
    lock.lock();
    try {
      Attempt attempt = new Attempt(transport, address, now());
      attempts.add(attempt);
      return attempt;
    } finally {
      lock.unlock();
    }
  }

  void reachedBy(Attempt attempt, InetSocketAddress address) {
    lock.lock();
    try {
      attempt.address = address;
    } finally {
      lock.unlock();
    }
  }

  /** The attempt's network path stands. */
  void connected(Attempt attempt) {
    lock.lock();
    try {
      if (attempt.connected == null) {
        attempt.connected = now();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The attempt's handshake is done and it carries the request. */
  void won(Attempt attempt) {
    lock.lock();
    try {
      Duration now = now();
      reached(Moment.CONNECTED, attempt.connected == null ? now : attempt.connected);
      reached(Moment.HANDSHAKEN, now);
      connectionsOpened++;
      ended(attempt, new Outcome.Won());
    } finally {
      lock.unlock();
    }
  }

  void ended(Attempt attempt, Outcome outcome) {
    lock.lock();
    try {
      if (attempt.ended == null) {
        attempt.ended = now();
        attempt.outcome = outcome;
      }
    } finally {
      lock.unlock();
    }
  }

  void decided(@Nullable HttpProtocol protocol, String reason) {
    lock.lock();
    try {
      this.protocol = protocol;
      this.reason = reason;
    } finally {
      lock.unlock();
    }
  }

  void protocol(HttpProtocol protocol) {
    lock.lock();
    try {
      this.protocol = protocol;
    } finally {
      lock.unlock();
    }
  }

  void opened() {
    lock.lock();
    try {
      connectionsOpened++;
    } finally {
      lock.unlock();
    }
  }

  void reused() {
    lock.lock();
    try {
      reused = true;
    } finally {
      lock.unlock();
    }
  }

  void peer(
      @Nullable InetSocketAddress local,
      @Nullable InetSocketAddress remote,
      List<X509Certificate> certificates) {
    lock.lock();
    try {
      this.local = local;
      this.remote = remote;
      this.certificates = certificates;
    } finally {
      lock.unlock();
    }
  }

  /** The exchange that carries the request over HTTP/3. */
  void carriedBy(Exchange exchange) {
    lock.lock();
    try {
      this.exchange = exchange;
    } finally {
      lock.unlock();
    }
  }

  void sentBody(long octets) {
    sentBody.addAndGet(octets);
  }

  void receivedBody(long octets) {
    receivedBody.addAndGet(octets);
  }

  /** The head came, but {@link #settle} will tell more about it: the report waits for that. */
  void unsettle() {
    lock.lock();
    try {
      unsettled = true;
    } finally {
      lock.unlock();
    }
  }

  /** All is known but the body. */
  void settle() {
    boolean over;
    lock.lock();
    try {
      unsettled = false;
      over = bodyOver;
    } finally {
      lock.unlock();
    }
    if (over) {
      finished.complete(report());
    }
  }

  /** The body is over: the report is final as soon as all else is known. */
  void finish() {
    boolean settled;
    lock.lock();
    try {
      bodyOver = true;
      settled = !unsettled;
    } finally {
      lock.unlock();
    }
    if (settled) {
      finished.complete(report());
    }
  }

  /** The exchange failed: the report is final. */
  void fail() {
    finished.complete(report());
  }

  CompletableFuture<ExchangeReport> finished() {
    return finished;
  }

  ExchangeReport report() {
    ExchangeReport last = finished.getNow(null);
    if (last != null) {
      return last;
    }
    lock.lock();
    try {
      return new ExchangeReport(
          protocol,
          reason,
          timeline(),
          local,
          remote,
          certificates,
          exchange == null ? null : exchange.weight(),
          exchange == null ? List.of() : exchange.tables(),
          connectionsOpened,
          reused,
          sentBody.get(),
          receivedBody.get());
    } finally {
      lock.unlock();
    }
  }

  private ExchangeTimeline timeline() {
    List<Racer> racers = new ArrayList<>();
    for (Attempt attempt : attempts) {
      racers.add(
          new Racer(
              attempt.transport, attempt.address, attempt.started, attempt.ended, attempt.outcome));
    }
    return new ExchangeTimeline(
        startedAt,
        moments.get(Moment.RESOLVED),
        moments.get(Moment.CONNECTED),
        moments.get(Moment.HANDSHAKEN),
        moments.get(Moment.REQUEST_SENT),
        moments.get(Moment.FIRST_BYTE),
        moments.get(Moment.LAST_BYTE),
        racers);
  }
}
