package dev.h3kit.core.flupke;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.OctetStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import tech.kwik.flupke.HttpStream;

/** Our stream as flupke's. */
final class FlupkeStream implements HttpStream {
  /** flupke's streams know no deadlines: whoever has one, or the connection's end, ends it. */
  private static final Duration PATIENCE = Duration.ofDays(1);

  private final OctetStream stream;
  private final Input input;
  private final OutputStream output = new Output();

  /**
   * @param read octets that were read from the stream already and are to be read again
   */
  FlupkeStream(OctetStream stream, byte... read) {
    this.stream = stream;
    this.input = new Input(read);
  }

  @Override
  public OutputStream getOutputStream() {
    return output;
  }

  @Override
  public InputStream getInputStream() {
    return input;
  }

  @Override
  public long getStreamId() {
    return stream.id();
  }

  @Override
  public boolean isBidirectional() {
    return stream.bidirectional();
  }

  @Override
  public void abortReading(long errorCode) {
    stream.stopReading(errorCode);
  }

  @Override
  public void resetStream(long errorCode) {
    stream.reset(errorCode);
  }

  private final class Input extends InputStream {
    private final ByteBuffer before;

    Input(byte[] read) {
      before = ByteBuffer.wrap(read);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (before.hasRemaining()) {
        int step = Math.min(length, before.remaining());
        before.get(target, offset, step);
        return step;
      }
      return stream.read(target, offset, length, Deadline.after(PATIENCE));
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int octet) throws IOException {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      stream.write(ByteBuffer.wrap(source, offset, length));
    }

    @Override
    public void close() throws IOException {
      stream.finish();
    }
  }
}
