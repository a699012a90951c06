package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Attempt;
import dev.h3kit.client.ExchangeRecorder.Moment;
import dev.h3kit.client.Racer.Outcome;
import dev.h3kit.client.Racer.Transport;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's HTTP client for one origin. It has no event for a new connection, so that its TLS
 * engines are watched: a new engine belongs to the oldest exchange that waits for a connection.
 * Thread-safe.
 */
final class TcpClient {

  /** An exchange that has no response yet. */
  private static final class Waiting {
    final ExchangeRecorder recorder;
    final @Nullable InetSocketAddress address;
    final boolean hasBody;
    final Duration began;
    volatile @Nullable Attempt attempt;

    Waiting(ExchangeRecorder recorder, @Nullable InetSocketAddress address, boolean hasBody) {
      this.recorder = recorder;
      this.address = address;
      this.hasBody = hasBody;
      this.began = recorder.now();
    }

    void ended(Outcome outcome) {
      Attempt mine = attempt;
      if (mine != null) {
        recorder.ended(mine, outcome);
      }
    }
  }

  private static final int LABELS = 1000;

  private final HttpClient client;
  private final TcpGate gate;
  private final AtomicInteger leases = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final LinkedHashSet<String> labels = new LinkedHashSet<>();

  TcpClient(
      ClientSettings settings, SSLContext context, TcpNames names, boolean proxied, TcpGate gate) {
    this.gate = gate;
    HttpClient.Builder builder =
        builder(settings, new WatchedSslContext(context, this::engine), names);
    if (proxied && settings.authenticator() != null) {
      builder.authenticator(settings.authenticator());
    }
    client = builder.build();
  }

  /** A builder with what applies to TCP, without cookies and authentication. */
  static HttpClient.Builder builder(ClientSettings settings, SSLContext context, TcpNames names) {
    Executor base = settings.executor();
    Executor executor = base != null ? base : Thread::startVirtualThread;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .executor(names.bound(executor))
            .version(settings.version())
            .followRedirects(HttpClient.Redirect.NEVER)
            .sslContext(context);
    if (settings.connectTimeout() != null) {
      builder.connectTimeout(settings.connectTimeout());
    }
    if (settings.sslParameters() != null) {
      builder.sslParameters(settings.sslParameters());
    }
    if (settings.priority() != null) {
      builder.priority(settings.priority());
    }
    if (settings.proxy() != null) {
      builder.proxy(settings.proxy());
    }
    if (settings.localAddress() != null) {
      builder.localAddress(settings.localAddress());
    }
    return builder;
  }

  /** A request on its way. */
  final class Sending<T> {
    private final Waiting mine;
    private final CompletableFuture<HttpResponse<T>> response;

    private Sending(Waiting mine, CompletableFuture<HttpResponse<T>> response) {
      this.mine = mine;
      this.response = response;
    }

    /** Cancelling it gives the exchange up. */
    CompletableFuture<HttpResponse<T>> response() {
      return response;
    }

    /** Notes what the response tells about its connection. */
    void settled(HttpResponse<T> answer) {
      answer.connectionLabel().ifPresent(label -> labelled(mine, label));
    }

    void failed(Throwable cause) {
      remove(mine);
      ended(new Outcome.Failed(cause));
    }

    void abandoned() {
      remove(mine);
      ended(new Outcome.Abandoned());
    }

    private void ended(Outcome outcome) {
      if (mine.attempt == null) {
        mine.attempt = mine.recorder.attempt(Transport.TCP, mine.address);
      }
      mine.ended(outcome);
    }
  }

  /**
   * Sends a request.
   *
   * @param address where the connection will probably go, if it is not reused; null if unknown
   */
  <T> Sending<T> send(
      HttpRequest request,
      BodyHandler<T> handler,
      @Nullable PushPromiseHandler<T> push,
      ExchangeRecorder recorder,
      @Nullable InetSocketAddress address) {
    boolean hasBody =
        request.bodyPublisher().map(publisher -> publisher.contentLength() != 0).orElse(false);
    Waiting mine = new Waiting(recorder, address, hasBody);
    lock.lock();
    try {
      waiting.add(mine);
    } finally {
      lock.unlock();
    }
    return new Sending<>(
        mine,
        client.sendAsync(
            request,
            info -> {
              recorder.unsettle();
              answered(mine);
              return handler.apply(info);
            },
            push));
  }

  /** Somebody is about to send: the client is not to be shut down until {@link #release}. */
  TcpClient lease() {
    leases.incrementAndGet();
    return this;
  }

  void release() {
    leases.decrementAndGet();
  }

  boolean leased() {
    return leases.get() > 0;
  }

  /** Lets running exchanges end and closes then. */
  void shutdown() {
    client.shutdown();
  }

  /** Ends everything. */
  void shutdownNow() {
    client.shutdownNow();
  }

  private TlsWatch engine() {
    @Nullable Waiting owner = null;
    lock.lock();
    try {
      for (Waiting each : waiting) {
        if (each.attempt == null) {
          each.attempt = each.recorder.attempt(Transport.TCP, each.address);
          owner = each;
          break;
        }
      }
    } finally {
      lock.unlock();
    }
    return new Watch(owner);
  }

  private void answered(Waiting mine) {
    remove(mine);
    if (mine.attempt == null && !mine.hasBody) {
      mine.recorder.reached(Moment.REQUEST_SENT, mine.began);
    }
  }

  private void remove(Waiting mine) {
    lock.lock();
    try {
      waiting.remove(mine);
    } finally {
      lock.unlock();
    }
  }

  private void labelled(Waiting mine, String label) {
    boolean fresh;
    lock.lock();
    try {
      fresh = labels.add(label);
      if (labels.size() > LABELS) {
        labels.removeFirst();
      }
    } finally {
      lock.unlock();
    }
    if (!fresh) {
      mine.recorder.reused();
    } else if (mine.attempt == null) {
      mine.attempt = mine.recorder.attempt(Transport.TCP, mine.address);
      mine.recorder.opened();
      mine.ended(new Outcome.Won());
    }
  }

  private final class Watch implements TlsWatch {
    private final @Nullable Waiting owner;

    Watch(@Nullable Waiting owner) {
      this.owner = owner;
    }

    @Override
    public void connected() {
      Attempt mine = owner == null ? null : owner.attempt;
      if (owner != null && mine != null) {
        owner.recorder.connected(mine);
      }
    }

    @Override
    public void handshaken(SSLSession session) throws SSLException {
      if (!gate.pass()) {
        throw new SSLException("QUIC was faster");
      }
      Attempt mine = owner == null ? null : owner.attempt;
      if (owner != null && mine != null) {
        owner.recorder.won(mine);
      }
    }

    @Override
    public void written() {
      if (owner != null && !owner.hasBody) {
        owner.recorder.reached(Moment.REQUEST_SENT);
      }
    }
  }
}
