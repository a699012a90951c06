package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.QuicClientConnection;

/** How handshakes fail, and that they do. */
@Timeout(60)
class HandshakeTest {
  private static final TestAuthority OTHER = new TestAuthority("CN=somebody else");

  private static HandshakeException failure(Identity identity, String host) throws IOException {
    try (Loopback loopback = Loopback.start(ServerTransportConfig.of(identity))) {
      return assertThrows(
          HandshakeException.class,
          () ->
              QuicClient.connect(
                  Loopback.clientConfig(), host, loopback.server().address(), Loopback.in(10)));
    }
  }

  @Test
  void anExpiredCertificateIsNamedSo() throws Exception {
    Instant from = Instant.parse("2020-01-01T00:00:00Z");
    HandshakeException e =
        failure(
            TestAuthority.SHARED.identity("CN=x", from, Duration.ofDays(1), "localhost"),
            "localhost");
    assertEquals(HandshakeException.Cause.CERTIFICATE, e.kind());
    assertEquals("the certificate expired on 2020-01-02T00:00:00Z", e.getMessage());
  }

  @Test
  void anUnknownIssuerIsNamedSo() throws Exception {
    HandshakeException e = failure(OTHER.identity("localhost"), "localhost");
    assertEquals(HandshakeException.Cause.CERTIFICATE, e.kind());
    assertEquals("the certificate's issuer is not trusted: CN=somebody else", e.getMessage());
  }

  // RFC 9114 §3.1: "Upon receiving a server certificate in the TLS handshake, the client MUST
  // verify that the certificate is an acceptable match for the URI's origin server using the
  // process described in Section 4.3.4 of [HTTP]."
  // RFC 9114 §3.1: "If the certificate cannot be verified with respect to the URI's origin server,
  // the client MUST NOT consider the server authoritative for that origin."
  @Test
  void aWrongNameIsNamedWithTheRightOnes() throws Exception {
    HandshakeException e =
        failure(TestAuthority.SHARED.identity("a.example", "*.b.example"), "localhost");
    assertEquals(HandshakeException.Cause.CERTIFICATE, e.kind());
    assertEquals(
        "the certificate is not for localhost but for a.example, *.b.example", e.getMessage());
  }

  @Test
  void anEcdsaCertificateForSigningOnlyPasses() throws Exception {
    // TestAuthority's leaves have key usage digitalSignature and nothing else.
    try (Loopback loopback = Loopback.start()) {
      for (String host : new String[] {"localhost", "LOCALHOST", "localhost.", "127.0.0.1"}) {
        Connection connection =
            QuicClient.connect(
                Loopback.clientConfig(), host, loopback.server().address(), Loopback.in(10));
        assertEquals(Loopback.IDENTITY.chain(), connection.peerCertificates());
        connection.close(0x100, "");
      }
    }
  }

  @Test
  void insecureAcceptsAnything() throws Exception {
    try (Loopback loopback = Loopback.start(ServerTransportConfig.of(OTHER.identity("x")))) {
      ClientTransportConfig c = Loopback.clientConfig();
      ClientTransportConfig insecure =
          new ClientTransportConfig(
              null,
              false,
              c.idleTimeout(),
              c.streamReceiveWindow(),
              c.connectionReceiveWindow(),
              c.peerBidirectionalStreams(),
              c.peerUnidirectionalStreams(),
              c.faults());
      assertDoesNotThrow(() ->
          QuicClient.connect(insecure, "localhost", loopback.server().address(), Loopback.in(10)));
    }
  }

  // Bare kwik's check of the name and of the key's use.

  @Test
  void bareAcceptsACertificateWithoutCommonNameForAnyHost() throws Exception {
    Identity elsewhere = TestAuthority.SHARED.identityWithoutKeyUsage("O=x", "elsewhere.example");
    try (BareKwik bare = BareKwik.serving(elsewhere, stream -> {})) {
      QuicClientConnection connection = trusting(bare, "localhost");
      connection.connect();
      assertTrue(connection.isConnected());
      connection.close();
    }
  }

  @Test
  void bareRefusesAnEcdsaCertificateForSigningOnly() throws Exception {
    try (BareKwik bare = BareKwik.serving(Loopback.IDENTITY, stream -> {})) {
      QuicClientConnection connection = trusting(bare, "localhost");
      assertThrows(IOException.class, connection::connect);
    }
  }

  @Test
  void bareRefusesTheAddressACertificateIsFor() throws Exception {
    Identity address = TestAuthority.SHARED.identityWithoutKeyUsage("CN=x", "ip:127.0.0.1");
    try (BareKwik bare = BareKwik.serving(address, stream -> {})) {
      QuicClientConnection connection = trusting(bare, "127.0.0.1");
      assertThrows(IOException.class, connection::connect);
    }
  }

