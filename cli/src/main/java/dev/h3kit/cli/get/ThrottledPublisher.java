package dev.h3kit.cli.get;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A body that is sent no faster than {@code --limit-rate} says. */
record ThrottledPublisher(BodyPublisher body, long perSecond) implements BodyPublisher {

  @Override
  public long contentLength() {
    return body.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    body.subscribe(new Slowed(subscriber, new Throttle(perSecond)));
  }

  /** Asks for one buffer at a time, and for the next when it is due. */
  private static final class Slowed implements Flow.Subscriber<ByteBuffer>, Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> next;
    private final Throttle throttle;
    private final AtomicLong wanted = new AtomicLong();
    private volatile Flow.@org.jspecify.annotations.Nullable Subscription source;

    Slowed(Flow.Subscriber<? super ByteBuffer> next, Throttle throttle) {
      this.next = next;
      this.throttle = throttle;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      source = subscription;
      next.onSubscribe(this);
    }

    @Override
    public void onNext(ByteBuffer buffer) {
      Duration wait = throttle.after(buffer.remaining());
      next.onNext(buffer);
      if (wanted.decrementAndGet() > 0) {
        Executor later = CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS);
        later.execute(() -> ask(1));
      }
    }

    @Override
    public void onError(Throwable failure) {
      next.onError(failure);
    }

    @Override
    public void onComplete() {
      next.onComplete();
    }

    @Override
    public void request(long n) {
      if (n <= 0) {
        ask(n);
        return;
      }
      long before = wanted.getAndUpdate(w -> n > Long.MAX_VALUE - w ? Long.MAX_VALUE : w + n);
      if (before == 0) {
        ask(1);
      }
    }

    @Override
    public void cancel() {
      Flow.Subscription subscription = source;
      if (subscription != null) {
        subscription.cancel();
      }
    }

    private void ask(long n) {
      Flow.Subscription subscription = source;
      if (subscription != null) {
        subscription.request(n);
      }
    }
  }
}
