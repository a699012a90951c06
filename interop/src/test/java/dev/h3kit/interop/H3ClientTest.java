package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.H3Client;
import dev.h3kit.client.H3Response;
import dev.h3kit.client.HttpProtocol;
import dev.h3kit.client.ProtocolMode;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Our client fetches from other people's servers. */
@Tag("programs")
class H3ClientTest {
  @RegisterExtension final Programs programs = new Programs();

  private Certificates certificates;
  private Site site;

  @BeforeEach
  void prepare() throws Exception {
    certificates = Certificates.ec(programs.folder("certificates"));
    site = Site.in(programs.folder("www")).with("one", 1).with("large", 1 << 20);
  }

  @Test
  void fetchesFromGtlsserver() throws Exception {
    site.with("huge", 100 << 20);
    fetchAll(
        Peers.gtlsserver(programs, site, certificates),
        ProtocolMode.HTTP3_ONLY,
        HttpProtocol.HTTP_3);
  }

  @Test
  void fetchesFromCaddyOverHttp3() throws Exception {
    site.with("empty", 0).with("huge", 100 << 20);
    fetchAll(
        Peers.caddy(programs, site, certificates, "h1 h2 h3"),
        ProtocolMode.HTTP3_ONLY,
        HttpProtocol.HTTP_3);
  }

  @Test
  void fetchesFromFlupke() throws Exception {
    fetchAll(
        FlupkePeer.serve(programs, site, certificates),
        ProtocolMode.HTTP3_ONLY,
        HttpProtocol.HTTP_3);
  }

  @Test
  void fallsBackToHttp2OfNginxWhereUdpIsClosed() throws Exception {
    fetchAll(
        Peers.nginx(programs, site, certificates), ProtocolMode.HTTP3_FIRST, HttpProtocol.HTTP_2);
  }

  @Test
  void fallsBackToHttp2OfCaddyWhereUdpIsClosed() throws Exception {
    fetchAll(
        Peers.caddy(programs, site, certificates, "h1 h2"),
        ProtocolMode.HTTP3_FIRST,
        HttpProtocol.HTTP_2);
  }

  @Test
  void fallsBackToHttp2WhereUdpIsSilent() throws Exception {
    int port = Peers.nginx(programs, site, certificates);
    // Bound and never read: datagrams vanish without an ICMP message.
    try (DatagramSocket silent =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      assertEquals(port, silent.getLocalPort());
      fetchAll(port, ProtocolMode.HTTP3_FIRST, HttpProtocol.HTTP_2);
    }
  }

  @Test
  void discoversHttp3OfCaddyThroughAltSvc() throws Exception {
    int port = Peers.caddy(programs, site, certificates, "h1 h2 h3");
    try (H3Client client = client(ProtocolMode.ALT_SVC)) {
      assertEquals(HttpProtocol.HTTP_2, fetch(client, port, "one").protocol());
      assertEquals(HttpProtocol.HTTP_3, fetch(client, port, "large").protocol());
    }
  }

  @Test
  void http3OnlyFailsWhereThereIsNone() throws Exception {
    int port = Peers.nginx(programs, site, certificates);
    try (H3Client client = client(ProtocolMode.HTTP3_ONLY)) {
      IOException failure = assertThrows(IOException.class, () -> fetch(client, port, "one"));
      assertTrue(
          failure.getMessage() != null && !failure.getMessage().isBlank(), failure::toString);
    }
  }

  private H3Client client(ProtocolMode mode) throws Exception {
    return H3Client.newBuilder()
        .protocolMode(mode)
        .trust(certificates.trust())
        .connectTimeout(Duration.ofSeconds(10))
        .build();
  }

  /** Fetches all files of the site: they must be whole and come over this protocol. */
  private void fetchAll(int port, ProtocolMode mode, HttpProtocol protocol) throws Exception {
    try (H3Client client = client(mode)) {
      for (String name : site.hashes().keySet()) {
        H3Response<Path> response = fetch(client, port, name);
        assertEquals(protocol, response.protocol(), () -> response.report().toString());
      }
    }
  }

  private H3Response<Path> fetch(H3Client client, int port, String name) throws Exception {
    H3Response<Path> response =
        client.send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/" + name))
                .timeout(Duration.ofSeconds(60))
                .build(),
            BodyHandlers.ofFile(programs.folder("fetched").resolve(name)));
    assertAll(
        name,
        () -> assertEquals(200, response.statusCode()),
        () -> assertEquals(site.hash(name), Site.hash(response.body())));
    return response;
  }
}
