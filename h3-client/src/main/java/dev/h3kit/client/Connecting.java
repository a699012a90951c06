package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Attempt;
import dev.h3kit.client.ExchangeRecorder.Moment;
import dev.h3kit.client.Racer.Outcome;
import dev.h3kit.client.Racer.Transport;
import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gets connections for hops. Calls that want the same origin at the same time share one attempt or
 * race. Thread-safe.
 */
final class Connecting {
  // curl waits five minutes, but what has not answered an Initial in ten seconds does not do so.
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  /** What came out of a race. */
  sealed interface Raced<T> {
    /** QUIC won. */
    record Quic<T>(H3Link link) implements Raced<T> {}

    /** TCP won: the request is on its way. */
    record Tcp<T>(TcpLeg<T> leg, @Nullable IOException quicFailure) implements Raced<T> {}

    /** Somebody else's race was decided in the meantime. */
    record Decided<T>() implements Raced<T> {}
  }

  private final ClientSettings settings;
  private final QuicConnector connector;
  private final BrokenOrigins broken;
  private final H3Pool pool;
  private final TcpClients tcp;
  private final Map<Origin, CompletableFuture<Void>> races = new ConcurrentHashMap<>();

  Connecting(
      ClientSettings settings,
      QuicConnector connector,
      BrokenOrigins broken,
      H3Pool pool,
      TcpClients tcp) {
    this.settings = settings;
    this.connector = connector;
    this.broken = broken;
    this.pool = pool;
    this.tcp = tcp;
  }

  /** The addresses of a host, the families in turn. */
  List<InetSocketAddress> resolve(Origin origin, String host, int port, ExchangeRecorder recorder)
      throws IOException {
    List<InetAddress> addresses;
    try {
      addresses = settings.resolver().addresses(host, port);
    } catch (UnknownHostException e) {
      throw Failures.unknownHost(origin, e);
    }
    recorder.reached(Moment.RESOLVED);
    return interleaved(origin, host, port, addresses);
  }

  private List<InetSocketAddress> resolve(Origin origin, Alternative to, ExchangeRecorder recorder)
      throws IOException {
    return to.hints().isEmpty()
        ? resolve(origin, to.host(), to.port(), recorder)
        : interleaved(origin, to.host(), to.port(), to.hints());
  }

