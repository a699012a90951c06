package dev.h3kit.client;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Throws away the content of a response that is not the last one. A short content is read so that
 * its connection can be used again; a long one is given up.
 */
final class DrainSubscriber<T> implements BodySubscriber<T> {
  private static final long LONGEST = 64 << 10;

  private final CompletableFuture<@Nullable T> over = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;
  private long drained;

  @Override
  @SuppressWarnings("NullAway") // nobody looks at the body of a response that is followed up
  public CompletionStage<T> getBody() {
    return over;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> content) {
    for (ByteBuffer each : content) {
      drained += each.remaining();
    }
    if (drained > LONGEST && subscription != null) {
      subscription.cancel();
      over.complete(null);
    }
  }

  @Override
  public void onError(Throwable failure) {
    over.complete(null);
  }

  @Override
  public void onComplete() {
    over.complete(null);
  }
}
