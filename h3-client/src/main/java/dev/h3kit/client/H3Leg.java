package dev.h3kit.client;

import dev.h3kit.client.ExchangeRecorder.Moment;
import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.PushHandler;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.transport.ConnectionClosedException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Carries a hop over an HTTP/3 connection, on the calling thread. */
final class H3Leg<T> {
  // RFC 9110 §10.1.1: "A client that sends a 100-continue expectation is not required to wait for
  // any specific length of time"; curl waits a second.
  private static final long CONTINUE_WAIT_MILLIS = 1000;

  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

  // RFC 9110 §15.5.20: 421 (Misdirected Request).
  private static final int MISDIRECTED = 421;

  // How long a request waits for the server to allow one more stream.
  private static final Duration STREAM_WAIT = Duration.ofSeconds(60);

  /** Where a request that may be sent again goes. */
  enum Elsewhere {
    /** On another connection, if need be. */
    ANY,
    /** The server wants another HTTP version. */
    TCP,
    /** The server is not the origin's: on a connection made for the origin. */
    OWN
  }

  /**
   * The server certainly did not process the request, or it does not matter whether it did: it may
   * be sent again.
   */
  static final class NotProcessed extends Exception {
    private static final long serialVersionUID = 1L;

    private final IOException failure;
    private final Elsewhere elsewhere;

    NotProcessed(IOException failure, Elsewhere elsewhere) {
      super(failure);
      this.failure = failure;
      this.elsewhere = elsewhere;
    }

    IOException failure() {
      return failure;
    }

    Elsewhere elsewhere() {
      return elsewhere;
    }
  }

