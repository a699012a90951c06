package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** One request on the client. */
final class ClientRequest implements ClientExchange {
  private final RequestStream stream;
  private final RequestHead head;
  private volatile boolean rejected;

  ClientRequest(Http3Connection connection, Stream stream, RequestHead head, Runnable onOver) {
    this.stream = new RequestStream(connection, stream, Pace.NONE, onOver);
    this.head = head;
  }

  void send(ByteBuffer content, boolean last) throws IOException {
    stream.writing(writer -> writer.head(head.toFieldLines(), content, last));
  }

  /**
   * The server will not process this request (RFC 9114 §5.2): it may be sent again on another
   * connection.
   */
  void reject() {
    rejected = true;
    stream.abort(Http3Error.H3_REQUEST_CANCELLED);
  }

  @Override
  public ResponseHead response(Consumer<ResponseHead> interim, Deadline deadline)
      throws IOException {
    int left = stream.connection().limits().interimResponses();
    while (true) {
      ResponseHead response = nextHead(deadline);
      if (!response.interim()) {
        return response;
      }
      if (--left < 0) {
        throw stream.act(
            Http3Exception.stream(
                Http3Error.H3_EXCESSIVE_LOAD, "10.5", "more interim responses than the limit"));
      }
      interim.accept(response);
    }
  }

  private ResponseHead nextHead(Deadline deadline) throws IOException {
    try {
      return stream.reading(() -> {
        List<FieldLine> lines = stream.reader().head(deadline);
        if (lines == null) {
          // RFC 9114 §4.1: "The first response [...] MUST be" there: a response that ends before
          // its
          // final header section is malformed.
          throw FieldRules.malformed("4.1", "the stream ended without a response");
        }
        ResponseHead response = ResponseHead.parse(lines);
        if (Connects.isConnect(head) && Connects.accepts(response)) {
          stream.beginTunnel();
        } else if (!response.interim()) {
          stream.reader().beginContent(contentLength(response));
        }
        return response;
      });
    } catch (MessageReader.HeadTooLargeException e) {
      stream.abort(Http3Error.H3_EXCESSIVE_LOAD);
      throw new Http3Exception.OfStream(
          Http3Error.H3_EXCESSIVE_LOAD.code(), false, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw told(e);
    }
  }

  // RFC 9114 §4.1.2: a response "that is defined as never having content [...] can have a non-zero
  // Content-Length header field even though no content is included in DATA frames."
  private long contentLength(ResponseHead response) throws Http3Exception.OfStream {
    boolean never =
        head.method().equals("HEAD") || response.status() == 204 || response.status() == 304;
    return never ? -1 : FieldRules.contentLength(response.fields());
  }

  private IOException told(IOException e) {
    if (!rejected) {
      return e;
    }
    return new Http3Exception.OfStream(
        Http3Error.H3_REQUEST_REJECTED.code(),
        true,
        "the server is going away and did not process the request; it may be sent again",
        e);
  }

  @Override
  public Tunnel tunnel() {
    return stream.tunnel();
  }

  @Override
  public void updatePriority(Priority priority) throws IOException {
    stream.connection().priorityUpdate(streamId(), priority);
  }

  @Override
  public long streamId() {
    return stream.stream().id();
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return stream.read(buffer, offset, length);
    } catch (IOException e) {
      throw told(e);
    }
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
    try {
      stream.write(content, last);
    } catch (IOException e) {
      throw told(e);
    }
  }

  @Override
  public void writeTrailers(List<FieldLine> trailers) throws IOException {
    stream.writeTrailers(trailers);
  }

  @Override
  public void stopSending(Http3Error error) {
    stream.stopSending(error);
  }

  @Override
  public void stopReading(Http3Error error) {
    stream.stopReading(error);
  }

  @Override
  public void abort(Http3Error error) {
    stream.abort(error);
  }

  @Override
  public void onAbort(Runnable action) {
    stream.onAbort(action);
  }

  @Override
  public HeaderWeight weight() {
    return stream.weight();
  }
}
