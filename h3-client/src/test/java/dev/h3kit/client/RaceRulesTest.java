package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.transport.HandshakeException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rules of the race, with racers that a test holds in its hands. */
@Timeout(60)
class RaceRulesTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Origin ORIGIN = new Origin("https", "localhost", 1);
  private static final List<InetSocketAddress> ADDRESSES =
      List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));

  /** QUIC as the test wants it. */
  private static final class HeldQuic implements QuicConnector {
    final CompletableFuture<Watch> began = new CompletableFuture<>();
    final CompletableFuture<H3Link> outcome = new CompletableFuture<>();

    @Override
    public H3Link connect(String host, InetSocketAddress address, Watch watch, Deadline deadline)
        throws IOException {
      began.complete(watch);
      try {
        return outcome.get();
      } catch (InterruptedException e) {
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        throw new HandshakeException(
            HandshakeException.Cause.UNREACHABLE, String.valueOf(e.getMessage()), e);
      }
    }

    Watch watch() throws Exception {
      return began.get(20, TimeUnit.SECONDS);
    }
  }

  /** TCP as the test wants it. */
  private static final class HeldTcp implements Race.TcpRacer {
    final CompletableFuture<TcpGate> started = new CompletableFuture<>();
    final CompletableFuture<Consumer<Throwable>> failing = new CompletableFuture<>();
    final CountDownLatch dropped = new CountDownLatch(1);

    @Override
    public void start(TcpGate gate, Consumer<Throwable> failed) {
      failing.complete(failed);
      started.complete(gate);
    }

    @Override
    public void drop() {
      dropped.countDown();
    }

    TcpGate gate() throws Exception {
      return started.get(20, TimeUnit.SECONDS);
    }
  }

  private final HeldQuic quic = new HeldQuic();
  private final HeldTcp tcp = new HeldTcp();
  private final ScriptedLink link = new ScriptedLink();

  private CompletableFuture<Race.Result> race(Duration soft, Duration hard) {
    ClientBuilder builder = new ClientBuilder();
    builder.racing(soft, hard);
    Race race = new Race(builder.settings(), ORIGIN, new ExchangeRecorder());
    CompletableFuture<Race.Result> result = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        result.complete(race.run(quic, "localhost", ADDRESSES, Deadline.after(NEVER), tcp));
      } catch (IOException | InterruptedException e) {
        result.completeExceptionally(e);
      }
    });
    return result;
  }

  private static <T> T soon(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Test
  void tcpStartsWhenQuicIsSilentForTheSoftTime() throws Exception {
    var result = race(Duration.ofMillis(1), NEVER);
    quic.watch().sent();
    assertTrue(tcp.gate().pass());
    assertInstanceOf(Race.Result.Tcp.class, soon(result));
  }

  @Test
  void afterAnAnswerTheHardTimeCounts() throws Exception {
    var result = race(Duration.ofMillis(1), NEVER);
    // The answer is there before the first datagram's time is known, so that no clock can win.
    quic.watch().received();
    quic.watch().sent();
    quic.outcome.complete(link);
    assertInstanceOf(Race.Result.Quic.class, soon(result));
    assertFalse(tcp.started.isDone());
  }

  @Test
  void tcpStartsAfterTheHardTimeThoughQuicAnswers() throws Exception {
    var result = race(Duration.ZERO, Duration.ofMillis(1));
    quic.watch().sent();
    quic.watch().received();
    assertTrue(tcp.gate().pass());
    assertInstanceOf(Race.Result.Tcp.class, soon(result));
  }

  @Test
  void tcpStartsAtOnceWhenQuicFails() throws Exception {
    var result = race(NEVER, NEVER);
    quic.watch().sent();
    quic.outcome.completeExceptionally(new IOException("refused"));
    assertTrue(tcp.gate().pass());
    Race.Result.Tcp won = assertInstanceOf(Race.Result.Tcp.class, soon(result));
    assertTrue(Failures.message(Objects.requireNonNull(won.quicFailure())).contains("refused"));
  }

  @Test
  void tcpStartsWhenQuicDoesNotEvenSend() throws Exception {
    var result = race(Duration.ZERO, NEVER);
    assertTrue(tcp.gate().pass());
    assertInstanceOf(Race.Result.Tcp.class, soon(result));
  }

  @Test
  void theGateIsShutAndTcpDroppedWhenQuicWon() throws Exception {
    var result = race(Duration.ZERO, Duration.ZERO);
    quic.watch().sent();
    TcpGate gate = tcp.gate();
    quic.outcome.complete(link);
    assertInstanceOf(Race.Result.Quic.class, soon(result));
    assertTrue(tcp.dropped.await(20, TimeUnit.SECONDS));
    assertFalse(gate.pass());
    assertFalse(link.closed.isDone());
  }

  @Test
  void aQuicConnectionThatComesTooLateIsClosed() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CompletableFuture<Boolean> wanted = new CompletableFuture<>();
    CountDownLatch come = new CountDownLatch(1);
    QuicAttempt attempt =
        QuicAttempt.start(
            (host, address, watch, deadline) -> {
              while (true) {
                try {
                  come.await();
                  return link;
                } catch (InterruptedException e) {
                  interrupted.countDown();
                }
              }
            },
            "localhost",
            ADDRESSES,
            Deadline.after(NEVER),
            new QuicAttempt.Listener() {
              @Override
              public boolean connected(H3Link late, InetSocketAddress address) {
                return wanted.complete(true);
              }

              @Override
              public void failed(IOException cause) {
                wanted.complete(false);
              }

              @Override
              public void sent() {}

              @Override
              public void received() {}
            });
    attempt.cancel();
    assertTrue(interrupted.await(20, TimeUnit.SECONDS));
    come.countDown();
    assertFalse(soon(wanted));
    soon(link.closed);
  }

  @Test
  void quicGoesOnWhenTcpFails() throws Exception {
    var result = race(Duration.ZERO, Duration.ZERO);
    quic.watch().sent();
    tcp.gate();
    soon(tcp.failing).accept(new ConnectException("refused"));
    quic.outcome.complete(link);
    assertInstanceOf(Race.Result.Quic.class, soon(result));
  }

  @Test
  void whenBothFailTheMoreTellingFailureNamesBoth() throws Exception {
    var result = race(Duration.ZERO, Duration.ZERO);
    quic.watch().sent();
    tcp.gate();
    soon(tcp.failing).accept(new SSLHandshakeException("bad certificate"));
    quic.outcome.completeExceptionally(new IOException("refused"));
    ExecutionException thrown = assertThrows(ExecutionException.class, () -> soon(result));
    Throwable failure = thrown.getCause();
    assertInstanceOf(SSLHandshakeException.class, failure);
    String message = Failures.message(failure);
    assertTrue(message.contains("bad certificate") && message.contains("refused"), message);
  }

  @Test
  void addressesAreTriedUntilOneConnects() throws Exception {
    InetSocketAddress good = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
    CompletableFuture<InetSocketAddress> reached = new CompletableFuture<>();
    QuicAttempt.start(
        (host, address, watch, deadline) -> {
          if (address.equals(good)) {
            return link;
          }
          throw new IOException("refused");
        },
        "localhost",
        List.of(ADDRESSES.getFirst(), good),
        Deadline.after(NEVER),
        listener(reached));
    assertEquals(good, soon(reached));
  }

  @Test
  void aSilentAddressDoesNotHoldUpTheNext() throws Exception {
    InetSocketAddress good = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
    CompletableFuture<InetSocketAddress> reached = new CompletableFuture<>();
    CountDownLatch interrupted = new CountDownLatch(1);
    QuicAttempt.start(
        (host, address, watch, deadline) -> {
          if (address.equals(good)) {
            return link;
          }
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          throw new IOException("given up");
        },
        "localhost",
        List.of(ADDRESSES.getFirst(), good),
        Deadline.after(NEVER),
        listener(reached));
    assertEquals(good, soon(reached));
    assertTrue(interrupted.await(20, TimeUnit.SECONDS));
  }

  private static QuicAttempt.Listener listener(CompletableFuture<InetSocketAddress> reached) {
    return new QuicAttempt.Listener() {
      @Override
      public boolean connected(H3Link link, InetSocketAddress address) {
        return reached.complete(address);
      }

      @Override
      public void failed(IOException cause) {
        reached.completeExceptionally(cause);
      }

      @Override
      public void sent() {}

      @Override
      public void received() {}
    };
  }
}
