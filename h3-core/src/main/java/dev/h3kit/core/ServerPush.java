package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.OctetBuffer;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One push on the server: a promised request, answered on a push stream (RFC 9114 §4.6). */
final class ServerPush implements ServerExchange {
  private static final HeaderWeight NOTHING = new HeaderWeight(0, 0, 0, 0);

  private final Http3Connection connection;
  private final long pushId;
  private final RequestHead request;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Runnable> abortActions = new ArrayList<>();
  private @Nullable RequestStream stream;
  private @Nullable Turn turn;
  private @Nullable Priority update;
  private boolean refused;
  private boolean givenUp;

  ServerPush(Http3Connection connection, long pushId, RequestHead request) {
    this.connection = connection;
    this.pushId = pushId;
    this.request = request;
  }

  long pushId() {
    return pushId;
  }

  /** Opens the push stream, lets the handler answer, ends what it left open. */
  void serve(Http3Server.Handler handler) {
    try {
      if (open()) {
        handler.handle(this);
      }
    } catch (Exception e) {
      RequestStream opened = stream();
      if (opened == null || !opened.writer().ended()) {
        connection.requestFailed(streamId(), e);
      }
    } finally {
      abort(Http3Error.H3_REQUEST_CANCELLED);
    }
  }

  private boolean open() throws IOException {
    // RFC 9114 §7.2.3: "If the server has not yet created a push stream, it does not create one."
    if (over()) {
      return false;
    }
    Deadline deadline = Deadline.after(connection.limits().idle());
    Stream opened = connection.transport().openUnidirectional(deadline);
    // RFC 9114 §6.2.2: "A push stream is indicated by a stream type of 0x01, followed by the push
    // ID of the promise that it fulfills".
    OctetBuffer header = new OctetBuffer(9);
    VarInt.write(header, UnidirectionalStreams.PUSH);
    VarInt.write(header, pushId);
    Turn paced = connection.priorities().scheduler().turn(opened);
    paced.requested(request);
    RequestStream pushing = RequestStream.pushing(connection, opened, paced);
    List<Runnable> actions;
    Priority said;
    lock.lock();
    try {
      stream = pushing;
      turn = paced;
      said = update;
      actions = List.copyOf(abortActions);
    } finally {
      lock.unlock();
    }
    if (said != null) {
      paced.updated(said);
    }
    actions.forEach(pushing::onAbort);
    if (over()) {
      pushing.abort(Http3Error.H3_REQUEST_CANCELLED);
      return false;
    }
    pushing.writing(_ -> opened.write(header.array(), 0, header.length(), deadline));
    return true;
  }

  private boolean over() {
    lock.lock();
    try {
      return refused || givenUp;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable RequestStream stream() {
    lock.lock();
    try {
      return stream;
    } finally {
      lock.unlock();
    }
  }

  private RequestStream opened() {
    RequestStream opened = stream();
    if (opened == null) {
      throw new IllegalStateException("the push stream is not open yet");
    }
    return opened;
  }

  /** The client says how urgent it is. */
  void prioritize(Priority priority) {
    Turn paced;
    lock.lock();
    try {
      update = priority;
      paced = turn;
    } finally {
      lock.unlock();
    }
    if (paced != null) {
      paced.updated(priority);
    }
  }

  /** The client does not want the push. */
  void refused() {
    RequestStream opened;
    List<Runnable> actions;
    lock.lock();
    try {
      refused = true;
      opened = stream;
      actions = opened == null ? List.copyOf(abortActions) : List.of();
    } finally {
      lock.unlock();
    }
    if (opened == null) {
      actions.forEach(Runnable::run);
    } else {
      // RFC 9114 §7.2.3: "If the push stream is open, the server SHOULD abruptly terminate that
      // stream."
      opened.abort(Http3Error.H3_REQUEST_CANCELLED);
      opened.aborted();
    }
  }

  @Override
  public long streamId() {
    RequestStream opened = stream();
    return opened == null ? -1 : opened.stream().id();
  }

  @Override
  public RequestHead request() {
    return request;
  }

  @Override
  public ConnectionInfo connection() {
    return connection.info();
  }

  @Override
  public boolean mayPush() {
    return false;
  }

  @Override
  public boolean push(RequestHead promised, Http3Server.Handler handler) {
    return false;
  }

  @Override
  public void sendInterim(ResponseHead head) throws IOException {
    if (!head.interim() || head.status() == 101) {
      throw new IllegalArgumentException(head.status() + " is no interim response of HTTP/3");
    }
    opened().writing(writer -> writer.interim(head.toFieldLines()));
  }

  @Override
  public void send(ResponseHead head, ByteBuffer content, boolean last) throws IOException {
    if (head.interim()) {
      throw new IllegalArgumentException(head.status() + " is an interim response");
    }
    RequestStream opened = opened();
    Turn paced;
    lock.lock();
    try {
      paced = turn;
    } finally {
      lock.unlock();
    }
    if (paced != null) {
      paced.responded(head.fields());
    }
    opened.writing(writer -> writer.head(head.toFieldLines(), content, last));
  }

  @Override
  public Tunnel tunnel(ResponseHead head) {
    throw new IllegalStateException("a push is no CONNECT");
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    return -1;
  }

  @Override
  public boolean readable() {
    return true;
  }

  @Override
  public List<FieldLine> trailers() {
    return List.of();
  }

  @Override
  public void write(ByteBuffer content, boolean last) throws IOException {
    opened().write(content, last);
  }

  @Override
  public void writeTrailers(List<FieldLine> trailers) throws IOException {
    opened().writeTrailers(trailers);
  }

  @Override
  public void stopReading(Http3Error error) {}

  @Override
  public void abort(Http3Error error) {
    RequestStream opened;
    lock.lock();
    try {
      opened = stream;
      if (refused || givenUp || (opened != null && opened.writer().ended())) {
        return;
      }
      givenUp = true;
    } finally {
      lock.unlock();
    }
    if (opened != null) {
      opened.abort(error);
      if (opened.stream().peerStopCode().isPresent()) {
        return;
      }
    }
    // RFC 9114 §7.2.3: "Regardless of whether a push stream has been opened, a server SHOULD send a
    // CANCEL_PUSH frame when it determines that promise will not be fulfilled."
    connection.control(control -> control.cancelPush(pushId));
  }

  @Override
  public void onAbort(Runnable action) {
    RequestStream opened;
    boolean now;
    lock.lock();
    try {
      opened = stream;
      now = refused;
      if (opened == null && !now) {
        abortActions.add(action);
      }
    } finally {
      lock.unlock();
    }
    if (opened != null) {
      opened.onAbort(action);
    } else if (now) {
      action.run();
    }
  }

  @Override
  public HeaderWeight weight() {
    RequestStream opened = stream();
    return opened == null ? NOTHING : opened.weight();
  }

  @Override
  public List<TableStats> tables() {
    return connection.sections().stats();
  }
}
