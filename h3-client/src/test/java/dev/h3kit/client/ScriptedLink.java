package dev.h3kit.client;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Priority;
import dev.h3kit.core.PushHandler;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection whose answers a test writes down beforehand: one for each request. */
final class ScriptedLink implements H3Link {

  /** What becomes of a request. */
  sealed interface Step {
    /** It is not taken. */
    record Refuse(IOException failure) implements Step {}

    /** It is taken and fails instead of a response. */
    record Fail(IOException failure) implements Step {}

    /** It is answered. */
    record Answer(int status) implements Step {}
  }

  final List<RequestHead> requests = new ArrayList<>();
  final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Deque<Step> script;
  private volatile boolean open = true;

  ScriptedLink(Step... script) {
    this.script = new ArrayDeque<>(List.of(script));
  }

  @Override
  public ClientExchange send(
      RequestHead head,
      ByteBuffer content,
      boolean last,
      Deadline deadline,
      @Nullable PushHandler pushes)
      throws IOException {
    requests.add(head);
    Step step = script.isEmpty() ? new Step.Answer(200) : script.removeFirst();
    return switch (step) {
      case Step.Refuse(IOException failure) -> {
        open = false;
        throw failure;
      }
      case Step.Fail(IOException failure) -> new Exchanged(failure, 0);
      case Step.Answer(int status) -> new Exchanged(new IOException("no failure"), status);
    };
  }

  @Override
  public boolean open() {
    return open && !closed.isDone();
  }

  @Override
  public ConnectionInfo info() {
    InetSocketAddress anywhere = InetSocketAddress.createUnresolved("localhost", 1);
    return new ConnectionInfo(1, anywhere, anywhere, List.of(), Duration.ZERO, Duration.ZERO);
  }

  @Override
  public void onClosed(Runnable action) {
    var _ = closed.thenRun(action);
  }

  @Override
  public void close(Deadline deadline) {
    closed.complete(null);
  }

  private record Exchanged(IOException failure, int status) implements ClientExchange {
    @Override
    public ResponseHead response(Consumer<ResponseHead> interim, Deadline deadline)
        throws IOException {
      if (status == 0) {
        throw failure;
      }
      return new ResponseHead(status, List.of(new FieldLine("content-length", "0")));
    }

    @Override
    public long streamId() {
      return 0;
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
    public void write(ByteBuffer content, boolean last) {
      content.position(content.limit());
    }

    @Override
    public void writeTrailers(List<FieldLine> trailers) {}

    @Override
    public void stopSending(Http3Error error) {}

    @Override
    public void updatePriority(Priority priority) {}

    @Override
    public void stopReading(Http3Error error) {}

    @Override
    public void abort(Http3Error error) {}

    @Override
    public void onAbort(Runnable action) {}

    @Override
    public HeaderWeight weight() {
      return new HeaderWeight(0, 0, 0, 0);
    }

    @Override
    public List<TableStats> tables() {
      return List.of();
    }
  }
}
