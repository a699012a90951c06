package dev.h3kit.core;

import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.core.transport.Termination;
import dev.h3kit.qpack.OctetBuffer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The extensions of one connection, and what they have registered. Thread-safe. */
final class Extensions implements ExtensionPoint {
  private final Http3Connection connection;
  private final boolean server;
  private final Map<Long, Long> settings = new LinkedHashMap<>();
  private final Map<String, Protocol> protocols = new ConcurrentHashMap<>();
  private final Map<Long, StreamHandler> unidirectional = new ConcurrentHashMap<>();
  private final Map<Long, StreamHandler> bidirectional = new ConcurrentHashMap<>();
  private final CompletableFuture<PeerSettings> peerSettings = new CompletableFuture<>();
  private volatile Http3Server.@Nullable Handler proxy;
  private volatile boolean begun;

  /** A registered upgrade token. */
  private record Protocol(Http3Server.Handler handler, boolean datagrams) {}

  Extensions(Http3Connection connection, boolean server) {
    this.connection = connection;
    this.server = server;
  }

  /** Begins all extensions; answers the settings to send because of them. */
  Map<Long, Long> begin(List<Http3Extension> extensions) {
    extensions.forEach(extension -> extension.begin(this));
    begun = true;
    // RFC 9220 §3: "The SETTINGS_ENABLE_CONNECT_PROTOCOL value is 0x08 (decimal 8), as in HTTP/2."
    // It is sent only by a server that has a use for it.
    if (!protocols.isEmpty()) {
      settings.put(PeerSettings.ENABLE_CONNECT_PROTOCOL, 1L);
    }
    // RFC 9297 §2.1.1: "It is RECOMMENDED that implementations that support receiving HTTP/3
    // Datagrams always send the SETTINGS_H3_DATAGRAM setting with a value of 1, even if the
    // application does not intend to use HTTP/3 Datagrams."
    if (connection.datagrams().announced()) {
      settings.put(PeerSettings.H3_DATAGRAM, 1L);
    }
    return Map.copyOf(settings);
  }

  // What the connection asks.

  /**
   * Who answers a CONNECT request.
   *
   * @param request a CONNECT
   */
  Http3Server.Handler connectHandler(RequestHead request) {
    Http3Server.Handler found;
    if (request.protocol() == null) {
      found = proxy;
    } else {
      Protocol protocol = protocols.get(request.protocol());
      found = protocol == null ? null : protocol.handler();
    }
    return found == null ? Connects::refuse : found;
  }

  /** Whether requests of this protocol may have HTTP datagrams. */
  boolean datagrams(@Nullable String token) {
    Protocol protocol = token == null ? null : protocols.get(token);
    return protocol != null && protocol.datagrams();
  }

  /** Takes a unidirectional stream of the peer, on the stream's own thread; false if unknown. */
  boolean takeUnidirectional(long type, Stream stream, FrameReader input)
      throws Http3Exception.OfConnection {
    StreamHandler handler = unidirectional.get(type);
    if (handler != null) {
      hand(stream, input, handler);
    }
    return handler != null;
  }

  /** Who takes bidirectional streams with this signal; null if nobody does. */
  @Nullable StreamHandler ofSignal(long signal) {
    return bidirectional.get(signal);
  }

  /** Whether a bidirectional stream may be an extension's. */
  boolean takesSignals() {
    return !bidirectional.isEmpty();
  }

  /** Hands a stream over, on the stream's own thread. */
  void hand(Stream stream, FrameReader input, StreamHandler to) throws Http3Exception.OfConnection {
    try {
      to.handle(new ExtensionStream(stream, input, connection.limits()));
    } catch (Http3Exception.OfConnection e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      connection.requestFailed(stream.id(), e);
      stream.stopReading(Http3Error.H3_INTERNAL_ERROR.code());
      if (stream.bidirectional()) {
        stream.reset(Http3Error.H3_INTERNAL_ERROR.code());
      }
    }
  }

  /**
   * Takes a bidirectional stream of the server, on the stream's own thread.
   *
   * @throws Http3Exception.OfConnection if no extension has a use for it
   */
  void takeServerStream(Stream stream) throws IOException {
    Deadline deadline = Deadline.after(connection.limits().headerDeadline());
    FrameReader input = new FrameReader(stream, 0, 0, () -> deadline);
    long signal;
    try {
      signal = input.streamType();
    } catch (StreamResetException | DeadlineExceededException _) {
      signal = -1;
    }
    StreamHandler handler = bidirectional.get(signal);
    if (handler != null) {
      hand(stream, input, handler);
    } else if (signal < 0) {
      connection.countGlitch("bidirectional stream without a signal", signal);
      stream.reset(Http3Error.H3_REQUEST_CANCELLED.code());
    } else {
      throw noUseFor(stream);
    }
  }

  /** A server opened a bidirectional stream that nobody here has a use for. */
  static Http3Exception.OfConnection noUseFor(Stream stream) {
    // RFC 9114 §6.1: "Clients MUST treat receipt of a server-initiated bidirectional stream as a
    // connection error of type H3_STREAM_CREATION_ERROR unless such an extension has been
    // negotiated."
    return Http3Exception.connection(
        Http3Error.H3_STREAM_CREATION_ERROR,
        "6.1",
        "the server opened the bidirectional stream " + stream.id());
  }

