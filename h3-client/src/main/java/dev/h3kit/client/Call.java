package dev.h3kit.client;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieHandler;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code send}: its hops one after the other, on a virtual thread of its own, which
 * reads the last body too.
 */
final class Call<T> {
  private static final String DEFAULT_USER_AGENT = "h3kit";
  // If the JDK's client did not end the exchange at its timeout, this client does so a little
  // later.
  private static final Duration TCP_GRACE = Duration.ofSeconds(1);
  private static final Duration UNLIMITED = Duration.ofDays(36500);

  private final ClientSettings settings;
  private final Carrier carrier;
  private final @Nullable BasicAuth auth;
  private final HttpRequest request;
  private final BodyHandler<T> handler;
  private final @Nullable PushPromiseHandler<T> push;
  private final ProtocolMode mode;
  private final CallFuture<H3Response<T>> future = new CallFuture<>(this::cancel);
  private final Thread thread;
  private final Runnable over;
  private final Deadline deadline;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Throwable aborted;
  private @Nullable Runnable abortAction;
  private final Set<Runnable> alsoRunning = new HashSet<>();
  private boolean selfOver;
  private boolean ended;
  private volatile @Nullable CompletableFuture<?> timer;
  private volatile @Nullable Hop<T> current;
  private volatile @Nullable HttpResponse<T> previous;
  private volatile boolean connected;
  private volatile boolean timedByTcp;
  private BasicAuth.Tries tries = new BasicAuth.Tries();
  private int redirects;

  /**
   * @param over runs when the call has ended, with its body
   */
  Call(
      ClientSettings settings,
      Carrier carrier,
      @Nullable BasicAuth auth,
      HttpRequest request,
      BodyHandler<T> handler,
      @Nullable PushPromiseHandler<T> push,
      ProtocolMode mode,
      Runnable over) {
    this.settings = settings;
    this.carrier = carrier;
    this.auth = auth;
    this.request = request;
    this.handler = handler;
    this.push = push;
    this.mode = mode;
    this.over = over;
    this.deadline = Deadline.after(request.timeout().orElse(UNLIMITED));
    this.thread = Thread.ofVirtual().name("h3kit-call").unstarted(this::run);
  }

  CompletableFuture<H3Response<T>> start() {
    request.timeout().ifPresent(this::alarm);
    thread.start();
    return future;
  }

  ProtocolMode mode() {
    return mode;
  }

  /** When the request's timeout passes; far away if it has none. */
  Deadline deadline() {
    return deadline;
  }

  /** What is left of the request's timeout; empty if it has none. */
  Optional<Duration> remaining() {
    return request
        .timeout()
        .map(timeout -> Duration.ofNanos(Math.max(1, deadline.remainingNanos())));
  }

  /** The JDK's client, which carries the current hop, sees to the timeout. */
  void timedByTcp() {
    timedByTcp = true;
  }

  @Nullable HttpResponse<T> previous() {
    return previous;
  }

  /** A connection stands: from now on a timeout is not one of connecting. */
  void connected() {
    connected = true;
    timedByTcp = false;
  }

  /** The last head came: the request's timeout has been kept. */
  void headArrived() {
    CompletableFuture<?> alarm = timer;
    if (alarm != null) {
      alarm.cancel(false);
    }
  }

  /**
   * Runs {@code action} if the call is given up, at once if it was.
   *
   * @return takes the action back
   */
  Runnable onAbort(Runnable action) {
    boolean late;
    lock.lock();
    try {
      late = aborted != null;
      abortAction = action;
    } finally {
      lock.unlock();
    }
    if (late) {
      action.run();
    }
    return () -> {
      lock.lock();
      try {
        if (action.equals(abortAction)) {
          abortAction = null;
        }
      } finally {
        lock.unlock();
      }
    };
  }

  /**
   * Something that belongs to the call runs beside it, and the call is not over before that is.
   *
   * @param giveUp ends it if the call is given up
   * @return to be run at its end
   */
  Runnable alsoRuns(Runnable giveUp) {
    boolean late;
    lock.lock();
    try {
      late = aborted != null;
      alsoRunning.add(giveUp);
    } finally {
      lock.unlock();
    }
    if (late) {
      giveUp.run();
    }
    return () -> {
      lock.lock();
      try {
        alsoRunning.remove(giveUp);
      } finally {
        lock.unlock();
      }
      endIfAllIsOver();
    };
  }

  /** Gives the call up; it fails with {@code cause}. */
  void abort(Throwable cause) {
    Runnable action;
    List<Runnable> beside;
    lock.lock();
    try {
      if (aborted != null || ended) {
        return;
      }
      aborted = cause;
      action = abortAction;
      beside = List.copyOf(alsoRunning);
    } finally {
      lock.unlock();
    }
    beside.forEach(Runnable::run);
    if (action != null) {
      action.run();
    }
    thread.interrupt();
  }

  private void cancel() {
    abort(new CancellationException("Request cancelled"));
  }

