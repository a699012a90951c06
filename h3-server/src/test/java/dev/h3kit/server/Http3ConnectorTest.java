package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.DatagramFaults;
import dev.h3kit.qpack.FieldLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connector in a Jetty server of its own, as an application would use it. */
class Http3ConnectorTest {
  private static final FieldLine CONTENT_LENGTH_5 = new FieldLine("content-length", "5");

  @TempDir Path folder;

  private final HttpConfiguration configuration = new HttpConfiguration();
  private @Nullable Server server;
  private @Nullable Http3Client client;

  /** A handler that may throw. */
  @FunctionalInterface
  private interface Way {
    void answer(Request request, Response response, Callback callback) throws Exception;
  }

  private Http3Client serve(Way way) throws Exception {
    ServerIdentity identity = ServerIdentity.local(folder, List.of());
    Server started = new Server();
    server = started;
    Http3Connector connector =
        new Http3Connector(
            started,
            configuration,
            identity.identity(),
            new InetSocketAddress(DevServerConfig.loopback().getFirst(), 0));
    started.addConnector(connector);
    started.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            way.answer(request, response, callback);
            return true;
          }
        });
    started.setStopTimeout(5_000);
    started.start();
    ClientTransportConfig defaults = ClientTransportConfig.DEFAULT;
    client =
        Http3Client.connect(
            new ClientTransportConfig(
                TestClient.Jdk.trust(Objects.requireNonNull(identity.authority())),
                true,
                defaults.idleTimeout(),
                64 << 10,
                defaults.connectionReceiveWindow(),
                0,
                defaults.peerUnidirectionalStreams(),
                DatagramFaults.NONE),
            Http3Limits.CLIENT.but().pushes(10).build(),
            Http3Events.NONE,
            "localhost",
            new InetSocketAddress(DevServerConfig.loopback().getFirst(), connector.getLocalPort()),
            deadline());
    return client;
  }

  // RFC 9114 §4.6: "The push stream identifies the push ID of the promise that it fulfills, then
  // contains a response to the promised request".
  @Test
  void aHandlerCanPushWhatItsOtherPathsAnswer() throws Exception {
    Http3Client talk =
        serve((request, response, callback) -> {
          String path = request.getHttpURI().getPath();
          if (path.equals("/page")) {
            Deadline patience = deadline();
            while (!request.getConnectionMetaData().isPushSupported() && !patience.passed()) {
              Thread.onSpinWait();
            }
            HttpURI style = HttpURI.build(request.getHttpURI(), "/style", null, "v=1");
            HttpFields fields = HttpFields.build().add("accept", "text/css");
            request.push(new MetaData.Request("GET", style, HttpVersion.HTTP_3, fields));
            request.push(new MetaData.Request("POST", style, HttpVersion.HTTP_3, fields));
          }
          String accept = request.getHeaders().get("accept");
          Content.Sink.write(response, true, path + " for " + accept, callback);
        });
    CompletableFuture<RequestHead> promised = new CompletableFuture<>();
    CompletableFuture<String> pushed = new CompletableFuture<>();
    ClientExchange page =
        talk.send(
            RequestHead.of("GET", "localhost", "/page", List.of()),
            ByteBuffer.allocate(0),
            true,
            deadline(),
            push -> {
              promised.complete(push.request());
              assertEquals(200, head(push).status());
              pushed.complete(content(push));
            });
    assertEquals(200, head(page).status());
    assertEquals("/page for null", content(page), "what cannot be pushed harms nothing");
    assertEquals("/style?v=1", promised.get(20, TimeUnit.SECONDS).path());
    assertEquals("/style for text/css", pushed.get(20, TimeUnit.SECONDS));
  }

  @Test
  void aClientThatAllowsNoPushGetsNone() throws Exception {
    Http3Client talk =
        serve((request, response, callback) -> {
          boolean supported = request.getConnectionMetaData().isPushSupported();
          HttpURI style = HttpURI.build(request.getHttpURI(), "/style", null, null);
          HttpFields none = HttpFields.EMPTY;
          request.push(new MetaData.Request("GET", style, HttpVersion.HTTP_3, none));
          Content.Sink.write(response, true, "push: " + supported, callback);
        });
    ClientExchange exchange = ask(talk, true);
    assertEquals(200, head(exchange).status());
    assertEquals("push: false", content(exchange));
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.close(Deadline.after(Duration.ofMillis(100)));
    }
    if (server != null) {
      server.stop();
    }
  }

  private static Deadline deadline() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private static ClientExchange ask(Http3Client client, boolean last, FieldLine... fields)
      throws IOException {
    return client.send(
        RequestHead.of("POST", "localhost", "/", List.of(fields)),
        ByteBuffer.allocate(0),
        last,
        deadline());
  }

  private static ResponseHead head(ClientExchange exchange) throws IOException {
    return exchange.response(interim -> {}, deadline());
  }

  private static String content(ClientExchange exchange) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int n = exchange.read(buffer, 0, buffer.length);
        n >= 0;
        n = exchange.read(buffer, 0, buffer.length)) {
      content.write(buffer, 0, n);
    }
    return content.toString(StandardCharsets.UTF_8);
  }

  private static ByteBuffer octets(String text) {
    return StandardCharsets.UTF_8.encode(text);
  }

  @Test
  void trailersGoBothWays() throws Exception {
    Http3Client client =
        serve((request, response, callback) -> {
          String text = Content.Source.asString(request);
          HttpFields asked = Objects.requireNonNull(request.getTrailers());
          response.setTrailersSupplier(
              () -> HttpFields.build().add("x-sum", asked.get("x-check") + "!"));
          Content.Sink.write(response, true, text, callback);
        });
    ClientExchange exchange = ask(client, false);
    exchange.write(octets("hello"), false);
    exchange.writeTrailers(List.of(new FieldLine("x-check", "5")));
    assertEquals(200, head(exchange).status());
    assertEquals("hello", content(exchange));
    assertEquals(List.of(new FieldLine("x-sum", "5!")), exchange.trailers());
  }

  @Test
  void interimResponsesComeBeforeTheFinalOne() throws Exception {
    Http3Client client =
        serve((request, response, callback) -> {
          response
              .writeInterim(103, HttpFields.build().add("Link", "</a.css>; rel=preload"))
              .get(10, TimeUnit.SECONDS);
          callback.succeeded();
        });
    List<ResponseHead> interim = new ArrayList<>();
    ClientExchange exchange = ask(client, true);
    assertEquals(200, exchange.response(interim::add, deadline()).status());
    assertEquals(
        List.of(new ResponseHead(103, List.of(new FieldLine("link", "</a.css>; rel=preload")))),
        interim);
  }

  @Test
  void contentThatIsExpectedIsAskedFor() throws Exception {
    // RFC 9110 §10.1.1
    Http3Client client =
        serve((request, response, callback) ->
            Content.Sink.write(response, true, Content.Source.asString(request), callback));
    ClientExchange exchange =
        ask(client, false, new FieldLine("expect", "100-continue"), CONTENT_LENGTH_5);
    CompletableFuture<Integer> interim = new CompletableFuture<>();
    CompletableFuture<Integer> last =
        CompletableFuture.supplyAsync(() -> {
          try {
            return exchange
                .response(answer -> interim.complete(answer.status()), deadline())
                .status();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    assertEquals(100, interim.get(20, TimeUnit.SECONDS));
    exchange.write(octets("hello"), true);
    assertEquals(200, last.get(20, TimeUnit.SECONDS));
    assertEquals("hello", content(exchange));
  }

  @Test
  void otherExpectationsAreRefused() throws Exception {
    Http3Client client = serve((request, response, callback) -> callback.succeeded());
    assertEquals(417, head(ask(client, true, new FieldLine("expect", "miracles"))).status());
  }

  @Test
  void anAuthorityThatIsNoneIsABadRequest() throws Exception {
    Http3Client client = serve((request, response, callback) -> callback.succeeded());
    ClientExchange exchange =
        client.send(
            RequestHead.of("GET", "localhost:99999", "/", List.of()),
            ByteBuffer.allocate(0),
            true,
            deadline());
    assertEquals(400, head(exchange).status());
  }

  // RFC 9114 §4.1.1: "When a server abandons a response after partial processing, it SHOULD abort
  // its response stream with the error code H3_REQUEST_CANCELLED."
  @Test
  void anAnswerThatBreaksOffIsCancelled() throws Exception {
    // RFC 9114 §4.1.1
    Http3Client client =
        serve((request, response, callback) -> {
          Content.Sink.write(response, false, octets("begun"));
          callback.failed(new IOException("no more"));
        });
    ClientExchange exchange = ask(client, true);
    Http3Exception broken =
        assertThrows(
            Http3Exception.class,
            () -> {
              head(exchange);
              content(exchange);
            });
    assertEquals(Http3Error.H3_REQUEST_CANCELLED.code(), broken.code());
    assertTrue(broken.remote());
  }

  @Test
  void aWriteToAClientThatIsGoneFails() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Http3Client client =
        serve((request, response, callback) -> {
          try {
            while (true) {
              Content.Sink.write(response, false, ByteBuffer.allocate(64 << 10));
            }
          } catch (IOException e) {
            failure.complete(e);
            callback.failed(e);
          }
        });
    ClientExchange exchange = ask(client, true);
    assertEquals(200, head(exchange).status());
    exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
    assertInstanceOf(IOException.class, failure.get(20, TimeUnit.SECONDS));
  }

  @Test
  void aReadFromAClientThatIsGoneFails() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    CompletableFuture<Void> reading = new CompletableFuture<>();
    Http3Client client =
        serve((request, response, callback) -> {
          try {
            reading.complete(null);
            Content.Source.consumeAll(request);
          } catch (IOException e) {
            failure.complete(e);
            callback.failed(e);
          }
        });
    ClientExchange exchange = ask(client, false);
    exchange.write(octets("begun"), false);
    reading.get(20, TimeUnit.SECONDS);
    exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
    assertInstanceOf(IOException.class, failure.get(20, TimeUnit.SECONDS));
  }

  @Test
  void failureListenersHearOfAClientThatIsGone() throws Exception {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    CompletableFuture<Void> waiting = new CompletableFuture<>();
    Http3Client client =
        serve((request, response, callback) -> {
          request.addFailureListener(x -> {
            failure.complete(x);
            callback.failed(x);
          });
          waiting.complete(null);
        });
    ClientExchange exchange = ask(client, false);
    waiting.get(20, TimeUnit.SECONDS);
    exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
    assertInstanceOf(IOException.class, failure.get(20, TimeUnit.SECONDS));
  }

  @Test
  void theIdleTimeoutEndsAReadThatGetsNothing() throws Exception {
    configuration.setIdleTimeout(500);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Http3Client client =
        serve((request, response, callback) ->
            request.demand(() -> {
              Content.Chunk chunk = request.read();
              failure.complete(
                  Content.Chunk.isFailure(chunk)
                      ? chunk.getFailure()
                      : new AssertionError(String.valueOf(chunk)));
              Response.writeError(request, response, callback, 408);
            }));
    ClientExchange exchange = ask(client, false);
    assertInstanceOf(TimeoutException.class, failure.get(20, TimeUnit.SECONDS));
    assertEquals(408, head(exchange).status());
  }

  @Test
  void theIdleTimeoutEndsAHandlerThatNeverAnswers() throws Exception {
    configuration.setIdleTimeout(500);
    Http3Client client =
        serve((request, response, callback) -> {
          request.addIdleTimeoutListener(x -> {
            callback.failed(x);
            return false;
          });
        });
    assertEquals(500, head(ask(client, true)).status());
  }

  @Test
  void secureRequestAttributesAreThere() throws Exception {
    configuration.addCustomizer(new SecureRequestCustomizer());
    Http3Client client =
        serve((request, response, callback) -> {
          Object session =
              request.getAttribute(org.eclipse.jetty.io.EndPoint.SslSessionData.ATTRIBUTE);
          response.getHeaders().put("x-secure", request.isSecure() + " " + (session != null));
          callback.succeeded();
        });
    ResponseHead head = head(ask(client, true));
    assertTrue(head.fields().contains(new FieldLine("x-secure", "true true")), head.toString());
  }

  // RFC 9114 §3.3: "the terminating endpoint SHOULD first send a GOAWAY frame (Section 5.2) so that
  // both endpoints"
  @Test
  void stopLetsRequestsEndAndSaysGoaway() throws Exception {
    // RFC 9114 §5.2
    CompletableFuture<Void> inWork = new CompletableFuture<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    Http3Client client =
        serve((request, response, callback) -> {
          inWork.complete(null);
          goOn.get(20, TimeUnit.SECONDS);
          Content.Sink.write(response, true, "whole", callback);
        });
    ClientExchange exchange = ask(client, true);
    inWork.get(20, TimeUnit.SECONDS);
    Server stopping = Objects.requireNonNull(server);
    CompletableFuture<Void> stopped =
        CompletableFuture.runAsync(() -> {
          try {
            stopping.stop();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    goOn.complete(null);
    assertEquals(200, head(exchange).status());
    assertEquals("whole", content(exchange));
    stopped.get(20, TimeUnit.SECONDS);
    assertTrue(Http3Error.noError(client.closed().get(20, TimeUnit.SECONDS).errorCode()));
    assertThrows(IOException.class, () -> ask(client, true));
  }

  @Test
  void jettyKnowsTheConnectorByItsProtocolAndPort() throws Exception {
    Http3Client client = serve((request, response, callback) -> callback.succeeded());
    assertEquals(200, head(ask(client, true)).status());
    Server running = Objects.requireNonNull(server);
    Http3Connector connector = (Http3Connector) running.getConnectors()[0];
    assertEquals(List.of("h3"), connector.getProtocols());
    assertTrue(connector.isOpen());
    assertEquals(connector.getLocalPort(), running.getURI().getPort());
    assertEquals(1, connector.connections());
    assertEquals(
        configuration,
        Objects.requireNonNull(
                connector.getConnectionFactory(HttpConfiguration.ConnectionFactory.class))
            .getHttpConfiguration());
    running.stop();
    assertEquals(-2, connector.getLocalPort());
    running.start();
    assertTrue(connector.isOpen());
  }

  // RFC 9114 §4.4: "proxies that support CONNECT SHOULD restrict its use to a set of known ports or
  // a
  // list of safe request targets": this is none.
  @Test
  void aConnectIsNoRequestForAHandler() throws Exception {
    Http3Client connected = serve((request, response, callback) -> callback.succeeded());
    RequestHead plain = new RequestHead("CONNECT", null, "localhost:443", null, null, List.of());
    ClientExchange exchange = connected.send(plain, ByteBuffer.allocate(0), false, deadline());
    assertEquals(501, head(exchange).status());
    RequestHead extended =
        new RequestHead("CONNECT", "https", "localhost", "/", "websocket", List.of());
    assertThrows(
        Http3Exception.OfStream.class,
        () -> connected.send(extended, ByteBuffer.allocate(0), false, deadline()),
        "the server has not announced it");
  }

  @Test
  void headHasNoContentWhateverIsWritten() throws Exception {
    Http3Client client =
        serve((request, response, callback) -> {
          response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 5);
          Content.Sink.write(response, true, "hello", callback);
        });
    ClientExchange exchange =
        client.send(
            RequestHead.of("HEAD", "localhost", "/", List.of()),
            ByteBuffer.allocate(0),
            true,
            deadline());
    assertTrue(head(exchange).fields().contains(CONTENT_LENGTH_5));
    assertEquals("", content(exchange));
  }
}
