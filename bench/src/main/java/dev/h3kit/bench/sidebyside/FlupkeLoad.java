package dev.h3kit.bench.sidebyside;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.flupke.Http3Client;
import tech.kwik.flupke.Http3ClientBuilder;
import tech.kwik.flupke.server.Http3ApplicationProtocolFactory;
import tech.kwik.flupke.server.HttpServerRequest;
import tech.kwik.flupke.server.HttpServerResponse;

/** flupke on the same kwik, with the same windows and virtual threads. */
final class FlupkeLoad {
  /** The largest stream window that flupke takes: that of the connection is fixed. */
  private static final long RECEIVE_WINDOW = 2_500_000;

  /** Larger writes stall the server for ever. */
  private static final int WRITE = 1024;

  private FlupkeLoad() {}

  static LoadServer serve(KeyStore keys) throws Exception {
    DatagramSocket socket = KwikLoad.socket();
    ServerConnector connector = KwikLoad.connector(keys, socket);
    Http3ApplicationProtocolFactory factory =
        new Http3ApplicationProtocolFactory(
            FlupkeLoad::answer, Map.of(), Executors.newVirtualThreadPerTaskExecutor());
    factory.setMaxDataSize(Long.MAX_VALUE);
    connector.registerApplicationProtocol("h3", factory);
    connector.start();
    return new KwikLoad.Running(connector, socket.getLocalPort());
  }

  private static void answer(HttpServerRequest request, HttpServerResponse response)
      throws IOException {
    response.setStatus(200);
    if (request.method().equals("GET")) {
      byte[] buffer = new byte[WRITE];
      try (OutputStream out = response.getOutputStream()) {
        for (long left = Long.parseLong(request.path().substring(1));
            left > 0;
            left -= buffer.length) {
          out.write(buffer, 0, (int) Math.min(left, buffer.length));
        }
      }
    } else {
      long count = KwikLoad.drain(request.body());
      try (OutputStream out = response.getOutputStream()) {
        out.write(Long.toString(count).getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  static LoadClient connect(int port) throws IOException {
    Http3ClientBuilder builder = Http3Client.newBuilder();
    HttpClient client =
        builder
            .receiveBufferSize(RECEIVE_WINDOW)
            .connectTimeout(Duration.ofSeconds(10))
            .disableCertificateCheck()
            .build();
    return new Client(client, URI.create("https://127.0.0.1:" + port));
  }

  private record Client(HttpClient client, URI server) implements LoadClient {
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
      HttpRequest request =
          HttpRequest.newBuilder(server.resolve("/"))
              .POST(BodyPublishers.ofInputStream(() -> new Zeros(size)))
              .build();
      return Long.parseLong(client.send(request, BodyHandlers.ofString()).body());
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }
}