  /** The head of a response. */
  record Received(int statusCode, HttpHeaders headers) implements ResponseInfo {
    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_2;
    }
  }

  private final Hop<T> hop;
  private final H3Link link;
  private final boolean detour;
  private final Deadline deadline;
  private final CountDownLatch mayContinue = new CountDownLatch(1);
  private final CountDownLatch responseOver = new CountDownLatch(1);
  private final AtomicReference<@Nullable IOException> bodyFailure = new AtomicReference<>();
  private volatile boolean finalHead;

  /**
   * @param detour whether the connection may be to somebody else than the origin: it was made for
   *     another one or goes to an alternative
   */
  H3Leg(Hop<T> hop, H3Link link, boolean detour) {
    this.hop = hop;
    this.link = link;
    this.detour = detour;
    this.deadline = hop.call().deadline();
  }

  /**
   * Sends the request and gives the response to the hop; returns when its body was read, failed or
   * was cancelled.
   *
   * @return the answer without its body
   */
  Answer<T> run() throws IOException, NotProcessed {
    ExchangeRecorder recorder = hop.recorder();
    ConnectionInfo info = link.info();
    recorder.peer(info.local(), info.remote(), info.peerCertificates());
    WireRequest wire = hop.wire(HttpClient.Version.HTTP_2);
    BodyPublisher publisher = hop.request().bodyPublisher().orElseGet(BodyPublishers::noBody);
    BodySender sender = new BodySender(publisher, recorder);
    boolean hasBody = sender.length() != 0;
    boolean waits = hasBody && wire.expectContinue();
    ByteBuffer first = hasBody && !waits ? sender.first() : ByteBuffer.allocate(0);
    boolean last = !hasBody || (!waits && sender.complete());
    Deadline streamDeadline = Deadline.after(STREAM_WAIT).or(deadline);
    ClientExchange exchange;
    try {
      exchange =
          link.send(
              H3Messages.head(wire, sender.length()), first, last, streamDeadline, pushes(info));
    } catch (Http3Exception.OfConnection e) {
      sender.cancel();
      if (unsent(e)) {
        throw new NotProcessed(e, Elsewhere.ANY);
      }
      throw Failures.exchanging(e);
    } catch (IOException e) {
      sender.cancel();
      throw Failures.exchanging(e);
    }
    recorder.carriedBy(exchange);
    Runnable forget = hop.call().onAbort(() -> exchange.abort(Http3Error.H3_REQUEST_CANCELLED));
    @Nullable Thread writer = null;
    try {
      if (last) {
        recorder.reached(Moment.REQUEST_SENT);
      } else {
        writer = Thread.ofVirtual().name("h3kit-body").start(() -> write(exchange, sender, waits));
      }
      respond(exchange, info);
      return answer(null, info);
    } finally {
      forget.run();
      if (writer != null) {
        // A writer that still runs when the response is over goes on by itself: RFC 9114 §4.1 lets
        // a server answer before it has the whole request. One that never began gives up.
        mayContinue.countDown();
        responseOver.countDown();
      }
    }
  }

  private @Nullable PushHandler pushes(ConnectionInfo info) {
    PushPromiseHandler<T> handler = hop.push();
    return handler == null ? null : new PushedResponses<>(hop, handler, info);
  }

  /**
   * Whether a request that the connection did not take may be sent on another one. If the
   * connection was going away nothing was sent. If it broke, octets of the request may have left.
   */
  private boolean unsent(Http3Exception.OfConnection failure) {
    // RFC 9110 §9.2.2: "A client SHOULD NOT automatically retry a request with a non-idempotent
    // method unless it has some means to know that the request semantics are actually idempotent".
    return failure.getCause() == null || IDEMPOTENT.contains(hop.request().method());
  }

  /** Whether the connection is lost, and not because somebody made a mistake on it. */
  private static boolean brokeDown(IOException failure) {
    ConnectionClosedException closed = Failures.find(failure, ConnectionClosedException.class);
    if (closed == null) {
      return false;
    }
    long code = closed.termination().errorCode();
    return switch (closed.termination().kind()) {
      case IDLE, STATELESS_RESET, FAILURE -> true;
      case TRANSPORT -> code == 0;
      case APPLICATION ->
          code == Http3Error.H3_NO_ERROR.code() || code == Http3Error.H3_INTERNAL_ERROR.code();
    };
  }

  private void respond(ClientExchange exchange, ConnectionInfo info)
      throws IOException, NotProcessed {
    ResponseHead head;
    try {
      head =
          exchange.response(
              interim -> {
                if (interim.status() == 100) {
                  mayContinue.countDown();
                }
              },
              deadline);
    } catch (IOException e) {
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      IOException cause = bodyFailure.get();
      if (cause != null) {
        throw cause;
      }
      if (e instanceof Http3Exception failure) {
        // RFC 9114 §4.1.1: "Requests that were rejected [...] can be treated as though they had
        // never been sent at all".
        if (failure.code() == Http3Error.H3_REQUEST_REJECTED.code()) {
          throw new NotProcessed(e, Elsewhere.ANY);
        }
        if (failure.code() == Http3Error.H3_VERSION_FALLBACK.code() && failure.remote()) {
          throw new NotProcessed(e, Elsewhere.TCP);
        }
      }
      // RFC 9110 §9.2.2: "Idempotent methods are distinguished because the request can be repeated
      // automatically if a communication failure occurs before the client is able to read the
      // server's response."
      if (brokeDown(e) && IDEMPOTENT.contains(hop.request().method())) {
        throw new NotProcessed(e, Elsewhere.ANY);
      }
      throw Failures.exchanging(e);
    }
    finalHead = true;
    // RFC 9110 §15.5.20: "A client that receives a 421 (Misdirected Request) response MAY retry the
    // request, whether or not the request method is idempotent, over a different connection".
    if (head.status() == MISDIRECTED && detour) {
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      throw new NotProcessed(
          new IOException("the server says that it is not the origin's (421)"), Elsewhere.OWN);
    }
    HttpHeaders headers = H3Messages.headers(head.fields());
    BodySubscriber<T> subscriber;
    try {
      subscriber = hop.apply(new Received(head.status(), headers));
    } catch (RuntimeException e) {
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
      throw e;
    }
    if (hop.next() == null) {
      hop.call().answerWhen(subscriber.getBody(), body -> answer(body, info));
    }
    long expected =
        hop.request().method().equals("HEAD")
            ? 0
            : headers.firstValueAsLong("content-length").orElse(-1);
    new BodyPump(exchange, subscriber, expected).run();
  }

  private Answer<T> answer(@Nullable T body, ConnectionInfo info) {
    return hop.answer(
        body,
        HttpProtocol.HTTP_3,
        Optional.of(new QuicSession(info, hop.request().uri().getHost())),
        Optional.of("h3-" + info.id()));
  }

  private void write(ClientExchange exchange, BodySender sender, boolean waits) {
    try {
      if (waits) {
        var _ = mayContinue.await(CONTINUE_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        if (finalHead) {
          // The final response came instead of a 100: the content is not wanted. A server that
          // still
          // answers may take a reset for a cancellation, so it may finish first.
          responseOver.await();
          exchange.stopSending(Http3Error.H3_NO_ERROR);
          return;
        }
        ByteBuffer first = sender.first();
        if (first.hasRemaining()) {
          exchange.write(first, sender.complete());
        }
      }
      sender.send(exchange);
      hop.recorder().reached(Moment.REQUEST_SENT);
    } catch (Http3Exception e) {
      // The stream is over, or the server wants no more of the request (RFC 9114 §4.1); the reading
      // side finds out which.
      sender.cancel();
    } catch (IOException | InterruptedException | RuntimeException e) {
      bodyFailure.set(e instanceof IOException io ? io : new IOException(Failures.message(e), e));
      sender.cancel();
      exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
    }
  }
}
