package dev.h3kit.core.flupke;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.transport.Identity;
import dev.h3kit.core.transport.QuicTestConfig;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.flupke.Http3Client;
import tech.kwik.flupke.Http3ClientConnection;
import tech.kwik.flupke.HttpError;
import tech.kwik.flupke.webtransport.ClientSessionFactory;
import tech.kwik.flupke.webtransport.Session;
import tech.kwik.flupke.webtransport.WebTransportHttp3ApplicationProtocolFactory;
import tech.kwik.flupke.webtransport.WebTransportStream;
import tech.kwik.flupke.webtransport.impl.WebTransportExtensionFactory;

/** flupke's WebTransport, client and server, on our connections, and against flupke's own. */
@Timeout(60)
class FlupkeWebTransportTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final char[] PASSWORD = "in memory".toCharArray();

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable last; (last = opened.poll()) != null; ) {
      last.close();
    }
  }

  /** Echoes a bidirectional stream on itself, a unidirectional one on a stream of the server's. */
  private static void echo(Session session) {
    session.setBidirectionalStreamReceiveHandler(stream -> copy(stream, stream.getOutputStream()));
    session.setUnidirectionalStreamReceiveHandler(stream -> {
      try {
        copy(stream, session.createUnidirectionalStream().getOutputStream());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    session.open();
  }

  private static void copy(WebTransportStream from, OutputStream to) {
    Thread.ofVirtual()
        .start(() -> {
          try (to) {
            put(to, from.getInputStream().readAllBytes());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private URI ours() throws IOException {
    WebTransportExtensionFactory webTransport = new WebTransportExtensionFactory();
    webTransport.registerWebTransportServer("/echo", FlupkeWebTransportTest::echo);
    Http3Server server =
        Http3Server.bind(
            QuicTestConfig.server(),
            Http3Limits.SERVER,
            Http3Events.NONE,
            List.of(new FlupkeServerExtension(Map.of("webtransport", webTransport))),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            exchange -> {
              byte[] content = new byte[100];
              int length = Math.max(0, exchange.read(content, 0, content.length));
              exchange.send(
                  new ResponseHead(200, List.of(new FieldLine("x-path", path(exchange)))),
                  ByteBuffer.wrap(content, 0, length),
                  true);
            });
    opened.push(() -> server.close(Deadline.after(Duration.ofSeconds(5))));
    return URI.create("https://localhost:" + server.address().getPort() + "/echo");
  }

  private static String path(dev.h3kit.core.ServerExchange exchange) {
    return String.valueOf(exchange.request().path());
  }

  private URI flupkes() throws Exception {
    Identity identity = QuicTestConfig.server().identity();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server", identity.key(), PASSWORD, identity.chain().toArray(Certificate[]::new));
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    ServerConnector connector =
        ServerConnector.builder()
            .withSocket(socket)
            .withKeyStore(keys, "server", PASSWORD)
            .withConfiguration(
                ServerConnectionConfig.builder()
                    .maxIdleTimeoutInSeconds(30)
                    .maxConnectionBufferSize(10 << 20)
                    .maxBidirectionalStreamBufferSize(1 << 20)
                    .maxUnidirectionalStreamBufferSize(1 << 20)
                    .maxOpenPeerInitiatedBidirectionalStreams(100)
                    .maxOpenPeerInitiatedUnidirectionalStreams(100)
                    .retryRequired(false)
                    .connectionIdLength(8)
                    .build())
            .withLogger(new NullLogger())
            .build();
    WebTransportHttp3ApplicationProtocolFactory protocol =
        new WebTransportHttp3ApplicationProtocolFactory((request, response) -> {});
    protocol.registerWebTransportServer("/echo", FlupkeWebTransportTest::echo);
    connector.registerApplicationProtocol("h3", protocol);
    connector.start();
    opened.push(connector);
    return URI.create("https://localhost:" + socket.getLocalPort() + "/echo");
  }

  private FlupkeClient ourClient() {
    FlupkeClient client =
        new FlupkeClient(
            QuicTestConfig.client().withPeerBidirectionalStreams(10),
            Http3Limits.CLIENT,
            Http3Events.NONE,
            PATIENCE);
    opened.push(client);
    return client;
  }

  private static Http3Client flupkesClient() {
    return (Http3Client)
        Http3Client.newBuilder()
            .disableCertificateCheck()
            .connectTimeout(PATIENCE)
            .maxAdditionalOpenPeerInitiatedUnidirectionalStreams(20)
            .maxAdditionalOpenPeerInitiatedBidirectionalStreams(20)
            .build();
  }

  private static void echoes(URI uri, Http3Client client) throws Exception {
    ClientSessionFactory sessions =
        ClientSessionFactory.newBuilder().serverUri(uri).httpClient(client).build();
    BlockingQueue<WebTransportStream> answers = new LinkedBlockingQueue<>();
    Session session = sessions.createSession(uri, answers::add, stream -> {});
    session.open();
    byte[] content = new byte[30_000];
    Arrays.fill(content, (byte) 'w');

    WebTransportStream both = session.createBidirectionalStream();
    write(both, content);
    assertArrayEquals(content, both.getInputStream().readAllBytes(), "bidirectional");

    write(session.createUnidirectionalStream(), content);
    WebTransportStream answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertTrue(answer != null, "the server's stream came");
    if (answer != null) {
      assertArrayEquals(content, answer.getInputStream().readAllBytes(), "unidirectional");
    }
    session.close(17, "enough");
  }

  private static void write(WebTransportStream stream, byte[] content) throws IOException {
    try (OutputStream out = stream.getOutputStream()) {
      put(out, content);
    }
  }

  /** In pieces of a packet: this version of kwik can stall at larger ones without an armour. */
  private static void put(OutputStream out, byte[] content) throws IOException {
    for (int at = 0; at < content.length; at += 1000) {
      out.write(Arrays.copyOfRange(content, at, Math.min(content.length, at + 1000)));
    }
  }

  @Test
  void itsClientAndItsServerOnOurConnections() throws Exception {
    echoes(ours(), ourClient());
  }

  @Test
  void itsServerOnOurConnectionAnswersItsOwnClient() throws Exception {
    echoes(ours(), flupkesClient());
  }

  @Test
  void itsClientOnOurConnectionTalksToItsOwnServer() throws Exception {
    echoes(flupkes(), ourClient());
  }

  @Test
  void anUnknownPathIsRefusedAndAnUnknownProtocolToo() throws Exception {
    URI uri = ours();
    FlupkeClient client = ourClient();
    ClientSessionFactory sessions =
        ClientSessionFactory.newBuilder().serverUri(uri).httpClient(client).build();
    HttpError error =
        assertThrows(HttpError.class, () -> sessions.createSession(uri.resolve("/other")));
    assertEquals(404, error.getStatusCode());
    Http3ClientConnection connection = client.createConnection(HttpRequest.newBuilder(uri).build());
    connection.connect();
    HttpError unknown =
        assertThrows(
            HttpError.class,
            () ->
                connection.sendExtendedConnect(
                    HttpRequest.newBuilder(uri).build(), "unknown", "https", PATIENCE));
    assertEquals(501, unknown.getStatusCode());
    HttpError plain =
        assertThrows(
            HttpError.class, () -> connection.sendConnect(HttpRequest.newBuilder(uri).build()));
    assertEquals(501, plain.getStatusCode());
  }

  @Test
  void requestsOfJavaNetHttpGoOverTheSameConnection() throws Exception {
    URI uri = ours().resolve("/some%20where?x=y");
    Http3ClientConnection connection =
        ourClient().createConnection(HttpRequest.newBuilder(uri).build());
    connection.connect();
    HttpRequest request =
        HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString("content")).build();
    HttpResponse<String> response =
        connection.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
    assertEquals(200, response.statusCode());
    assertEquals("content", response.body());
    assertEquals("/some%20where?x=y", response.headers().firstValue("x-path").orElse(""));
    CompletableFuture<HttpResponse<String>> later = new CompletableFuture<>();
    connection.sendAsync(
        HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString(StandardCharsets.UTF_8), later);
    assertEquals("", later.get(20, TimeUnit.SECONDS).body());
    assertTrue(connection.getPeerSettingsParameter(0x08).isPresent());
  }
}
