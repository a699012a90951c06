package dev.h3kit.server;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A client of one version of HTTP, so that the same tests run over all of them. */
interface TestClient extends AutoCloseable {
  /** A header field. */
  record Field(String name, String value) {}

  /** A request; never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  record Ask(String method, String target, List<Field> fields, byte[] content) {
    static Ask get(String target, String... namesAndValues) {
      return of("GET", target, namesAndValues);
    }

    static Ask of(String method, String target, String... namesAndValues) {
      List<Field> fields = new ArrayList<>();
      for (int i = 0; i < namesAndValues.length; i += 2) {
        fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
      }
      return new Ask(method, target, fields, new byte[0]);
    }

    Ask with(byte[] content) {
      return new Ask(method, target, fields, content);
    }
  }

  /** A response that came whole; never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  record Answer(int status, Map<String, List<String>> fields, byte[] content) {
    Optional<String> field(String name) {
      List<String> values = fields.get(name.toLowerCase(Locale.ROOT));
      return values == null ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    String text() {
      return new String(content, StandardCharsets.UTF_8);
    }
  }

  /**
   * Sends a request and reads the response.
   *
   * @throws IOException also if the response is cut short
   */
  Answer send(Ask ask) throws IOException, InterruptedException;

  HttpProtocol protocol();

  @Override
  void close();

  /** A client of this version for a server with this authority. */
  static TestClient of(HttpProtocol protocol, DevServer server) {
    return switch (protocol) {
      case H1 -> new Jdk(server, HttpClient.Version.HTTP_1_1);
      case H2 -> new Jdk(server, HttpClient.Version.HTTP_2);
      case H3 -> throw new IllegalArgumentException("not yet");
    };
  }

  /** HTTP/1.1 and HTTP/2 by the JDK. */
  final class Jdk implements TestClient {
    private final HttpClient client;
    private final DevServer server;
    private final HttpClient.Version version;

    Jdk(DevServer server, HttpClient.Version version) {
      this.server = server;
      this.version = version;
      this.client =
          HttpClient.newBuilder()
              .version(version)
              .sslContext(trusting(server.caCertificate().orElseThrow()))
              .connectTimeout(Duration.ofSeconds(10))
              .build();
    }

    static SSLContext trusting(X509Certificate authority) {
      try {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Answer send(Ask ask) throws IOException, InterruptedException {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(server.uri().resolve(ask.target()))
              .timeout(Duration.ofSeconds(20))
              .method(
                  ask.method(),
                  ask.content().length == 0
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofByteArray(ask.content()));
      ask.fields().forEach(field -> request.header(field.name(), field.value()));
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (response.version() != version) {
        throw new IOException("answered over " + response.version());
      }
      return new Answer(response.statusCode(), response.headers().map(), response.body());
    }

    @Override
    public HttpProtocol protocol() {
      return version == HttpClient.Version.HTTP_2 ? HttpProtocol.H2 : HttpProtocol.H1;
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
