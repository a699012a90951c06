package dev.h3kit.client;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Http3Error;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries the content of a response to a subscriber, as fast as it asks. One buffer is read ahead,
 * so that the end of the content is told without being asked for.
 */
final class BodyPump implements Flow.Subscription {
  private static final int CHUNK = 64 << 10;
  private static final int LEAST_ROOM = 4 << 10;

  private final ClientExchange exchange;
  private final BodySubscriber<?> subscriber;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long demand;
  private boolean cancelled;
  private @Nullable IllegalArgumentException badDemand;

  private final long expected;
  private long received;
  private byte[] chunk = new byte[0];
  private int filled;

  /**
   * @param expected the content-length, -1 if unknown
   */
  BodyPump(ClientExchange exchange, BodySubscriber<?> subscriber, long expected) {
    this.exchange = exchange;
    this.subscriber = subscriber;
    this.expected = expected;
  }

  /** Runs until the content is over, failed or cancelled; tells the subscriber in each case. */
  void run() {
    try {
      subscriber.onSubscribe(this);
      while (true) {
        long before = received;
        @Nullable IOException failure = null;
        boolean end = false;
        try {
          end = fill();
        } catch (IOException e) {
          failure = e;
        }
        int count = (int) (received - before);
        if (count > 0) {
          ByteBuffer content =
              ByteBuffer.wrap(chunk, filled - count, count).slice().asReadOnlyBuffer();
          if (!awaitDemand()) {
            return;
          }
          subscriber.onNext(List.of(content));
        }
        if (failure != null) {
          if (!over()) {
            subscriber.onError(Failures.exchanging(failure));
          }
          return;
        }
        if (end) {
          if (!over()) {
            subscriber.onComplete();
          }
          return;
        }
      }
    } catch (InterruptedException e) {
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      subscriber.onError(new IOException("the exchange was given up", e));
    } catch (RuntimeException e) {
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      subscriber.onError(e);
    }
  }

  /** Reads once, and on while nothing waits; whether the content has ended. */
  private boolean fill() throws IOException {
    // One octet more than is expected: room to be told of the end.
    long more = expected < 0 ? CHUNK : Math.clamp(expected - received + 1, 1, CHUNK);
    if (chunk.length - filled < Math.min(more, LEAST_ROOM)) {
      chunk = new byte[(int) more];
      filled = 0;
    }
    do {
      int count = exchange.read(chunk, filled, chunk.length - filled);
      if (count < 0) {
        return true;
      }
      filled += count;
      received += count;
    } while (filled < chunk.length && exchange.readable());
    return false;
  }

  private boolean over() {
    lock.lock();
    try {
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitDemand() throws InterruptedException {
    lock.lock();
    try {
      while (demand == 0 && !cancelled && badDemand == null) {
        changed.await();
      }
      if (badDemand != null) {
        throw badDemand;
      }
      demand--;
      return !cancelled;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void request(long n) {
    lock.lock();
    try {
      if (n <= 0) {
        badDemand = new IllegalArgumentException("request(" + n + "): demand must be positive");
      } else {
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
  }
}
