package dev.h3kit.server;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.DatagramFaults;
import dev.h3kit.qpack.FieldLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

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
  static TestClient of(HttpProtocol protocol, DevServer server) throws IOException {
    return switch (protocol) {
      case H1 -> new Jdk(server, HttpClient.Version.HTTP_1_1);
      case H2 -> new Jdk(server, HttpClient.Version.HTTP_2);
      case H3 -> new H3(server);
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

    static X509TrustManager trust(X509Certificate authority) {
      try {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        return (X509TrustManager) trust.getTrustManagers()[0];
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    static SSLContext trusting(X509Certificate authority) {
      try {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trust(authority)}, null);
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

  /** HTTP/3 by our core. */
  final class H3 implements TestClient {
    private final Http3Client client;
    private final DevServer server;

    H3(DevServer server) throws IOException {
      this.server = server;
      this.client = connect(server);
    }

    static Http3Client connect(DevServer server) throws IOException {
      ClientTransportConfig defaults = ClientTransportConfig.DEFAULT;
      return Http3Client.connect(
          new ClientTransportConfig(
              Jdk.trust(server.caCertificate().orElseThrow()),
              true,
              defaults.idleTimeout(),
              defaults.streamReceiveWindow(),
              defaults.connectionReceiveWindow(),
              0,
              defaults.peerUnidirectionalStreams(),
              DatagramFaults.NONE),
          Http3Limits.CLIENT,
          Http3Events.NONE,
          "localhost",
          new InetSocketAddress(server.addresses().getFirst(), server.port()),
          Deadline.after(Duration.ofSeconds(20)));
    }

    @Override
    public Answer send(Ask ask) throws IOException, InterruptedException {
      Deadline deadline = Deadline.after(Duration.ofSeconds(20));
      List<FieldLine> fields = new ArrayList<>();
      ask.fields()
          .forEach(f -> fields.add(new FieldLine(f.name().toLowerCase(Locale.ROOT), f.value())));
      String authority = "localhost:" + server.port();
      ClientExchange exchange =
          client.send(
              RequestHead.of(ask.method(), authority, ask.target(), fields),
              ByteBuffer.allocate(0),
              ask.content().length == 0,
              deadline);
      Thread upload =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  if (ask.content().length > 0) {
                    exchange.write(ByteBuffer.wrap(ask.content()), true);
                  }
                } catch (IOException _) {
                  // The server wants no more of it; its answer counts.

                }
              });
      ResponseHead head = exchange.response(interim -> {}, deadline);
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] buffer = new byte[64 << 10];
      for (int n = exchange.read(buffer, 0, buffer.length);
          n >= 0;
          n = exchange.read(buffer, 0, buffer.length)) {
        content.write(buffer, 0, n);
      }
      Map<String, List<String>> answered = new TreeMap<>();
      head.fields()
          .forEach(f -> answered.computeIfAbsent(f.name(), _ -> new ArrayList<>()).add(f.value()));
      upload.join();
      return new Answer(head.status(), answered, content.toByteArray());
    }

    @Override
    public HttpProtocol protocol() {
      return HttpProtocol.H3;
    }

    @Override
    public void close() {
      client.close(Deadline.after(Duration.ofSeconds(5)));
    }
  }
}