  private static List<InetSocketAddress> interleaved(
      Origin origin, String host, int port, List<InetAddress> addresses) throws IOException {
    List<InetSocketAddress> first = new ArrayList<>();
    List<InetSocketAddress> second = new ArrayList<>();
    for (InetAddress address : addresses) {
      boolean same = address.getClass() == addresses.getFirst().getClass();
      (same ? first : second).add(new InetSocketAddress(address, port));
    }
    // RFC 8305 §4: the client "SHOULD [...] interleave address families".
    List<InetSocketAddress> all = new ArrayList<>();
    for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
      if (i < first.size()) {
        all.add(first.get(i));
      }
      if (i < second.size()) {
        all.add(second.get(i));
      }
    }
    if (all.isEmpty()) {
      throw Failures.unknownHost(origin, new UnknownHostException(host));
    }
    return all;
  }

  private Deadline handshakeDeadline() {
    Duration timeout = settings.connectTimeout();
    return Deadline.after(timeout != null ? timeout : HANDSHAKE);
  }

  /** An HTTP/3 connection, an open one if there is one. */
  H3Link quic(Hop<?> hop, Origin origin, Alternative to) throws IOException, InterruptedException {
    ExchangeRecorder recorder = hop.recorder();
    if (!settings.freshConnections()) {
      H3Link open = pool.open(origin);
      if (open != null) {
        recorder.reused();
        return open;
      }
    }
    List<InetSocketAddress> addresses = resolve(origin, to, recorder);
    H3Link borrowed = borrow(origin, addresses, recorder);
    if (borrowed != null) {
      return borrowed;
    }
    CompletableFuture<H3Link> link =
        settings.freshConnections()
            ? attempt(origin, addresses, recorder)
            : pool.connecting(origin, () -> attempt(origin, addresses, recorder));
    try {
      long patience = Math.max(0, hop.call().deadline().remainingNanos());
      return link.get(patience, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw Failures.connectTimeout();
    } catch (ExecutionException e) {
      throw Failures.connecting(origin, Failures.copy(e));
    }
  }

  /** A connection of another origin that will do; null if there is none. */
  private @Nullable H3Link borrow(
      Origin origin, List<InetSocketAddress> addresses, ExchangeRecorder recorder) {
    // Who checks no certificates has no reason to believe that they cover anything.
    if (!settings.coalescing() || settings.insecure() || settings.freshConnections()) {
      return null;
    }
    H3Link link = pool.borrow(origin, addresses, each -> connector.covers(each, origin.host()));
    if (link != null) {
      recorder.reused();
      settings.clientEvents().coalesced(origin.host(), origin.port(), link.info());
    }
    return link;
  }

  private CompletableFuture<H3Link> attempt(
      Origin origin, List<InetSocketAddress> addresses, ExchangeRecorder recorder) {
    CompletableFuture<H3Link> result = new CompletableFuture<>();
    Attempt attempt = recorder.attempt(Transport.QUIC, addresses.getFirst());
    QuicAttempt.start(
        connector,
        origin.host(),
        addresses,
        handshakeDeadline(),
        new QuicAttempt.Listener() {
          @Override
          public void sent() {}

          @Override
          public void received() {
            recorder.connected(attempt);
          }

          @Override
          public boolean connected(H3Link link, InetSocketAddress address) {
            recorder.reachedBy(attempt, address);
            recorder.won(attempt);
            broken.worked(origin);
            if (!settings.freshConnections()) {
              pool.add(origin, link);
            }
            return result.complete(link);
          }

          @Override
          public void failed(IOException cause) {
            recorder.ended(attempt, new Outcome.Failed(cause));
            result.completeExceptionally(cause);
          }
        });
    return result;
  }

  /** Races for a connection, or waits for the race that another call runs for the origin. */
  <T> Raced<T> race(Hop<T> hop, Origin origin, Alternative to)
      throws IOException, InterruptedException {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> running =
        settings.freshConnections() ? null : races.putIfAbsent(origin, mine);
    if (running != null) {
      follow(hop, running);
      return new Raced.Decided<>();
    }
    try {
      Raced<T> raced = lead(hop, origin, to);
      races.remove(origin, mine);
      mine.complete(null);
      return raced;
    } catch (IOException e) {
      races.remove(origin, mine);
      mine.completeExceptionally(e);
      throw e;
    } finally {
      // Interrupted: the next one who waits has to race.
      races.remove(origin, mine);
      mine.complete(null);
    }
  }

  private static void follow(Hop<?> hop, CompletableFuture<Void> race)
      throws IOException, InterruptedException {
    try {
      long patience = Math.max(0, hop.call().deadline().remainingNanos());
      race.get(patience, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw Failures.connectTimeout();
    } catch (ExecutionException e) {
      throw Failures.copy(e);
    }
  }

  private <T> Raced<T> lead(Hop<T> hop, Origin origin, Alternative to)
      throws IOException, InterruptedException {
    ExchangeRecorder recorder = hop.recorder();
    List<InetSocketAddress> direct = resolve(origin, origin.host(), origin.port(), recorder);
    List<InetSocketAddress> addresses =
        to.equals(Alternative.same(origin)) ? direct : resolve(origin, to, recorder);
    H3Link borrowed = borrow(origin, addresses, recorder);
    if (borrowed != null) {
      return new Raced.Quic<>(borrowed);
    }
    TcpLeg<T> leg =
        new TcpLeg<>(
            hop,
            gate -> tcp.fresh(origin, false, gate),
            HttpClient.Version.HTTP_2,
            direct.getFirst());
    Race race = new Race(settings, origin, recorder);
    return switch (race.run(connector, origin.host(), addresses, handshakeDeadline(), leg)) {
      case Race.Result.Quic(H3Link link) -> {
        broken.worked(origin);
        if (!settings.freshConnections()) {
          pool.add(origin, link);
        }
        yield new Raced.Quic<>(link);
      }
      case Race.Result.Tcp(IOException quicFailure) -> {
        broken.lost(origin);
        if (!settings.freshConnections()) {
          tcp.keep(origin, leg.client());
        }
        yield new Raced.Tcp<>(leg, quicFailure);
      }
    };
  }
}
