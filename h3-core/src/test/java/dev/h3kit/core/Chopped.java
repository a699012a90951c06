package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.util.OptionalLong;

/** A stream that hands out at most a few octets at a time. */
public record Chopped(Stream stream, int chunk) implements Stream {

  /** A connection whose streams from the peer are read so; as it is where {@code chunk} is 0. */
  public static Connection connection(Connection connection, int chunk) {
    return chunk == 0 ? connection : new ChoppedConnection(connection, chunk);
  }

  @Override
  public long id() {
    return stream.id();
  }

  @Override
  public int read(byte[] buffer, int offset, int length, Deadline deadline) throws IOException {
    return stream.read(buffer, offset, Math.min(length, chunk), deadline);
  }

  @Override
  public int available() {
    return Math.min(chunk, stream.available());
  }

  @Override
  public void write(byte[] octets, int offset, int length, Deadline deadline) throws IOException {
    stream.write(octets, offset, length, deadline);
  }

  @Override
  public void finish() throws IOException {
    stream.finish();
  }

  @Override
  public void reset(long errorCode) {
    stream.reset(errorCode);
  }

  @Override
  public void stopReading(long errorCode) {
    stream.stopReading(errorCode);
  }

  @Override
  public OptionalLong peerResetCode() {
    return stream.peerResetCode();
  }

  @Override
  public OptionalLong peerStopCode() {
    return stream.peerStopCode();
  }

  @Override
  public void onAbort(Runnable action) {
    stream.onAbort(action);
  }
}
