package dev.h3kit.core.transport;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.TransportParameters;

/** One try after another to make a connection, until one succeeds, fails for good or is late. */
final class ClientHandshake {
  private static final String ALPN = "h3";

  /** RFC 8446 §6.2: the alert no_application_protocol, as a QUIC error (RFC 9001 §4.8). */
  private static final long NO_APPLICATION_PROTOCOL = 0x100 + 120;

  /** RFC 9000 §20.1: "The server refused to accept a new connection." */
  private static final long CONNECTION_REFUSED = 0x02;

  /** How long the first try may take, the second twice that, and so on; kwik can lose a race. */
  private static final Duration FIRST_TRY = Duration.ofSeconds(2);

  /** The round-trip time assumed before one is measured, in milliseconds. */
  private static final int INITIAL_RTT_MILLIS = 100;

  /** What kwik multiplies the default stream window with to get the connection's. */
  private static final long CONNECTION_WINDOW_FACTOR = 10;

  /** HTTP/3's own unidirectional streams carry little. */
  private static final long UNIDIRECTIONAL_WINDOW = 256 << 10;

  static {
    // Whether to check certificates is ours to decide; kwik would print a warning to stdout.
    System.setProperty("tech.kwik.core.no-security-warnings", "true");
  }

  private final ClientTransportConfig config;
  private final PacketTap tap;
  private final ServerName name;
  private final InetSocketAddress server;
  private final PeerTrust trust;
  private final KwikConnection connection;
  private final AtomicReference<@Nullable ClientSocket> socket = new AtomicReference<>();

  private ClientHandshake(
      ClientTransportConfig config, PacketTap tap, ServerName name, InetSocketAddress server) {
    this.config = config;
    this.tap = tap;
    this.name = name;
    this.server = server;
    trust = new PeerTrust(config.trust(), name, config.verifyPeer());
    connection =
        new KwikConnection(
            true,
            config.peerBidirectionalStreams(),
            config.peerUnidirectionalStreams(),
            connectionId -> {});
  }

  static Connection run(
      ClientTransportConfig config,
      PacketTap tap,
      ServerName name,
      InetSocketAddress server,
      Deadline deadline)
      throws IOException {
    Duration patience = FIRST_TRY;
    while (true) {
      Deadline tryUntil = deadline.or(Deadline.after(patience));
      try {
        return new ClientHandshake(config, tap, name, server).connect(tryUntil);
      } catch (TooLate e) {
        if (deadline.passed() || deadline.remaining().toMillis() == 0) {
          throw e.failure();
        }
        patience = patience.multipliedBy(2);
      }
    }
  }

  /** This try took too long; another may do. */
  private static final class TooLate extends Exception {
    private static final long serialVersionUID = 1L;
    private final HandshakeException failure;

    TooLate(HandshakeException failure) {
      this.failure = failure;
    }

    HandshakeException failure() {
      return failure;
    }
  }

  private Connection connect(Deadline deadline) throws IOException, TooLate {
    Duration wait = deadline.remaining();
    QuicClientConnectionImpl quic = build(wait);
    ClientSocket guarded = Objects.requireNonNull(socket.get());
    connection.attach(
        quic, (InetSocketAddress) guarded.getLocalSocketAddress(), () -> server, () -> {});
    try {
      quic.connect();
    } catch (IOException | RuntimeException e) {
      guarded.close();
      throw failure(e, guarded, deadline);
    }
    guarded.established();
    TransportParameters peer = quic.getPeerTransportParameters();
    connection.established(
        peer.getInitialMaxStreamsBidi(), peer.getInitialMaxStreamsUni(), trust.chain());
    return connection;
  }

