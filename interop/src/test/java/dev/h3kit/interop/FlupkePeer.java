package dev.h3kit.interop;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Arrays;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.flupke.Http3Client;
import tech.kwik.flupke.Http3ClientBuilder;
import tech.kwik.flupke.server.Http3ApplicationProtocolFactory;
import tech.kwik.flupke.server.HttpServerRequest;
import tech.kwik.flupke.server.HttpServerResponse;

/** flupke, the other HTTP/3 of this QUIC stack, as server and client. */
final class FlupkePeer {
  private static final String PASSWORD = "changeit";
  private static final int PIECE = 1000;

  private FlupkePeer() {}

  /** Serves the files of a site; answers the port. */
  static int serve(Programs programs, Site site, Certificates certificates) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server",
        certificates.key(),
        PASSWORD.toCharArray(),
        certificates.chain().toArray(Certificate[]::new));
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    ServerConnector connector =
        ServerConnector.builder()
            .withSocket(socket)
            .withKeyStore(keys, "server", PASSWORD.toCharArray())
            .withConfiguration(
                ServerConnectionConfig.builder()
                    .maxIdleTimeoutInSeconds(30)
                    .maxConnectionBufferSize(10 << 20)
                    .maxBidirectionalStreamBufferSize(1 << 20)
                    .maxUnidirectionalStreamBufferSize(1 << 20)
                    .maxOpenPeerInitiatedBidirectionalStreams(100)
                    .maxOpenPeerInitiatedUnidirectionalStreams(10)
                    .retryRequired(false)
                    .connectionIdLength(8)
                    .build())
            .withLogger(new NullLogger())
            .build();
    connector.registerApplicationProtocol(
        "h3",
        new Http3ApplicationProtocolFactory(
            (request, response) -> answer(site, request, response)));
    connector.start();
    programs.closing(connector);
    return socket.getLocalPort();
  }

  private static void answer(Site site, HttpServerRequest request, HttpServerResponse response)
      throws IOException {
    String name = request.path().substring(1);
    if (!site.hashes().containsKey(name)) {
      response.setStatus(404);
      return;
    }
    response.setStatus(200);
    byte[] content = Files.readAllBytes(site.root().resolve(name));
    // In pieces of a packet: larger writes can stall in this version of kwik. Each from the
    // beginning of its array: flupke 0.9.4 takes the length for the end.
    try (OutputStream out = response.getOutputStream()) {
      for (int from = 0; from < content.length; from += PIECE) {
        out.write(Arrays.copyOfRange(content, from, Math.min(from + PIECE, content.length)));
      }
    }
  }

  /**
   * Fetches one URL without a look at the certificate; answers the response with its body in a
   * file.
   */
  static HttpResponse<Path> fetch(Programs programs, URI uri) throws Exception {
    Http3ClientBuilder builder = Http3Client.newBuilder();
    HttpClient client =
        builder.connectTimeout(Duration.ofSeconds(10)).disableCertificateCheck().build();
    return client.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60)).build(),
        BodyHandlers.ofFile(programs.folder("flupke").resolve("body")));
  }
}
