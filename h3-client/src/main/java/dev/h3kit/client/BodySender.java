package dev.h3kit.client;

import dev.h3kit.core.ClientExchange;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Takes the content of a request from its publisher, one buffer at a time, and writes it. Used by
 * one thread.
 */
final class BodySender implements Flow.Subscriber<ByteBuffer> {

  /** What comes from the publisher. */
  sealed interface Item {
    record Content(ByteBuffer octets) implements Item {}

    record End() implements Item {}

    record Failure(Throwable cause) implements Item {}
  }

  private final BodyPublisher publisher;
  private final long length;
  private final ExchangeRecorder recorder;
  private final LinkedBlockingQueue<Item> items = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;
  private long taken;

  BodySender(BodyPublisher publisher, ExchangeRecorder recorder) {
    this.publisher = publisher;
    this.length = publisher.contentLength();
    this.recorder = recorder;
  }

  /** The content's length; 0 if there is none, -1 if it is unknown. */
  long length() {
    return length;
  }

  /** What a publisher gives at once, which is then sent together with the header section. */
  ByteBuffer first() throws IOException {
    publisher.subscribe(this);
    Item first = items.poll();
    return switch (first) {
      case Item.Content(ByteBuffer octets) -> counted(octets);
      case Item.Failure(Throwable cause) -> throw failed(cause);
      case Item.End end -> {
        items.add(end);
        yield ByteBuffer.allocate(0);
      }
      case null -> ByteBuffer.allocate(0);
    };
  }

  /** Whether everything was taken from the publisher, by its content length. */
  boolean complete() {
    return length >= 0 && taken == length;
  }

  /**
   * Writes what is left.
   *
   * @throws IOException if the publisher failed or gave another number of octets than it said
   */
  void send(ClientExchange exchange) throws IOException, InterruptedException {
    while (!complete()) {
      switch (items.take()) {
        case Item.Content(ByteBuffer octets) -> {
          ByteBuffer content = counted(octets);
          exchange.write(content, complete());
          if (complete()) {
            return;
          }
        }
        case Item.End _ -> {
          if (length > taken) {
            throw new IOException(
                "too few octets from the body publisher: " + taken + " of " + length);
          }
          if (length < 0) {
            exchange.write(ByteBuffer.allocate(0), true);
          }
          return;
        }
        case Item.Failure(Throwable cause) -> throw failed(cause);
      }
    }
  }

  void cancel() {
    Flow.Subscription mine = subscription;
    if (mine != null) {
      mine.cancel();
    }
  }

  private ByteBuffer counted(ByteBuffer octets) throws IOException {
    taken += octets.remaining();
    recorder.sentBody(octets.remaining());
    ask();
    boolean more = items.peek() instanceof Item.Content(ByteBuffer next) && next.hasRemaining();
    if (length >= 0 && (taken > length || (taken == length && more))) {
      cancel();
      throw new IOException("too many octets from the body publisher: more than " + length);
    }
    return octets;
  }

  private void ask() {
    Flow.Subscription mine = subscription;
    if (mine != null) {
      mine.request(1);
    }
  }

  private static IOException failed(Throwable cause) {
    return cause instanceof IOException io
        ? io
        : new IOException("the body publisher failed: " + cause.getMessage(), cause);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    if (this.subscription != null) {
      subscription.cancel();
      return;
    }
    this.subscription = subscription;
    subscription.request(1);
  }

  @Override
  public void onNext(ByteBuffer octets) {
    items.add(new Item.Content(octets));
  }

  @Override
  public void onError(Throwable failure) {
    items.add(new Item.Failure(failure));
  }

  @Override
  public void onComplete() {
    items.add(new Item.End());
  }
}
