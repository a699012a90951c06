package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the two roles share of a connection: the critical streams, SETTINGS, GOAWAY, the dispatch of
 * the peer's streams and the way from an error to its QUIC close (RFC 9114 §5, §6, §8).
 * Thread-safe.
 */
final class Http3Connection {
  private static final AtomicLong IDS = new AtomicLong();

  private final long id = IDS.incrementAndGet();
  private final Connection transport;
  private final boolean server;
  private final Http3Limits limits;
  private final Http3Events events;
  private final Duration handshake;
  private final FieldSections sections;
  private final GlitchLimiter glitches;
  private final Grease grease;
  private final Mileage mileage;
  private final ActiveCount active = new ActiveCount();
  private final List<Http3Extension> begins;
  private final Extensions extensions;
  private final Priorities priorities;
  private final HttpDatagrams datagrams;
  private volatile PeerSettings peerSettings = PeerSettings.DEFAULT;
  private volatile long peerGoaway = Long.MAX_VALUE;
  private volatile @Nullable ControlStream control;

  /**
   * @param onWorn runs once when the connection should be exchanged for a new one; must not block
   */
  Http3Connection(
      Connection transport,
      boolean server,
      Http3Limits limits,
      Http3Events events,
      Duration handshake,
      List<Http3Extension> extensions,
      Runnable onWorn) {
    this.transport = transport;
    this.server = server;
    this.limits = limits;
    this.events = events;
    this.handshake = handshake;
    this.sections = new FieldSections(limits, events);
    this.glitches =
        new GlitchLimiter(limits.glitchBurst(), limits.glitchesPerSecond(), System.nanoTime());
    this.begins = extensions;
    this.extensions = new Extensions(this, server);
    this.priorities = new Priorities(transport.peerBidirectionalStreams());
    this.grease = new Grease(limits.grease(), id);
    this.mileage = new Mileage(transport, limits, onWorn);
    this.datagrams = new HttpDatagrams(this, transport.datagrams(), server);
  }

  /** What differs between client and server. */
  interface Role {
    /** Takes a bidirectional stream of the peer, on a thread that must not be blocked. */
    void request(Stream stream);

    /** Takes a push stream of the peer, whose type has been read; returns when it has an owner. */
    void pushStream(Stream stream, FrameReader frames) throws IOException;

    /** The peer goes away and rejects what has this id or a greater one. */
    void goaway(long id);

    /** The peer takes pushes up to this id. */
    void maxPushId(long pushId) throws Http3Exception.OfConnection;

    /** The peer gives a push up. */
    void cancelPush(long pushId) throws Http3Exception.OfConnection;

    /** The client says how urgent a push is. */
    void pushPriority(long pushId, Priority priority) throws Http3Exception.OfConnection;
  }

  /** Opens our critical streams, sends SETTINGS and begins to take the peer's streams. */
  void start(Role role) throws IOException {
    var _ = transport.closed().thenAccept(this::ended);
    events.connected(info());
    transport.onSent(priorities.scheduler()::progressed);
    datagrams.start();
    control = ControlStream.open(transport, limits, extensions.begin(begins), grease);
    spawn("encoder", () -> sections.runEncoderStream(transport));
    spawn("decoder", () -> sections.runDecoderStream(transport));
    spawn(
        "reserved",
        () -> {
          if (sections.awaitStreams(limits.headerDeadline())) {
            grease.stream(transport);
          }
        });
    UnidirectionalStreams peer =
        new UnidirectionalStreams(
            limits, sections, this::glitch, new PeerControl(role), role::pushStream, extensions);
    transport.acceptStreams(stream -> {
      if (stream.bidirectional()) {
        role.request(stream);
      } else {
        spawn("stream-" + stream.id(), () -> peer.read(stream));
      }
    });
  }