  /** The peer's SETTINGS came. */
  void peerSettings(PeerSettings came) {
    peerSettings.complete(came);
  }

  /** The connection has ended. */
  void ended(Termination termination) {
    peerSettings.completeExceptionally(new ConnectionClosedException(termination));
  }

  /** Whether the peer's settings have come. */
  boolean peerSettingsKnown() {
    return peerSettings.isDone();
  }

  /** Waits for the peer's settings. */
  PeerSettings awaitPeerSettings(Deadline deadline) throws IOException {
    try {
      return peerSettings.get(Math.max(0, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new DeadlineExceededException("waited too long for the peer's SETTINGS");
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted waiting for the peer's SETTINGS");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ConnectionClosedException closed) {
        throw RequestStream.ofConnection(closed.termination(), closed);
      }
      throw new IllegalStateException(e);
    }
  }

  // What the extensions ask.

  @Override
  public boolean server() {
    return server;
  }

  @Override
  public ConnectionInfo info() {
    return connection.info();
  }

  @Override
  public void setting(long id, long value) {
    requireBegin(false);
    boolean ours =
        id <= PeerSettings.ENABLE_CONNECT_PROTOCOL
            || id == PeerSettings.H3_DATAGRAM
            || FrameType.isReserved(id);
    if (ours || id > VarInt.MAX || value < 0 || value > VarInt.MAX) {
      throw new IllegalArgumentException("setting 0x" + Long.toHexString(id) + " is not yours");
    }
    Long other = settings.putIfAbsent(id, value);
    if (other != null && other != value) {
      throw new IllegalArgumentException("setting 0x" + Long.toHexString(id) + " was added");
    }
  }

  @Override
  public Map<Long, Long> peerSettings(Deadline deadline) throws IOException {
    return awaitPeerSettings(deadline).all();
  }

  @Override
  public void protocol(String token, Http3Server.Handler handler) {
    add(token, new Protocol(handler, false));
  }

  @Override
  public void datagramProtocol(String token, Http3Server.Handler handler) {
    add(token, new Protocol(handler, true));
  }

  private void add(String token, Protocol protocol) {
    requireBegin(true);
    if (!Connects.isUpgradeToken(token) || protocols.putIfAbsent(token, protocol) != null) {
      throw new IllegalArgumentException(token + " is no upgrade token or is taken");
    }
  }

  @Override
  public void proxy(Http3Server.Handler handler) {
    requireBegin(true);
    proxy = handler;
  }

  private void requireBegin(boolean onServer) {
    if (begun) {
      throw new IllegalStateException("too late: SETTINGS were sent");
    }
    if (onServer && !server) {
      throw new IllegalStateException("only a server answers requests");
    }
  }

  @Override
  public void unidirectional(long type, StreamHandler handler) {
    unidirectional.put(requireStreamType(type), handler);
  }

  private static long requireStreamType(long type) {
    // RFC 9114 §6.2 and RFC 9204 §4.2 have the types up to 3.
    if (type <= InstructionStream.DECODER || type > VarInt.MAX || FrameType.isReserved(type)) {
      throw new IllegalArgumentException("stream type 0x" + Long.toHexString(type));
    }
    return type;
  }

  @Override
  public void bidirectional(long signal, StreamHandler handler) {
    bidirectional.put(requireSignal(signal), handler);
  }

  private static long requireSignal(long signal) {
    // RFC 9114 §7.2 has the frame types up to 0x0d.
    if (signal <= FrameType.MAX_PUSH_ID || signal > VarInt.MAX || FrameType.isReserved(signal)) {
      throw new IllegalArgumentException("signal 0x" + Long.toHexString(signal));
    }
    return signal;
  }

  @Override
  public OctetStream openUnidirectional(long type, Deadline deadline) throws IOException {
    return open(requireStreamType(type), () -> connection.transport().openUnidirectional(deadline));
  }

  @Override
  public OctetStream openBidirectional(long signal, Deadline deadline) throws IOException {
    return open(requireSignal(signal), () -> connection.transport().openBidirectional(deadline));
  }

  /** Opens a stream of the transport. */
  @FunctionalInterface
  private interface Opening {
    Stream open() throws IOException;
  }

  @Override
  public OctetStream openBidirectional(Deadline deadline) throws IOException {
    return open(() -> connection.transport().openBidirectional(deadline));
  }

  private ExtensionStream open(long type, Opening opening) throws IOException {
    ExtensionStream stream = open(opening);
    OctetBuffer out = new OctetBuffer(8);
    VarInt.write(out, type);
    stream.write(ByteBuffer.wrap(out.array(), 0, out.length()));
    return stream;
  }

  private ExtensionStream open(Opening opening) throws IOException {
    try {
      Stream stream = opening.open();
      Http3Limits limits = connection.limits();
      FrameReader input = new FrameReader(stream, 0, 0, () -> Deadline.after(limits.idle()));
      return new ExtensionStream(stream, input, limits);
    } catch (ConnectionClosedException e) {
      throw RequestStream.ofConnection(e.termination(), e);
    }
  }

  @Override
  public void close(long errorCode, String reason) {
    connection.transport().close(errorCode, reason);
  }

  @Override
  public void onEnd(Runnable action) {
    var _ = connection.transport().closed().thenRun(action);
  }
}
