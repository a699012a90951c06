package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Moment;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** Counts the content of a request on its way. */
record WatchedPublisher(BodyPublisher publisher, ExchangeRecorder recorder)
    implements BodyPublisher {

  @Override
  public long contentLength() {
    return publisher.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    publisher.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
          }

          @Override
          public void onNext(ByteBuffer octets) {
            recorder.sentBody(octets.remaining());
            subscriber.onNext(octets);
          }

          @Override
          public void onError(Throwable failure) {
            subscriber.onError(failure);
          }

          @Override
          public void onComplete() {
            recorder.reached(Moment.REQUEST_SENT);
            subscriber.onComplete();
          }
        });
  }
}