  private void expired() {
    if (timedByTcp) {
      timedByTcp = false;
      alarm(TCP_GRACE);
    } else if (!future.isDone()) {
      abort(connected ? new HttpTimeoutException("request timed out") : Failures.connectTimeout());
    }
  }

  private void alarm(Duration when) {
    CompletableFuture<Void> alarm =
        new CompletableFuture<Void>().completeOnTimeout(null, when.toNanos(), TimeUnit.NANOSECONDS);
    timer = alarm;
    var _ = alarm.thenRunAsync(this::expired, Thread::startVirtualThread);
  }

  private @Nullable Throwable abortCause() {
    lock.lock();
    try {
      return aborted;
    } finally {
      lock.unlock();
    }
  }

  /** Completes the call when its body is there. */
  void answerWhen(CompletionStage<T> body, Function<@Nullable T, Answer<T>> answer) {
    var _ =
        body.whenComplete((content, failure) -> {
          if (failure != null) {
            fail(Failures.unwrapped(failure));
          } else {
            complete(answer.apply(content));
          }
        });
  }

  private void run() {
    try {
      @Nullable HttpRequest next = request;
      while (next != null) {
        Hop<T> hop = new Hop<>(this, next, added(next), this::followUp, handler, push);
        current = hop;
        timedByTcp = false;
        Answer<T> answer = carrier.carry(hop);
        next = hop.next();
        if (next != null) {
          previous = answer;
          hop.recorder().finish();
        }
      }
    } catch (InterruptedException e) {
      fail(new IOException("the exchange was interrupted", e));
    } catch (UncheckedIOException e) {
      fail(Failures.unwrapped(e));
    } catch (Throwable e) {
      fail(e);
    } finally {
      whenBodyIsOver();
    }
  }

  /** Over TCP the body may still be on its way when this call's thread ends. */
  private void whenBodyIsOver() {
    Hop<T> hop = current;
    if (hop == null) {
      end();
    } else {
      var _ = hop.recorder().finished().thenRun(this::end);
    }
  }

  private void end() {
    headArrived();
    lock.lock();
    try {
      selfOver = true;
    } finally {
      lock.unlock();
    }
    endIfAllIsOver();
  }

  private void endIfAllIsOver() {
    lock.lock();
    try {
      if (!selfOver || ended || !alsoRunning.isEmpty()) {
        return;
      }
      ended = true;
    } finally {
      lock.unlock();
    }
    over.run();
  }

  void complete(H3Response<T> response) {
    finish(() -> future.complete(response));
  }

  private void fail(Throwable failure) {
    Throwable cause = abortCause();
    Throwable told = cause != null ? cause : failure;
    Hop<T> hop = current;
    if (hop != null) {
      if (cause != null && !cause.equals(failure)) {
        cause.addSuppressed(failure);
      }
      told.addSuppressed(new FailedExchange(hop.recorder().report()));
      hop.recorder().fail();
    }
    finish(() -> future.completeExceptionally(told));
  }

  /** Dependent actions run on the caller's executor if there is one. */
  private void finish(Runnable completion) {
    Executor executor = settings.executor();
    if (executor == null) {
      completion.run();
      return;
    }
    try {
      executor.execute(completion);
    } catch (RejectedExecutionException e) {
      completion.run();
    }
  }

  private Map<String, List<String>> added(HttpRequest next) throws IOException {
    Map<String, List<String>> added = new HashMap<>();
    HttpHeaders headers = next.headers();
    if (headers.firstValue("user-agent").isEmpty()) {
      added.put("user-agent", List.of(DEFAULT_USER_AGENT));
    }
    CookieHandler cookies = settings.cookieHandler();
    if (cookies != null) {
      cookies
          .get(next.uri(), headers.map())
          .forEach((name, values) -> {
            if (name.equalsIgnoreCase("cookie") && !values.isEmpty()) {
              added.put("cookie", List.copyOf(values));
            }
          });
    }
    if (answersChallenges(next)) {
      String authorization = auth == null ? null : auth.authorization(next.uri(), tries);
      if (authorization != null) {
        added.put("authorization", List.of(authorization));
      }
    }
    return added;
  }

  /** A caller that sets the field itself, or uses a proxy, gets the challenge. */
  private boolean answersChallenges(HttpRequest next) {
    return auth != null
        && next.headers().firstValue("authorization").isEmpty()
        && !carrier.proxied(next.uri());
  }

  private @Nullable HttpRequest followUp(HttpRequest sent, int status, HttpHeaders headers)
      throws IOException {
    URI uri = sent.uri();
    CookieHandler cookies = settings.cookieHandler();
    if (cookies != null) {
      cookies.put(uri, headers.map());
    }
    carrier.heard(uri, status, headers);
    if (auth != null && answersChallenges(sent) && auth.challenged(uri, status, headers, tries)) {
      return sent;
    }
    HttpRequest next = Redirects.next(settings.redirect(), sent, status, headers, redirects);
    if (next != null) {
      redirects++;
      // Credentials tried at one place are not sent to the next.
      tries = new BasicAuth.Tries();
    }
    return next;
  }
}
