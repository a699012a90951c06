package dev.h3kit.client;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The calls of a client that are not over, and its shutdown. Thread-safe. */
final class Calls {
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Carrier carrier;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Call<?>> running = new HashSet<>();
  private final CountDownLatch terminated = new CountDownLatch(1);
  private boolean shutdown;
  private boolean closing;

  Calls(Carrier carrier) {
    this.carrier = carrier;
  }

  /**
   * Starts a call.
   *
   * @param make gives the call what to run when it is over
   */
  <T> CompletableFuture<H3Response<T>> start(Function<Runnable, Call<T>> make) {
    Ending ending = new Ending();
    Call<T> call = make.apply(ending);
    ending.call = call;
    lock.lock();
    try {
      if (shutdown) {
        return CompletableFuture.failedFuture(new IOException("closed"));
      }
      running.add(call);
    } finally {
      lock.unlock();
    }
    return call.start();
  }

  private final class Ending implements Runnable {
    private volatile @Nullable Call<?> call;

    @Override
    public void run() {
      Call<?> mine = call;
      lock.lock();
      try {
        if (mine != null) {
          running.remove(mine);
        }
      } finally {
        lock.unlock();
      }
      closeIfDone();
    }
  }

  void shutdown() {
    lock.lock();
    try {
      shutdown = true;
    } finally {
      lock.unlock();
    }
    closeIfDone();
  }

  void shutdownNow() {
    shutdown();
    List<Call<?>> left;
    lock.lock();
    try {
      left = List.copyOf(running);
    } finally {
      lock.unlock();
    }
    left.forEach(call -> call.abort(new IOException("shutdownNow")));
  }

  private void closeIfDone() {
    lock.lock();
    try {
      if (!shutdown || closing || !running.isEmpty()) {
        return;
      }
      closing = true;
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual()
        .name("h3kit-close")
        .start(() -> {
          try {
            carrier.close(Deadline.after(CLOSING));
          } finally {
            terminated.countDown();
          }
        });
  }

  boolean awaitTermination(Duration duration) throws InterruptedException {
    long nanos;
    try {
      nanos = duration.toNanos();
    } catch (ArithmeticException e) {
      nanos = Long.MAX_VALUE;
    }
    return terminated.await(nanos, TimeUnit.NANOSECONDS);
  }

  boolean terminated() {
    return terminated.getCount() == 0;
  }
}
