package dev.h3kit.server;

import dev.h3kit.core.Http3Error;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The bridge between one {@link ServerExchange}, whose reads and writes block, and Jetty's
 * asynchronous {@link HttpStream}.
 *
 * <p>A virtual thread may block in a write or in a read that will probably not wait; work that
 * comes on a platform thread, or that would wait for the peer, is moved to a virtual thread of its
 * own. So no thread of Jetty's pool ever waits for a client.
 */
final class Http3Stream implements HttpStream {
  private static final int READ_BUFFER = 32 << 10;

  private final Http3Connector connector;
  private final ServerExchange exchange;
  private final HttpChannel channel;
  private final CountDownLatch over = new CountDownLatch(1);

  /** Promises that go out with what the handler sends next. */
  private final Queue<MetaData.Request> promises = new ConcurrentLinkedQueue<>();

  private final ReentrantLock lock = new ReentrantLock();
  private Content.@Nullable Chunk chunk;
  private boolean filling;
  private boolean discarding;
  private boolean sending;
  private @Nullable Runnable afterSend;

  private volatile boolean committed;
  private volatile long idleTimeout;
  private volatile long progress = System.nanoTime();
  private MetaData.@Nullable Response response;

  Http3Stream(Http3Connector connector, ServerExchange exchange) {
    this.connector = connector;
    this.exchange = exchange;
    this.idleTimeout = connector.getIdleTimeout();
    this.channel = connector.newChannel(exchange);
  }

  /** Handles the request; returns when the exchange is over. */
  void run() throws InterruptedException {
    channel.setHttpStream(this);
    channel.initialize();
    exchange.onAbort(() -> onVirtualThread(this::aborted));
    Runnable task;
    try {
      MetaData.Request request = Http3Messages.request(exchange.request());
      task = channel.onRequest(request);
      HttpField expect = request.getHttpFields().getField(HttpHeader.EXPECT);
      if (expect != null && !HttpHeaderValue.CONTINUE.is(expect.getValue())) {
        // RFC 9110 §10.1.1: "MAY respond with a 417"
        throw new HttpException.RuntimeException(HttpStatus.EXPECTATION_FAILED_417);
      }
    } catch (RuntimeException e) {
      task = channel.onFailure(e);
    }
    if (task != null) {
      task.run();
    }
    awaitEnd();
  }

  /** Waits for handlers that answer later; this thread is their idle timer meanwhile. */
  private void awaitEnd() throws InterruptedException {
    while (over.getCount() > 0) {
      long limit = idleTimeout;
      if (limit <= 0) {
        over.await();
        return;
      }
      if (over.await(Math.max(1, limit - idleMillis()), TimeUnit.MILLISECONDS)) {
        return;
      }
      expire();
    }
  }

