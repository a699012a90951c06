package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Moment;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;

/** Counts the content of a response on its way to a subscriber and notes its end. */
final class WatchedSubscriber<T> implements BodySubscriber<T> {
  private final BodySubscriber<T> subscriber;
  private final ExchangeRecorder recorder;

  WatchedSubscriber(BodySubscriber<T> subscriber, ExchangeRecorder recorder) {
    this.subscriber = subscriber;
    this.recorder = recorder;
  }

  /** Asked for on a thread of its own: a mapping subscriber may read the whole body in it. */
  @Override
  public CompletionStage<T> getBody() {
    return CompletableFuture.supplyAsync(subscriber::getBody, Thread::startVirtualThread)
        .thenCompose(Function.identity());
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {
            subscription.request(n);
          }

          @Override
          public void cancel() {
            subscription.cancel();
            recorder.finish();
          }
        });
  }

  @Override
  public void onNext(List<ByteBuffer> content) {
    long octets = 0;
    for (ByteBuffer each : content) {
      octets += each.remaining();
    }
    recorder.receivedBody(octets);
    subscriber.onNext(content);
  }

  @Override
  public void onError(Throwable failure) {
    recorder.finish();
    subscriber.onError(failure);
  }

  @Override
  public void onComplete() {
    recorder.reached(Moment.LAST_BYTE);
    recorder.finish();
    subscriber.onComplete();
  }
}