  private QuicClientConnectionImpl build(Duration wait) throws IOException {
    try {
      QuicClientConnectionImpl quic =
          (QuicClientConnectionImpl)
              QuicClientConnection.newBuilder()
                  .applicationProtocol(ALPN)
                  .host(name.text())
                  .port(server.getPort())
                  // kwik would look the name up itself; the "proxy" is where it really sends to.
                  .proxy(server.getAddress().getHostAddress())
                  .connectTimeout(Duration.ofMillis(Math.max(1, wait.toMillis())))
                  .maxIdleTimeout(config.idleTimeout())
                  .defaultStreamReceiveBufferSize(
                      config.connectionReceiveWindow() / CONNECTION_WINDOW_FACTOR)
                  .maxOpenPeerInitiatedBidirectionalStreams(config.peerBidirectionalStreams())
                  .maxOpenPeerInitiatedUnidirectionalStreams(config.peerUnidirectionalStreams())
                  .initialRtt(INITIAL_RTT_MILLIS)
                  .cipherSuite(CipherSuite.TLS_AES_128_GCM_SHA256)
                  .cipherSuite(CipherSuite.TLS_AES_256_GCM_SHA384)
                  .cipherSuite(CipherSuite.TLS_CHACHA20_POLY1305_SHA256)
                  // Turns kwik's own name check off; ours is in the trust manager.
                  .noServerCertificateCheck()
                  .customTrustManager(trust)
                  .socketFactory(ignored -> openSocket())
                  .logger(log())
                  .build();
      if (config.datagrams()) {
        quic.enableDatagramExtension();
      }
      quic.setDefaultBidirectionalStreamReceiveBufferSize(config.streamReceiveWindow());
      quic.setDefaultUnidirectionalStreamReceiveBufferSize(
          Math.min(UNIDIRECTIONAL_WINDOW, config.connectionReceiveWindow()));
      return quic;
    } catch (SocketException e) {
      throw new HandshakeException(
          HandshakeException.Cause.UNREACHABLE,
          "cannot send to " + server + ": " + e.getMessage(),
          e);
    }
  }

  private PacketLog log() {
    return tap.equals(PacketTap.NONE) ? new PacketLog(connection) : new TappedLog(connection, tap);
  }

  private ClientSocket openSocket() throws SocketException {
    ClientSocket opened =
        new ClientSocket(server, config.faults(), connection, Thread.currentThread());
    socket.set(opened);
    return opened;
  }

  private IOException failure(Exception e, ClientSocket guarded, Deadline deadline) throws TooLate {
    // kwik turns the interrupt into a RuntimeException without a message.
    if (e.getClass() == RuntimeException.class && e.getMessage() == null) {
      return new InterruptedIOException("interrupted while connecting to " + server);
    }
    String refusal = trust.refusal();
    if (refusal != null) {
      return new HandshakeException(HandshakeException.Cause.CERTIFICATE, refusal, e);
    }
    IOException unreachable = guarded.unreachable();
    if (unreachable != null) {
      return new HandshakeException(
          HandshakeException.Cause.UNREACHABLE,
          "nobody answers QUIC at " + server + ": the port is closed or the network unreachable",
          unreachable);
    }
    ConnectionCloseFrame close = connection.closeFrame();
    if (close != null) {
      return refused(close, e);
    }
    if (!deadline.passed()) {
      return new HandshakeException(
          HandshakeException.Cause.PROTOCOL, "the QUIC handshake failed: " + e.getMessage(), e);
    }
    throw new TooLate(
        guarded.datagramsReceived() == 0
            ? new HandshakeException(
                HandshakeException.Cause.SILENT, "no answer over QUIC from " + server, e)
            : new HandshakeException(
                HandshakeException.Cause.PROTOCOL,
                "the QUIC handshake with " + server + " did not finish in time",
                e));
  }

  private static HandshakeException refused(ConnectionCloseFrame close, Exception cause) {
    long code = close.getErrorCode();
    if (code == NO_APPLICATION_PROTOCOL) {
      return new HandshakeException(
          HandshakeException.Cause.NO_APPLICATION_PROTOCOL,
          "the server speaks QUIC but not HTTP/3 (no_application_protocol)",
          cause);
    }
    String phrase = close.getReasonPhrase();
    return new HandshakeException(
        HandshakeException.Cause.PROTOCOL,
        code == CONNECTION_REFUSED
            ? "the server refuses new connections (CONNECTION_REFUSED)"
            : "the server ended the handshake with error 0x"
                + Long.toHexString(code)
                + (phrase == null || phrase.isEmpty() ? "" : ": " + phrase),
        cause);
  }
}
