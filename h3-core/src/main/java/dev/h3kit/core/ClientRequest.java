package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;

/** One request on the client. */
final class ClientRequest implements ClientExchange {
  private final RequestStream stream;
  private final RequestHead head;
  private volatile boolean rejected;

  ClientRequest(
      Http3Connection connection,
      Stream stream,
      RequestHead head,
      MessageReader.Promises promises,
      Runnable onOver) {
    this.stream = RequestStream.of(connection, stream, promises, Pace.NONE, onOver);
    this.head = head;
    this.stream.datagrams().decide(head.protocol() != null);
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
    try {
      ResponseReader responses =
          new ResponseReader(
              stream, head.method(), Connects.isConnect(head) ? Connects::accepts : _ -> false);
      return responses.response(interim, deadline);
    } catch (IOException e) {
      throw told(e);
    }
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
  public ExchangeDatagrams datagrams() {
    return stream.datagrams().require();
  }

  @Override
  public Tunnel tunnel() {
    return stream.tunnel();
  }

  @Override
  public void updatePriority(Priority priority) throws IOException {
    stream.connection().priorityUpdate(FrameType.PRIORITY_UPDATE, streamId(), priority);
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
    // RFC 9114 §4.1.1: "Clients MUST NOT use the H3_REQUEST_REJECTED error code, except when a
    // server has requested closure of the request stream with this error code."
    boolean rejecting = error == Http3Error.H3_REQUEST_REJECTED;
    stream.abort(rejecting ? Http3Error.H3_REQUEST_CANCELLED : error);
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
