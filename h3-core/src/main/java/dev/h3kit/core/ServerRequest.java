package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * One request on the server: reads its head, lets the handler answer, ends what the handler left
 * open.
 */
final class ServerRequest implements ServerExchange {
  /**
   * How long to wait for the end of a request whose response is complete before it is no longer
   * read.
   */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private static final RequestHead NONE =
      new RequestHead("GET", "https", "localhost", "/", null, List.of());

  private final RequestStream stream;
  private final Turn turn;
  private final ServerPushes pushes;
  private volatile boolean processed;
  private RequestHead request = NONE;

  ServerRequest(Http3Connection connection, Stream stream, ServerPushes pushes) {
    this.turn = connection.priorities().opened(stream);
    this.stream =
        RequestStream.of(
            connection,
            stream,
            NoPromises.FROM_CLIENT,
            turn,
            () -> connection.priorities().over(stream.id()));
    this.pushes = pushes;
  }

  /** Serves the request from its first octet to its end. */
  void serve(Http3Server.Handler handler) {
    Deadline deadline = Deadline.after(stream.connection().limits().headerDeadline());
    if (takenByExtension(deadline)) {
      return;
    }
    try {
      if (readHead(deadline)) {
        Http3Server.Handler chosen =
            Connects.isConnect(request) ? extensions().connectHandler(request) : handler;
        chosen.handle(this);
        afterHandler();
      }
    } catch (Exception e) {
      if (Connects.isConnect(request)
          && request.protocol() == null
          && e instanceof IOException
          && !(e instanceof Http3Exception)) {
        // RFC 9114 §4.4: "A proxy treats any error in the TCP connection, which includes receiving
        // a
        // TCP segment with the RST bit set, as a stream error of type H3_CONNECT_ERROR."
        abort(Http3Error.H3_CONNECT_ERROR);
      }
      // What the stream or the peer did was acted on where it happened; the rest is the handler's
      // failure.
      if (!stream.writer().ended()) {
        stream.connection().requestFailed(streamId(), e);
      }
    } finally {
      abort(Http3Error.H3_INTERNAL_ERROR);
    }
  }

  private Extensions extensions() {
    return stream.connection().extensions();
  }

  /** Hands the stream over if it begins with the signal of an extension. */
  private boolean takenByExtension(Deadline deadline) {
    if (!extensions().takesSignals()) {
      return false;
    }
    try {
      long signal = stream.reading(() -> stream.reader().signal(deadline));
      ExtensionPoint.StreamHandler taker = extensions().ofSignal(signal);
      if (taker == null) {
        return false;
      }
      FrameReader input = stream.reader().frames();
      input.streamType();
      stream.connection().datagrams().end(streamId());
      extensions().hand(stream.stream(), input, taker);
    } catch (Http3Exception.OfConnection e) {
      stream.connection().fail(e);
    } catch (IOException e) {
      abort(Http3Error.H3_REQUEST_CANCELLED);
    }
    return true;
  }

  private boolean readHead(Deadline deadline) throws IOException {
    try {
      List<FieldLine> lines = stream.reading(() -> stream.reader().head(deadline));
      if (lines == null) {
        // RFC 9114 §4.1: "If a client-initiated stream terminates without enough of the HTTP
        // message to provide a complete response, the server SHOULD abort its response stream with
        // the error code H3_REQUEST_INCOMPLETE."
        abort(Http3Error.H3_REQUEST_INCOMPLETE);
        return false;
      }
      request =
          stream.reading(() -> {
            RequestHead head = RequestHead.parse(lines);
            CapsuleProtocol.check(head);
            stream.datagrams().decide(extensions().datagrams(head.protocol()));
            if (Connects.isConnect(head)) {
              stream.reader().beginTunnel();
            } else {
              stream.reader().beginContent(FieldRules.contentLength(head.fields()));
            }
            return head;
          });
      turn.requested(request);
      return true;
    } catch (MessageReader.HeadTooLargeException _) {
      refuse();
      return false;
    }
  }

