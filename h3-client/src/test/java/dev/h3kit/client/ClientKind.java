package dev.h3kit.client;

import dev.h3kit.client.TestServer.Speaks;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** The clients that must answer alike. */
enum ClientKind {
  /** Ours over HTTP/3. */
  HTTP3(Speaks.BOTH, HttpProtocol.HTTP_3),
  /** Ours, fallen back to HTTP/2 because nobody listens on UDP. */
  FALLEN_BACK(Speaks.TCP, HttpProtocol.HTTP_2),
  /** The JDK's own over HTTP/2. */
  JDK(Speaks.TCP, HttpProtocol.HTTP_2);

  private final Speaks speaks;
  private final HttpProtocol protocol;

  ClientKind(Speaks speaks, HttpProtocol protocol) {
    this.speaks = speaks;
    this.protocol = protocol;
  }

  HttpProtocol protocol() {
    return protocol;
  }

  TestServer server() throws Exception {
    return TestServer.start(speaks);
  }

  HttpClient client() {
    return client(builder -> {});
  }

  HttpClient client(Consumer<HttpClient.Builder> settings) {
    HttpClient.Builder builder =
        switch (this) {
          case HTTP3 ->
              H3Client.newBuilder()
                  .trust(TestAuthority.SHARED.trust())
                  .protocolMode(ProtocolMode.HTTP3_ONLY);
          case FALLEN_BACK ->
              H3Client.newBuilder()
                  .trust(TestAuthority.SHARED.trust())
                  .protocolMode(ProtocolMode.HTTP3_FIRST);
          case JDK -> HttpClient.newBuilder().sslContext(trusting());
        };
    settings.accept(builder);
    return builder.build();
  }

  /** A client that may use TCP too: for what HTTP/3 cannot do. */
  HttpClient anyProtocol(Consumer<HttpClient.Builder> settings) {
    return client(builder -> {
      if (builder instanceof H3ClientBuilder ours) {
        ours.protocolMode(ProtocolMode.HTTP3_FIRST);
      }
      settings.accept(builder);
    });
  }

  static SSLContext trusting() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {TestAuthority.SHARED.trust()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
