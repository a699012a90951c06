package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.channels.SocketChannel;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What java.net.http promises of connecting: failures, timeouts, TLS, proxies, executors. */
@Timeout(60)
class ConnectingContractTest {

  @ParameterizedTest
  @EnumSource
  void aClosedPortIsAConnectException(ClientKind kind) throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    try (HttpClient client = kind.client()) {
      URI uri = URI.create("https://localhost:" + port + "/");
      assertThrows(ConnectException.class, () -> client.send(get(uri), BodyHandlers.discarding()));
      CompletableFuture<HttpResponse<Void>> future =
          client.sendAsync(get(uri), BodyHandlers.discarding());
      ExecutionException failure =
          assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS));
      assertInstanceOf(ConnectException.class, failure.getCause());
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownHostIsAConnectException(ClientKind kind) {
    try (HttpClient client = kind.client()) {
      // RFC 6761 §6.4: no resolver knows names under "invalid".
      URI uri = URI.create("https://no-such-host.invalid/");
      assertThrows(ConnectException.class, () -> client.send(get(uri), BodyHandlers.discarding()));
    }
  }

  /** A TCP port whose queue of connections is full, and a UDP port that nobody reads. */
  private static final class BlackHole implements AutoCloseable {
    private final ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final DatagramSocket udp;
    private final List<SocketChannel> waiting = new ArrayList<>();

    BlackHole() throws IOException {
      udp =
          new DatagramSocket(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort()));
      boolean full = false;
      while (!full && waiting.size() < 10) {
        SocketChannel channel = SocketChannel.open();
        waiting.add(channel);
        try {
          channel.socket().connect(tcp.getLocalSocketAddress(), 200);
        } catch (IOException e) {
          full = true;
        }
      }
    }

    URI uri() {
      return URI.create("https://localhost:" + tcp.getLocalPort() + "/");
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
      tcp.close();
      udp.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectTimeoutPassesWithHttpConnectTimeoutException(ClientKind kind) throws Exception {
    try (BlackHole hole = new BlackHole();
        HttpClient client =
            kind.client(builder -> builder.connectTimeout(Duration.ofMillis(300)))) {
      assertThrows(
          HttpConnectTimeoutException.class,
          () -> client.send(get(hole.uri()), BodyHandlers.discarding()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRequestTimeoutWhileConnectingIsAConnectTimeout(ClientKind kind) throws Exception {
    try (BlackHole hole = new BlackHole();
        HttpClient client = kind.client()) {
      var request = HttpRequest.newBuilder(hole.uri()).timeout(Duration.ofMillis(300)).build();
      assertThrows(
          HttpConnectTimeoutException.class, () -> client.send(request, BodyHandlers.discarding()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void interruptingASendThatConnectsGivesItUp(ClientKind kind) throws Exception {
    try (BlackHole hole = new BlackHole();
        HttpClient client = kind.client()) {
      CompletableFuture<Throwable> thrown = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.send(get(hole.uri()), BodyHandlers.discarding());
                } catch (IOException | InterruptedException e) {
                  thrown.complete(e);
                }
              });
      caller.interrupt();
      assertInstanceOf(InterruptedException.class, thrown.get(20, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCertificateThatIsNotTrustedIsAnSslHandshakeException(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client =
            switch (kind) {
              case HTTP3 ->
                  H3Client.newBuilder()
                      .trust(new TestAuthority("CN=another").trust())
                      .protocolMode(ProtocolMode.HTTP3_ONLY)
                      .build();
              case FALLEN_BACK ->
                  H3Client.newBuilder().trust(new TestAuthority("CN=another").trust()).build();
              case JDK -> HttpClient.newHttpClient();
            }) {
      assertThrows(
          SSLHandshakeException.class,
          () -> client.send(get(server.uri("/hello")), BodyHandlers.discarding()));
      assertEquals(List.of(), server.site.seen);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aProxyIsAskedForATunnel(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        TestProxy proxy = new TestProxy();
        HttpClient client = kind.anyProtocol(builder -> builder.proxy(proxy.selector()))) {
      for (int i = 0; i < 2; i++) {
        assertEquals(
            "HTTP/2.0", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
      }
      assertEquals(List.of("CONNECT localhost:" + server.port() + " HTTP/1.1"), proxy.seen);
      assertTrue(client.proxy().isPresent());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aProxyThatIsNotThereIsAConnectException(ClientKind kind) throws Exception {
    TestProxy gone = new TestProxy();
    var selector = gone.selector();
    gone.close();
    try (TestServer server = kind.server();
        HttpClient client = kind.anyProtocol(builder -> builder.proxy(selector))) {
      assertThrows(
          ConnectException.class,
          () -> client.send(get(server.uri("/hello")), BodyHandlers.discarding()));
      assertEquals(List.of(), server.site.seen);
    }
  }

  @Test
  void http3CannotPassAProxy() throws Exception {
    try (TestServer server = ClientKind.HTTP3.server();
        TestProxy proxy = new TestProxy();
        HttpClient client = ClientKind.HTTP3.client(builder -> builder.proxy(proxy.selector()))) {
      IOException failure =
          assertThrows(
              IOException.class,
              () -> client.send(get(server.uri("/hello")), BodyHandlers.discarding()));
      assertTrue(Failures.message(failure).contains("proxy"), failure::toString);
      assertEquals(List.of(), proxy.seen);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noProxyMeansTheDirectWay(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.proxy(HttpClient.Builder.NO_PROXY))) {
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  private static KeyManager[] clientKeys() throws Exception {
    var identity = TestAuthority.SHARED.identity("client.example");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "key", identity.key(), new char[0], identity.chain().toArray(new Certificate[0]));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    return keys.getKeyManagers();
  }

  private static SSLContext withClientCertificate() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(clientKeys(), new TrustManager[] {TestAuthority.SHARED.trust()}, null);
    return context;
  }

  @ParameterizedTest
  @EnumSource
  void theSslContextsCertificateIsShownToTheServer(ClientKind kind) throws Exception {
    SSLContext context = withClientCertificate();
    try (TestServer server = TestServer.forKnownClients();
        HttpClient known = kind.anyProtocol(builder -> builder.sslContext(context));
        HttpClient unknown = kind.anyProtocol(builder -> {})) {
      assertEquals(
          "HTTP/2.0", known.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
      assertEquals(context, known.sslContext());
      assertThrows(
          IOException.class,
          () -> unknown.send(get(server.uri("/hello")), BodyHandlers.discarding()));
      assertEquals(1, server.site.seen.size());
    }
  }

  private static X509KeyManager clientKey() throws Exception {
    return (X509KeyManager) clientKeys()[0];
  }

  @Test
  void aClientKeyIsShownToTheServerOverTcpWhoeverIsTrusted() throws Exception {
    try (TestServer server = TestServer.forKnownClients();
        HttpClient trusting =
            H3Client.newBuilder()
                .trust(TestAuthority.SHARED.trust())
                .clientKey(clientKey())
                .build();
        HttpClient insecure = H3Client.newBuilder().insecure().clientKey(clientKey()).build()) {
      for (HttpClient client : List.of(trusting, insecure)) {
        H3Response<String> response =
            ((H3Client) client).send(get(server.uri("/protocol")), BodyHandlers.ofString());
        assertEquals("HTTP/2.0", response.body());
        assertTrue(response.report().reason().contains("client certificate"));
      }
    }
  }

  @Test
  void trustBesideAnSslContextHasToAgreeOverTcp() throws Exception {
    try (TestServer server = ClientKind.FALLEN_BACK.server();
        HttpClient client =
            H3Client.newBuilder()
                .trust(new TestAuthority("CN=another").trust())
                .sslContext(ClientKind.trusting())
                .build()) {
      assertThrows(
          SSLHandshakeException.class,
          () -> client.send(get(server.uri("/hello")), BodyHandlers.discarding()));
      assertEquals(List.of(), server.site.seen);
    }
  }

  @ParameterizedTest
  @EnumSource
  void sslParametersWithoutTls13GoOverTcp(ClientKind kind) throws Exception {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.2"});
    try (TestServer server = kind.server();
        HttpClient client = kind.anyProtocol(builder -> builder.sslParameters(parameters))) {
      HttpResponse<String> response =
          client.send(get(server.uri("/protocol")), BodyHandlers.ofString());
      assertEquals("HTTP/2.0", response.body());
      assertEquals("TLSv1.2", response.sslSession().orElseThrow().getProtocol());
    }
  }

  @ParameterizedTest
  @EnumSource
  void theExecutorIsUsedAndIsNotClosed(ClientKind kind) throws Exception {
    AtomicInteger tasks = new AtomicInteger();
    Executor executor =
        task -> {
          tasks.incrementAndGet();
          Thread.startVirtualThread(task);
        };
    try (TestServer server = kind.server()) {
      try (HttpClient client = kind.client(builder -> builder.executor(executor))) {
        assertEquals(executor, client.executor().orElseThrow());
        assertEquals(
            "hello",
            client
                .sendAsync(get(server.uri("/hello")), BodyHandlers.ofString())
                .get(20, TimeUnit.SECONDS)
                .body());
      }
      assertTrue(tasks.get() > 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPriorityIsCheckedAndChangesNoAnswer(ClientKind kind) throws Exception {
    assertThrows(IllegalArgumentException.class, () -> kind.client(builder -> builder.priority(0)));
    assertThrows(
        IllegalArgumentException.class, () -> kind.client(builder -> builder.priority(257)));
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.priority(1))) {
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLocalAddressIsUsed(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client =
            kind.anyProtocol(builder -> builder.localAddress(InetAddress.ofLiteral("127.0.0.1")))) {
      assertEquals(
          "HTTP/2.0", client.send(get(server.uri("/protocol")), BodyHandlers.ofString()).body());
    }
  }

  /** Gets one message. */
  private static final class Listening implements WebSocket.Listener {
    final CompletableFuture<String> message = new CompletableFuture<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      message.complete(data.toString());
      socket.request(1);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      closed.complete(status);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      message.completeExceptionally(failure);
      closed.completeExceptionally(failure);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWebSocketGoesOverTcp(ClientKind kind) throws Exception {
    try (TestWebSocket server = new TestWebSocket();
        HttpClient client = kind.client()) {
      Listening listening = new Listening();
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .header("X-Test", "one")
              .buildAsync(server.uri(), listening)
              .get(20, TimeUnit.SECONDS);
      socket.sendText("hello", true).get(20, TimeUnit.SECONDS);
      assertEquals("hello", listening.message.get(20, TimeUnit.SECONDS));
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
      assertEquals(WebSocket.NORMAL_CLOSURE, listening.closed.get(20, TimeUnit.SECONDS));
      assertTrue(server.seen.contains("X-Test: one"), server.seen::toString);
    }
  }

  @ParameterizedTest
  @EnumSource
  void awaitTerminationSaysWhetherTheClientHasEnded(ClientKind kind) throws Exception {
    try (TestServer server = kind.server()) {
      HttpClient client = kind.client();
      var running = client.sendAsync(get(server.uri("/held")), BodyHandlers.ofString());
      assertTrue(server.site.held.await(20, TimeUnit.SECONDS));
      client.shutdown();
      assertFalse(client.awaitTermination(Duration.ofMillis(1)));
      Thread closer = Thread.ofVirtual().start(client::close);
      server.site.release.countDown();
      assertEquals("released", running.get(20, TimeUnit.SECONDS).body());
      assertTrue(closer.join(Duration.ofSeconds(20)));
      assertTrue(client.isTerminated());
    }
  }
}
