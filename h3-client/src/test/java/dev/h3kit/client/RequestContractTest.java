package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What java.net.http promises of requests that are wrong, and of redirects between schemes. */
@Timeout(60)
class RequestContractTest {

  /** A request that nobody checked. */
  private static final class Unchecked extends HttpRequest {
    private final String method;
    private final URI uri;
    private final Map<String, List<String>> headers;

    Unchecked(String method, URI uri, Map<String, List<String>> headers) {
      this.method = method;
      this.uri = uri;
      this.headers = headers;
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
      return Optional.empty();
    }

    @Override
    public String method() {
      return method;
    }

    @Override
    public Optional<Duration> timeout() {
      return Optional.empty();
    }

    @Override
    public boolean expectContinue() {
      return false;
    }

    @Override
    public URI uri() {
      return uri;
    }

    @Override
    public Optional<HttpClient.Version> version() {
      return Optional.empty();
    }

    @Override
    public HttpHeaders headers() {
      return HttpHeaders.of(headers, (name, value) -> true);
    }
  }

  private static final URI ANYWHERE = URI.create("https://localhost:1/");

  @ParameterizedTest
  @EnumSource
  void wrongRequestsAreRefusedAtOnce(ClientKind kind) {
    try (HttpClient client = kind.client()) {
      for (HttpRequest wrong :
          List.of(
              new Unchecked("GET", URI.create("ftp://localhost/x"), Map.of()),
              new Unchecked("GET", URI.create("/path"), Map.of()),
              new Unchecked("GE T", ANYWHERE, Map.of()),
              new Unchecked("GET", ANYWHERE, Map.of("na me", List.of("x"))),
              new Unchecked("GET", ANYWHERE, Map.of("name", List.of("x\r\ny: z"))),
              new Unchecked("GET", ANYWHERE, Map.of("connection", List.of("close"))),
              new Unchecked("GET", ANYWHERE, Map.of("Content-Length", List.of("5"))),
              new Unchecked("GET", ANYWHERE, Map.of("expect", List.of("100-continue"))),
              new Unchecked("GET", ANYWHERE, Map.of("host", List.of("elsewhere"))),
              new Unchecked("GET", ANYWHERE, Map.of("upgrade", List.of("x"))))) {
        String shown = wrong.method() + " " + wrong.uri() + " " + wrong.headers();
        assertThrows(
            IllegalArgumentException.class,
            () -> client.sendAsync(wrong, BodyHandlers.discarding()),
            shown);
        assertThrows(
            IllegalArgumentException.class,
            () -> client.send(wrong, BodyHandlers.discarding()),
            shown);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsMissingIsANullPointerException(ClientKind kind) {
    try (HttpClient client = kind.client()) {
      assertThrows(NullPointerException.class, () -> client.send(null, BodyHandlers.discarding()));
      assertThrows(NullPointerException.class, () -> client.send(get(ANYWHERE), null));
      assertThrows(NullPointerException.class, () -> client.sendAsync(get(ANYWHERE), null));
    }
  }

  /** Tells a length and then breaks the contract of publishers. */
  private static final class Throwing implements HttpRequest.BodyPublisher {
    @Override
    public long contentLength() {
      return 10;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      throw new IllegalStateException("this publisher is broken");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPublisherThatThrowsFailsTheRequest(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/echo")).POST(new Throwing()).build();
      assertThrows(IOException.class, () -> client.send(request, BodyHandlers.discarding()));
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRedirectFromCleartextIsNormalAndBackIsAlways(ClientKind kind) throws Exception {
    TestSite site = new TestSite();
    Server cleartext = TestServer.cleartext(site::visit);
    cleartext.start();
    String plain = "http://localhost:" + TestServer.port(cleartext);
    try (TestServer server = kind.server()) {
      URI up = URI.create(plain + "/redirect/302?" + server.uri("/hello"));
      URI down = server.uri("/redirect/302?" + plain + "/protocol");
      for (Redirect policy : Redirect.values()) {
        try (HttpClient client = kind.anyProtocol(builder -> builder.followRedirects(policy))) {
          HttpResponse<String> risen = client.send(get(up), BodyHandlers.ofString());
          assertEquals(policy == Redirect.NEVER ? 302 : 200, risen.statusCode());
          HttpResponse<String> fallen = client.send(get(down), BodyHandlers.ofString());
          assertEquals(policy == Redirect.ALWAYS ? 200 : 302, fallen.statusCode());
          if (policy == Redirect.ALWAYS) {
            assertEquals("HTTP/1.1", fallen.body());
            assertEquals(HttpClient.Version.HTTP_1_1, fallen.version());
          }
        }
      }
    } finally {
      cleartext.stop();
    }
  }
}