  private long idleMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - progress);
  }

  /** Tells the channel of an idle timeout, once for each: there may be two timers at work. */
  private void expire() {
    lock.lock();
    try {
      if (idleTimeout <= 0 || idleMillis() < idleTimeout) {
        return;
      }
      progress = System.nanoTime();
    } finally {
      lock.unlock();
    }
    run(channel.onIdleTimeout(new TimeoutException("idle for " + idleTimeout + " ms")).action());
  }

  /** The peer gave the exchange up, or the connection ended. */
  private void aborted() {
    run(channel.onRemoteFailure(new EofException("the client gave the request up")));
    over.countDown();
  }

  private static void run(@Nullable Runnable task) {
    if (task != null) {
      task.run();
    }
  }

  private void onVirtualThread(Runnable task) {
    Thread.ofVirtual().name("h3-stream-" + exchange.streamId()).start(task);
  }

  @Override
  public String getId() {
    return Long.toString(exchange.streamId());
  }

  @Override
  public Content.@Nullable Chunk read() {
    lock.lock();
    try {
      if (chunk != null) {
        Content.Chunk result = chunk;
        chunk = Content.Chunk.next(result);
        return result;
      }
      // Only a virtual thread may take the risk that the rest of a frame is not there yet.
      if (filling || !Thread.currentThread().isVirtual() || !exchange.readable()) {
        return null;
      }
      filling = true;
    } finally {
      lock.unlock();
    }
    Content.Chunk filled = fill();
    lock.lock();
    try {
      filling = false;
      chunk = Content.Chunk.next(filled);
    } finally {
      lock.unlock();
    }
    return filled;
  }

  @Override
  public void demand() {
    boolean there;
    lock.lock();
    try {
      there = chunk != null;
      if (!there && filling) {
        return;
      }
      filling = !there;
    } finally {
      lock.unlock();
    }
    if (there) {
      // Not on this thread, which may hold locks of the application.
      onVirtualThread(() -> run(channel.onContentAvailable()));
    } else {
      onVirtualThread(this::fillDemand);
    }
  }

  private void fillDemand() {
    progress = System.nanoTime();
    Scheduler.Task watch = watch();
    Content.Chunk filled = fill();
    watch.cancel();
    lock.lock();
    try {
      filling = false;
      if (discarding) {
        filled.release();
      } else {
        chunk = filled;
      }
    } finally {
      lock.unlock();
    }
    run(channel.onContentAvailable());
  }

  /** Reads what comes next; blocks. Whoever calls it has set {@link #filling}. */
  private Content.Chunk fill() {
    RetainableByteBuffer.Mutable pooled = connector.getByteBufferPool().acquire(READ_BUFFER, false);
    try {
      ByteBuffer buffer = pooled.getByteBuffer();
      int capacity = buffer.capacity();
      int read = exchange.read(buffer.array(), buffer.arrayOffset(), capacity);
      progress = System.nanoTime();
      if (read < 0) {
        pooled.release();
        return end();
      }
      buffer.position(0).limit(read);
      return Content.Chunk.asChunk(buffer, false, pooled);
    } catch (IOException | RuntimeException e) {
      pooled.release();
      return Content.Chunk.from(e, true);
    }
  }

  private Content.Chunk end() {
    List<FieldLine> trailers = exchange.trailers();
    return trailers.isEmpty()
        ? Content.Chunk.EOF
        : new Trailers(Http3Messages.fields(trailers).asImmutable());
  }

  /**
   * Drops the rest of the content; no failure, because an HTTP/3 response can be complete before
   * the request is (RFC 9114 §4.1).
   */
  @Override
  public @Nullable Throwable consumeAvailable() {
    lock.lock();
    try {
      discarding = true;
      if (chunk != null) {
        chunk.release();
      }
      chunk = Content.Chunk.EOF;
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Remembers what to promise: the promise is written by the thread that sends next, so that it
   * never stands within something else. A push is advice: one that the client does not allow, or
   * that cannot be pushed, is dropped.
   */
  @Override
  public void push(MetaData.Request resource) {
    if (exchange.mayPush() && promises.size() < connector.limits().pushes()) {
      promises.add(resource);
    }
  }

  private void promise() throws IOException {
    MetaData.Request resource = promises.poll();
    while (resource != null) {
      try {
        var _ =
            exchange.push(Http3Messages.promised(resource, exchange.request()), connector::answer);
      } catch (IllegalArgumentException _) {
        // Not GET or HEAD, or for another authority: advice that cannot be followed.
      }
      resource = promises.poll();
    }
  }

  @Override
  public void prepareResponse(HttpFields.Mutable headers) {}

  @Override
  public void send(
      MetaData.Request request,
      MetaData.@Nullable Response head,
      boolean last,
      @Nullable ByteBuffer content,
      Callback callback) {
    ByteBuffer octets =
        content == null || HttpMethod.HEAD.is(request.getMethod())
            ? BufferUtil.EMPTY_BUFFER
            : content;
    if (Thread.currentThread().isVirtual()) {
      sendNow(request, head, last, octets, callback);
    } else {
      onVirtualThread(() -> sendNow(request, head, last, octets, callback));
    }
  }

  private void sendNow(
      MetaData.Request request,
      MetaData.@Nullable Response head,
      boolean last,
      ByteBuffer content,
      Callback callback) {
    lock.lock();
    try {
      sending = true;
    } finally {
      lock.unlock();
    }
    Throwable failure = null;
    progress = System.nanoTime();
    Scheduler.Task watch = watch();
    try {
      promise();
      if (head != null) {
        sendHead(request, head, last, content);
      } else {
        sendContent(content, last);
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
    watch.cancel();
    progress = System.nanoTime();
    Runnable cancelled;
    lock.lock();
    try {
      sending = false;
      cancelled = afterSend;
      afterSend = null;
    } finally {
      lock.unlock();
    }
    if (failure == null) {
      callback.succeeded();
    } else {
      callback.failed(failure);
    }
    run(cancelled);
  }

  private void sendHead(
      MetaData.Request request, MetaData.Response head, boolean last, ByteBuffer content)
      throws IOException {
    if (HttpStatus.isInterim(head.getStatus())) {
      exchange.sendInterim(Http3Messages.response(head, -1));
      return;
    }
    committed = true;
    response = head;
    HttpFields trailers = last ? trailers() : null;
    boolean lengthKnown =
        last
            && trailers == null
            && !HttpMethod.HEAD.is(request.getMethod())
            && !HttpStatus.hasNoBody(head.getStatus());
    exchange.send(
        Http3Messages.response(head, lengthKnown ? content.remaining() : -1),
        content,
        last && trailers == null);
    if (trailers != null) {
      exchange.writeTrailers(Http3Messages.trailers(trailers));
    }
  }

  private void sendContent(ByteBuffer content, boolean last) throws IOException {
    HttpFields trailers = last ? trailers() : null;
    if (content.hasRemaining() || (last && trailers == null)) {
      exchange.write(content, last && trailers == null);
    }
    if (trailers != null) {
      exchange.writeTrailers(Http3Messages.trailers(trailers));
    }
  }

  private @Nullable HttpFields trailers() {
    if (response == null || response.getTrailersSupplier() == null) {
      return null;
    }
    HttpFields trailers = response.getTrailersSupplier().get();
    return trailers == null || trailers.size() == 0 ? null : trailers;
  }

  @Override
  public Runnable cancelSend(Throwable cause, Callback appCallback) {
    return () -> {
      // Releases the thread that is blocked in the write; its buffer is in use until then.
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      lock.lock();
      try {
        if (sending) {
          afterSend = () -> appCallback.failed(cause);
          return;
        }
      } finally {
        lock.unlock();
      }
      appCallback.failed(cause);
    };
  }

  @Override
  public long getIdleTimeout() {
    return idleTimeout;
  }

  @Override
  public void setIdleTimeout(long idleTimeoutMs) {
    idleTimeout = idleTimeoutMs;
  }

  /**
   * Guards a read or write that blocks, where this stream's idle timeout is shorter than the
   * connection's, which guards it anyway.
   */
  private Scheduler.Task watch() {
    long limit = idleTimeout;
    if (limit <= 0 || limit >= connector.getIdleTimeout()) {
      return () -> true;
    }
    return connector
        .getScheduler()
        .schedule(() -> onVirtualThread(this::expire), limit + 1, TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean isCommitted() {
    return committed;
  }

  /** The response is out; what the client still sends is Http3Server's to end. */
  @Override
  public void succeeded() {
    over.countDown();
  }

  @Override
  public void failed(Throwable failure) {
    // RFC 9114 §4.1.1: "When a server abandons a response after partial processing, it SHOULD abort
    // its response stream with the error code H3_REQUEST_CANCELLED."
    exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
    over.countDown();
  }
}
