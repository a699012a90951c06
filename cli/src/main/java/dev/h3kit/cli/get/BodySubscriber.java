package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Takes a body as it comes and writes it out, piece by piece: never more than one is in memory. */
final class BodySubscriber implements Flow.Subscriber<List<ByteBuffer>> {
  private final BodyOutput output;
  private final long most;
  private final Throttle throttle;
  private final AtomicLong received = new AtomicLong();
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private volatile Flow.@Nullable Subscription subscription;

  /**
   * @param most octets above which the body is refused
   * @param throttle keeps it slow
   */
  BodySubscriber(BodyOutput output, long most, Throttle throttle) {
    this.output = output;
    this.most = most;
    this.throttle = throttle;
  }

  /**
   * Completes with the octets that came when the end has been written, or exceptionally with what
   * went wrong.
   */
  CompletableFuture<Long> done() {
    return done;
  }

  /** What is said of a body of more than so many octets. */
  static CommandFailure tooLarge(long most) {
    return new CommandFailure(
        ExitCode.FILESIZE_EXCEEDED, "the body is larger than --max-filesize " + most, null);
  }

  /** Octets that came, before any decoding. */
  long received() {
    return received.get();
  }

  /** Wants no more. */
  void cancel() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (done.isDone()) {
      return;
    }
    long came = 0;
    try {
      for (ByteBuffer buffer : buffers) {
        came += buffer.remaining();
        long so = received.addAndGet(buffer.remaining());
        if (so > most) {
          throw tooLarge(most);
        }
        output.write(buffer);
      }
    } catch (CommandFailure | RuntimeException e) {
      cancel();
      done.completeExceptionally(e);
      return;
    }
    Duration wait = throttle.after(came);
    if (wait.isZero()) {
      more();
    } else {
      CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS).execute(this::more);
    }
  }

  private void more() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.request(1);
    }
  }

  @Override
  public void onError(Throwable failure) {
    done.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    done.complete(received.get());
  }
}