  /** Work of a connection's own thread. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  void spawn(String name, Work work) {
    Thread.ofVirtual()
        .name("h3-" + id + "-" + name)
        .start(() -> {
          try {
            work.run();
          } catch (Http3Exception.OfConnection e) {
            fail(e);
          } catch (ConnectionClosedException | InterruptedException _) {
            Thread.currentThread().interrupt();
          } catch (IOException e) {
            fail(internal(e));
          }
        });
  }

  private static Http3Exception.OfConnection internal(IOException e) {
    return new Http3Exception.OfConnection(
        Http3Error.H3_INTERNAL_ERROR.code(),
        false,
        "a critical stream failed: " + e.getMessage(),
        e);
  }

  /** What the peer's control stream brings. */
  private final class PeerControl implements UnidirectionalStreams.Control {
    private final Role role;

    PeerControl(Role role) {
      this.role = role;
    }

    @Override
    public void settings(PeerSettings settings) {
      peerSettings = settings;
      sections.peerSettings(settings);
      events.settings(info(), settings.all());
      extensions.peerSettings(settings);
    }

    @Override
    public void goaway(long goawayId) throws Http3Exception.OfConnection {
      // RFC 9114 §7.2.6: "A client MUST treat receipt of a GOAWAY frame containing a stream ID of
      // any
      // other type as a connection error of type H3_ID_ERROR."
      if (!server && (goawayId & 0x3) != 0) {
        throw Http3Exception.connection(
            Http3Error.H3_ID_ERROR,
            "7.2.6",
            "GOAWAY names " + goawayId + ", which is no request stream");
      }
      // RFC 9114 §5.2: "Receiving a GOAWAY containing a larger identifier than previously received
      // MUST
      // be treated as a connection error of type H3_ID_ERROR."
      if (goawayId > peerGoaway) {
        throw Http3Exception.connection(
            Http3Error.H3_ID_ERROR, "5.2", "GOAWAY went up from " + peerGoaway + " to " + goawayId);
      }
      peerGoaway = goawayId;
      events.goaway(true, goawayId);
      role.goaway(goawayId);
    }

    @Override
    public void maxPushId(long pushId) throws Http3Exception.OfConnection {
      role.maxPushId(pushId);
    }

    @Override
    public void cancelPush(long pushId) throws Http3Exception.OfConnection {
      role.cancelPush(pushId);
    }

    @Override
    public void priorityUpdate(Frame.PriorityUpdate update) throws Http3Exception.OfConnection {
      // RFC 9218 §7.2: "Servers MUST NOT send PRIORITY_UPDATE frames of either type. If a client
      // receives a PRIORITY_UPDATE frame, this MUST be treated as a connection error of type
      // H3_FRAME_UNEXPECTED."
      if (!server) {
        throw Priorities.error(Http3Error.H3_FRAME_UNEXPECTED, "a server sent PRIORITY_UPDATE");
      }
      if (update.push()) {
        role.pushPriority(update.id(), Priority.parse(update.value()));
      } else {
        priorities.update(update);
      }
    }
  }

  /**
   * Keeps the connection from falling idle while responses are awaited, until it is closed. RFC
   * 9114 §5.1: "HTTP clients are expected to request that the transport keep connections open while
   * there are responses outstanding".
   *
   * @param interval well below the idle timeout of either side
   */
  void keepAliveWhileActive(Duration interval) {
    spawn(
        "keep-alive",
        () -> {
          while (!endsWithin(interval)) {
            ControlStream stream = control;
            if (stream != null && active.count() > 0) {
              stream.keepAlive();
            }
          }
        });
  }

