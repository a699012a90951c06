package dev.h3kit.core.flupke;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.ExtensionPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import tech.kwik.flupke.Http3Connection;
import tech.kwik.flupke.HttpStream;

/** What flupke's connections have in common, on ours. */
abstract class FlupkeConnection implements Http3Connection {
  /** How long the peer's SETTINGS and its leave to open a stream are waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The signal with which bidirectional streams of WebTransport begin. */
  static final long WEBTRANSPORT_STREAM = 0x41;

  /** Our connection. */
  abstract ExtensionPoint point();

  @Override
  public void registerUnidirectionalStreamType(long streamType, Consumer<HttpStream> handler) {
    point().unidirectional(streamType, stream -> handler.accept(new FlupkeStream(stream)));
  }

  @Override
  public HttpStream createUnidirectionalStream(long streamType) throws IOException {
    return new FlupkeStream(point().openUnidirectional(streamType, Deadline.after(PATIENCE)));
  }

  @Override
  public HttpStream createBidirectionalStream() throws IOException {
    return new FlupkeStream(point().openBidirectional(Deadline.after(PATIENCE)));
  }

  @Override
  public void addSettingsParameter(long identifier, long value) {
    point().setting(identifier, value);
  }

  @Override
  public Optional<Long> getPeerSettingsParameter(long identifier) {
    try {
      return Optional.ofNullable(point().peerSettings(Deadline.after(PATIENCE)).get(identifier));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Registers a handler that wants to read the signal itself. */
  void register(long signal, Consumer<HttpStream> handler) {
    byte[] again = onTheWire(signal);
    point().bidirectional(signal, stream -> handler.accept(new FlupkeStream(stream, again)));
  }

  /** A variable-length integer (RFC 9000 §16). */
  private static byte[] onTheWire(long value) {
    ByteBuffer out = ByteBuffer.allocate(Long.BYTES);
    if (value < 1L << 6) {
      out.put((byte) value);
    } else if (value < 1L << 14) {
      out.putShort((short) (value | 1 << 14));
    } else if (value < 1L << 30) {
      out.putInt((int) value | 2 << 30);
    } else {
      out.putLong(value | 3L << 62);
    }
    return Arrays.copyOf(out.array(), out.position());
  }
}
