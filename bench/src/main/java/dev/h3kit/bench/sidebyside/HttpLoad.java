package dev.h3kit.bench.sidebyside;

import dev.h3kit.client.H3Client;
import dev.h3kit.client.ProtocolMode;
import dev.h3kit.core.transport.Identity;
import dev.h3kit.server.DevServer;
import dev.h3kit.server.DevServerConfig;
import dev.h3kit.server.ServerIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What applications use: the connector for Jetty and the {@code HttpClient}. */
final class HttpLoad {
  private HttpLoad() {}

  static LoadServer serve(KeyStore keys) throws Exception {
    Identity identity = H3kitLoad.identity(keys);
    return new Running(
        DevServer.start(
            DevServerConfig.of(Path.of("."), new ServerIdentity(identity, null, null)),
            new Answers()));
  }

  private record Running(DevServer server) implements LoadServer {
    @Override
    public int port() {
      return server.port();
    }

    @Override
    public void close() {
      server.close();
    }
  }

  private static final class Answers extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback)
        throws IOException {
      if (request.getMethod().equals("GET")) {
        long size = Long.parseLong(Request.getPathInContext(request).substring(1));
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, size);
        byte[] buffer = new byte[LoadClient.BUFFER];
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
          for (long left = size; left > 0; left -= buffer.length) {
            out.write(buffer, 0, (int) Math.min(left, buffer.length));
          }
        }
      } else {
        long count = KwikLoad.drain(Content.Source.asInputStream(request));
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
          out.write(Long.toString(count).getBytes(StandardCharsets.US_ASCII));
        }
      }
      callback.succeeded();
      return true;
    }
  }

  static LoadClient connect(int port) {
    H3Client client =
        H3Client.newBuilder()
            .protocolMode(ProtocolMode.HTTP3_ONLY)
            .insecure()
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    return new Client(client, URI.create("https://127.0.0.1:" + port));
  }

  private record Client(H3Client client, URI server) implements LoadClient {
    @Override
    public long download(long size) throws IOException, InterruptedException {
      HttpRequest request = HttpRequest.newBuilder(server.resolve("/" + size)).build();
      HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        return KwikLoad.drain(in);
      }
    }

    @Override
    public long upload(long size) throws IOException, InterruptedException {
      BodyPublisher body =
          BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> new Zeros(size)), size);
      HttpRequest request = HttpRequest.newBuilder(server.resolve("/")).POST(body).build();
      return Long.parseLong(client.send(request, BodyHandlers.ofString()).body());
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }
}
