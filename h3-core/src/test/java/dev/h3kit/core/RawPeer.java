package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A peer that writes any octets on any stream: client or server, legal or hostile. */
public final class RawPeer {
  /** How long our side may take for anything; longer on a slow machine. */
  public static final Duration PATIENCE =
      Duration.ofSeconds(Integer.getInteger("h3kit.patience.seconds", 20));

  private final Connection connection;
  private final List<Stream> accepted = new CopyOnWriteArrayList<>();

  public RawPeer(Connection connection) {
    this.connection = connection;
    connection.acceptStreams(accepted::add);
  }

  public static Deadline soon() {
    return Deadline.after(PATIENCE);
  }

  /** Opens a unidirectional stream and writes; it stays open. */
  public Stream unidirectional(byte[]... parts) throws IOException {
    return write(connection.openUnidirectional(soon()), parts);
  }

  /** Opens a request stream and writes; it stays open. */
  public Stream request(byte[]... parts) throws IOException {
    return write(connection.openBidirectional(soon()), parts);
  }

  /** Opens a request stream, writes and ends it. */
  public Stream wholeRequest(byte[]... parts) throws IOException {
    Stream stream = request(parts);
    stream.finish();
    return stream;
  }

  /** Writes; that the other side has had enough already is no reason to fail here. */
  public static Stream write(Stream stream, byte[]... parts) throws IOException {
    try {
      for (byte[] part : parts) {
        stream.write(part, 0, part.length, soon());
      }
    } catch (StopSendingException | ConnectionClosedException _) {
      return stream;
    }
    return stream;
  }

  /** Reads a stream to its end. */
  public static byte[] readAll(Stream stream) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int got = stream.read(buffer, 0, buffer.length, soon());
        got >= 0;
        got = stream.read(buffer, 0, buffer.length, soon())) {
      all.write(buffer, 0, got);
    }
    return all.toByteArray();
  }

  /** The code with which the other side closes the connection. */
  public long closeCode() throws Exception {
    Termination end = connection.closed().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (end.by() != Termination.By.PEER) {
      throw new AssertionError("closed by " + end);
    }
    return end.errorCode();
  }

  public Connection connection() {
    return connection;
  }

  /** The streams that the other side opened so far. */
  public List<Stream> accepted() {
    return accepted;
  }
}