  private void refuse() throws IOException {
    // RFC 9114 §4.2.2: "A server that receives a larger field section than it is willing to handle
    // can
    // send an HTTP 431 (Request Header Fields Too Large) status code".
    stream.stopReading(Http3Error.H3_EXCESSIVE_LOAD);
    stream.connection().countGlitch("field section above the limit", FrameType.HEADERS);
    send(
        new ResponseHead(431, List.of(new FieldLine("content-length", "0"))),
        ByteBuffer.allocate(0),
        true);
  }

  private void afterHandler() throws IOException {
    if (!stream.writer().ended()) {
      return;
    }
    // RFC 9114 §4.1: "When a server does not need to receive the remainder of the request, it MAY
    // abort
    // reading the request stream, send a complete response, and cleanly close the sending part of
    // the
    // stream. The error code H3_NO_ERROR SHOULD be used when requesting that the client stop
    // sending".
    if (stream.reader().moreContentKnown()) {
      stopReading(Http3Error.H3_NO_ERROR);
    } else if (!stream.reader().ended()
        && !stream.reading(() -> stream.reader().skipToEnd(Deadline.after(LINGER)))) {
      stopReading(Http3Error.H3_NO_ERROR);
    }
  }

  @Override
  public long streamId() {
    return stream.stream().id();
  }

  @Override
  public RequestHead request() {
    return request;
  }

  @Override
  public ConnectionInfo connection() {
    return stream.connection().info();
  }

  @Override
  public boolean mayPush() {
    return pushes.open() && !stream.writer().ended();
  }

  @Override
  public boolean push(RequestHead promised, Http3Server.Handler handler) throws IOException {
    return pushes.push(stream, request, promised, handler);
  }

  @Override
  public void sendInterim(ResponseHead head) throws IOException {
    if (!head.interim() || head.status() == 101) {
      throw new IllegalArgumentException(head.status() + " is no interim response of HTTP/3");
    }
    processed = true;
    stream.writing(writer -> writer.interim(head.toFieldLines()));
  }

  @Override
  public void send(ResponseHead head, ByteBuffer content, boolean last) throws IOException {
    if (head.interim()) {
      throw new IllegalArgumentException(head.status() + " is an interim response");
    }
    boolean accepting = Connects.isConnect(request) && Connects.accepts(head);
    if (Connects.isConnect(request)) {
      CapsuleProtocol.requireLegal(head);
    }
    if (accepting) {
      Connects.requireAcceptance(head);
    }
    turn.responded(head.fields());
    processed = true;
    stream.writing(writer -> writer.head(head.toFieldLines(), content, last));
    if (accepting) {
      stream.beginTunnel();
    }
  }

  @Override
  public ExchangeDatagrams datagrams() {
    return stream.datagrams().require();
  }

  @Override
  public Tunnel tunnel(ResponseHead head) throws IOException {
    if (!Connects.isConnect(request)) {
      throw new IllegalStateException(request.method() + " makes no tunnel");
    }
    Connects.requireAcceptance(head);
    send(head, ByteBuffer.allocate(0), false);
    return stream.tunnel();
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    processed = true;
    return stream.read(buffer, offset, length);
  }

  @Override
  public boolean readable() {
    return stream.reader().ready();
  }

  @Override
  public List<FieldLine> trailers() {
    return stream.reader().trailers();
  }

  @Override
  public void write(ByteBuffer content, boolean last) throws IOException {
    stream.write(content, last);
  }

  @Override
  public void writeTrailers(List<FieldLine> trailers) throws IOException {
    stream.writeTrailers(trailers);
  }

  @Override
  public void stopReading(Http3Error error) {
    stream.stopReading(error);
  }

  @Override
  public void abort(Http3Error error) {
    // RFC 9114 §4.1.1: "Servers MUST NOT use the H3_REQUEST_REJECTED error code for requests that
    // were partially or fully processed. When a server abandons a response after partial
    // processing, it SHOULD abort its response stream with the error code H3_REQUEST_CANCELLED."
    boolean late = error == Http3Error.H3_REQUEST_REJECTED && processed;
    stream.abort(late ? Http3Error.H3_REQUEST_CANCELLED : error);
  }

  @Override
  public void onAbort(Runnable action) {
    stream.onAbort(action);
  }

  @Override
  public HeaderWeight weight() {
    return stream.weight();
  }

  @Override
  public List<TableStats> tables() {
    return stream.connection().sections().stats();
  }
}