  private static QuicClientConnection trusting(BareKwik bare, String host) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", Loopback.IDENTITY.chain().getLast());
    return QuicClientConnection.newBuilder()
        .host(host)
        .port(bare.address().getPort())
        .preferIPv4()
        .applicationProtocol(BareKwik.ALPN)
        .connectTimeout(Duration.ofSeconds(5))
        .customTrustStore(store)
        .build();
  }

  // The other failures.

  @Test
  void silenceIsNamedSoAtTheDeadline() throws Exception {
    try (DatagramSocket mute =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      HandshakeException e =
          assertThrows(
              HandshakeException.class,
              () ->
                  QuicClient.connect(
                      Loopback.clientConfig(),
                      "localhost",
                      (InetSocketAddress) mute.getLocalSocketAddress(),
                      Deadline.after(Duration.ofMillis(600))));
      assertEquals(HandshakeException.Cause.SILENT, e.kind());
    }
  }

  @Test
  void aClosedPortIsUnreachableLongBeforeTheDeadline() throws Exception {
    InetSocketAddress nobody;
    try (DatagramSocket gone =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      nobody = (InetSocketAddress) gone.getLocalSocketAddress();
    }
    HandshakeException e =
        assertThrows(
            HandshakeException.class,
            () ->
                QuicClient.connect(
                    Loopback.clientConfig(), "localhost", nobody, Loopback.in(3600)));
    assertEquals(HandshakeException.Cause.UNREACHABLE, e.kind());
  }

  @Test
  void aServerOfAnotherProtocolIsNamedSo() throws Exception {
    try (BareKwik bare = BareKwik.serving(stream -> {})) {
      HandshakeException e =
          assertThrows(
              HandshakeException.class,
              () ->
                  QuicClient.connect(
                      Loopback.clientConfig(), "localhost", bare.address(), Loopback.in(10)));
      assertEquals(HandshakeException.Cause.NO_APPLICATION_PROTOCOL, e.kind());
    }
  }

  @Test
  void aServerOfAnotherVersionIsAProtocolFailure() throws Exception {
    try (DatagramSocket old =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      Thread.ofVirtual().start(() -> offerAnotherVersion(old));
      HandshakeException e =
          assertThrows(
              HandshakeException.class,
              () ->
                  QuicClient.connect(
                      Loopback.clientConfig(),
                      "localhost",
                      (InetSocketAddress) old.getLocalSocketAddress(),
                      Loopback.in(3600)));
      assertEquals(HandshakeException.Cause.PROTOCOL, e.kind());
    }
  }

  /** RFC 9000 §17.2.1: a Version Negotiation packet swaps the connection ids it answers to. */
  private static void offerAnotherVersion(DatagramSocket socket) {
    try {
      DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
      socket.receive(packet);
      LongHeader header = LongHeader.parse(packet);
      if (header == null) {
        return;
      }
      java.io.ByteArrayOutputStream answer = new java.io.ByteArrayOutputStream();
      answer.write(0xc0);
      answer.write(new byte[4]);
      answer.write(header.source().remaining());
      answer.write(header.source().array());
      answer.write(header.destination().remaining());
      answer.write(header.destination().array());
      answer.write(new byte[] {0x1a, 0x2a, 0x3a, 0x4a});
      socket.send(
          new DatagramPacket(answer.toByteArray(), answer.size(), packet.getSocketAddress()));
    } catch (IOException e) {
      // The test's socket was closed.
      return;
    }
  }

  @Test
  void anInterruptGivesUp() throws Exception {
    try (DatagramSocket mute =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      CompletableFuture<Connection> result = new CompletableFuture<>();
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  result.complete(
                      QuicClient.connect(
                          Loopback.clientConfig(),
                          "localhost",
                          (InetSocketAddress) mute.getLocalSocketAddress(),
                          Loopback.in(3600)));
                } catch (IOException e) {
                  result.completeExceptionally(e);
                }
              });
      DatagramPacket first = new DatagramPacket(new byte[1500], 1500);
      mute.receive(first);
      thread.interrupt();
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> result.get(10, TimeUnit.SECONDS));
      assertInstanceOf(InterruptedIOException.class, e.getCause());
    }
  }

  @Test
  void aServerThatIsFullRefuses() throws Exception {
    ServerTransportConfig d = Loopback.serverConfig();
    ServerTransportConfig one =
        new ServerTransportConfig(
            d.identity(),
            d.idleTimeout(),
            d.streamReceiveWindow(),
            d.connectionReceiveWindow(),
            d.peerBidirectionalStreams(),
            d.peerUnidirectionalStreams(),
            1,
            1,
            d.handshakesPerSecond(),
            d.handshakeBurst(),
            d.faults());
    try (Loopback loopback = Loopback.start(one)) {
      Connection first = loopback.connect();
      Connection firstOfServer = loopback.accepted();
      HandshakeException e = assertThrows(HandshakeException.class, loopback::connect);
      assertEquals(HandshakeException.Cause.PROTOCOL, e.kind());
      assertEquals("the server refuses new connections (CONNECTION_REFUSED)", e.getMessage());
      first.close(0x100, "");
      firstOfServer.closed().get(10, TimeUnit.SECONDS);
      assertFalse(loopback.connect().closed().isDone());
    }
  }

  @Test
  void aServerThatStoppedAcceptingRefusesAndServesOn() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.write(stream, Loopback.readAll(stream));
          stream.finish();
        })) {
      Connection before = loopback.connect();
      loopback.server().stopAccepting();
      assertThrows(HandshakeException.class, loopback::connect);
      Stream stream = before.openBidirectional(Loopback.in(5));
      Loopback.write(stream, new byte[10]);
      stream.finish();
      assertEquals(10, Loopback.readAll(stream).length);
    }
  }

  @Test
  void manyHandshakesInARowAllSucceed() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      for (int i = 0; i < 60; i++) {
        loopback.connect().close(0x100, "");
      }
    }
  }
}