  /** Waits for the end of the connection; true if it came within {@code wait}. */
  boolean endsWithin(Duration wait) throws InterruptedException {
    try {
      transport.closed().get(wait.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a termination never fails", e);
    }
  }

  /** Counts one more oddity of the peer; throws when there are too many. */
  void glitch(String what, long type) throws Http3Exception.OfConnection {
    events.ignored(what, type);
    // RFC 9114 §10.5: "An endpoint MAY treat activity that is suspicious as a connection error of
    // type
    // H3_EXCESSIVE_LOAD".
    if (!glitches.allow(System.nanoTime())) {
      throw Http3Exception.connection(
          Http3Error.H3_EXCESSIVE_LOAD,
          "10.5",
          "too much that is legal but useless, last a " + what);
    }
  }

  /** Counts one more oddity of the peer and closes the connection if there are too many. */
  void countGlitch(String what, long type) {
    try {
      glitch(what, type);
    } catch (Http3Exception.OfConnection e) {
      fail(e);
    }
  }

  MessageReader reader(
      Stream stream, @Nullable FrameReader begun, MessageReader.Promises promises) {
    return new MessageReader(stream, begun, limits, sections, this::glitch, promises);
  }

  MessageWriter writer(Stream stream, Pace pace) {
    return new MessageWriter(stream, limits, sections, () -> peerSettings, pace, grease);
  }

  /** The priorities of the responses that a server writes. */
  Priorities priorities() {
    return priorities;
  }

  /**
   * Sends PRIORITY_UPDATE of one of its two types (RFC 9218 §7.2).
   *
   * @throws Http3Exception.OfConnection if the connection is lost
   */
  void priorityUpdate(long type, long id, Priority priority) throws IOException {
    ControlStream stream = control;
    if (stream == null) {
      return;
    }
    try {
      stream.priorityUpdate(type, id, priority);
    } catch (Http3Exception.OfConnection e) {
      fail(e);
      throw e;
    } catch (ConnectionClosedException e) {
      throw RequestStream.ofConnection(e.termination(), e);
    }
  }

  /** Sends a frame about pushes; a connection that is already lost needs none. */
  void control(ControlFrame frame) {
    ControlStream stream = control;
    if (stream == null) {
      return;
    }
    try {
      frame.send(stream);
    } catch (Http3Exception.OfConnection e) {
      fail(e);
    } catch (IOException e) {
      transport.close(Http3Error.H3_INTERNAL_ERROR.code(), "");
    }
  }

  /** Something sent on the control stream. */
  @FunctionalInterface
  interface ControlFrame {
    void send(ControlStream stream) throws IOException;
  }

  /** Closes the connection because of an error that was found here. */
  void fail(Http3Exception.OfConnection e) {
    if (!e.remote()) {
      transport.close(e.code(), String.valueOf(e.getMessage()));
    }
  }

  /** Sends GOAWAY; a connection that is already lost needs none. */
  void goaway(long goawayId) {
    ControlStream stream = control;
    if (stream == null) {
      return;
    }
    try {
      if (stream.goaway(goawayId)) {
        events.goaway(false, goawayId);
      }
    } catch (Http3Exception.OfConnection e) {
      fail(e);
    } catch (IOException e) {
      close();
    }
  }

  /** Closes the connection without an error. */
  void close() {
    transport.close(grease.noError(), "");
  }

  private void ended(Termination termination) {
    sections.close();
    extensions.ended(termination);
    events.closed(info(), termination, sections.stats());
  }

  /** A promise came or went. */
  void promised(boolean received, long pushId, RequestHead request) {
    events.promised(info(), received, pushId, request);
  }

  /** A request could not be answered. */
  void requestFailed(long streamId, Exception cause) {
    events.requestFailed(info(), streamId, cause);
  }

  boolean server() {
    return server;
  }

  Connection transport() {
    return transport;
  }

  Http3Limits limits() {
    return limits;
  }

  FieldSections sections() {
    return sections;
  }

  HttpDatagrams datagrams() {
    return datagrams;
  }

  Extensions extensions() {
    return extensions;
  }

  Mileage mileage() {
    return mileage;
  }

  ActiveCount active() {
    return active;
  }

  PeerSettings peerSettings() {
    return peerSettings;
  }

  /** The smallest id of the peer's GOAWAY frames; {@link Long#MAX_VALUE} while there is none. */
  long peerGoaway() {
    return peerGoaway;
  }

  ConnectionInfo info() {
    return new ConnectionInfo(
        id,
        transport.localAddress(),
        transport.remoteAddress(),
        transport.peerCertificates(),
        handshake,
        transport.stats().smoothedRtt());
  }
}
