package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.transport.ClientTransportConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** h3-core alone, without Jetty and HttpClient, against other programs. */
@Tag("programs")
class CoreTest {
  private static final Duration WAIT = Duration.ofSeconds(60);

  @RegisterExtension final Programs programs = new Programs();

  private Certificates certificates;
  private Site site;

  @BeforeEach
  void prepare() throws Exception {
    certificates = Certificates.ec(programs.folder("certificates"));
    site = Site.in(programs.folder("www")).with("one", 1).with("large", 1 << 20);
  }

  @Test
  void gtlsclientGetsFilesOfAllSizesOnOneConnection() throws Exception {
    site.with("empty", 0).with("huge", 100 << 20);
    int port = CoreFileServer.start(programs, site, certificates).port();
    Path folder = Peers.gtlsclient(programs, port, 4, List.of("/empty", "/one", "/large", "/huge"));
    for (String name : site.hashes().keySet()) {
      assertEquals(site.hash(name), Site.hash(folder.resolve(name)), name);
    }
  }

  @Test
  void gtlsclientGetsAHundredFilesOnOneConnection() throws Exception {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      site.with("file-" + i, 1000 + 37 * i);
      paths.add("/file-" + i);
    }
    int port = CoreFileServer.start(programs, site, certificates).port();
    Path folder = Peers.gtlsclient(programs, port, 100, paths);
    for (int i = 0; i < 100; i++) {
      assertEquals(site.hash("file-" + i), Site.hash(folder.resolve("file-" + i)));
    }
  }

  @Test
  void chromiumLoadsAPageForcedToQuic() throws Exception {
    Page page = Page.in(site, 40);
    int port = CoreFileServer.start(programs, site, certificates).port();
    BrowserChecks.forced(programs, certificates, site, "127.0.0.1", port, page);
  }

  @Test
  void fetchesFromGtlsserver() throws Exception {
    site.with("huge", 100 << 20);
    assertEquals(site.hashes(), fetch(Peers.gtlsserver(programs, site, certificates)));
  }

  @Test
  void fetchesFromCaddy() throws Exception {
    site.with("empty", 0).with("huge", 100 << 20);
    assertEquals(site.hashes(), fetch(Peers.caddy(programs, site, certificates, "h1 h2 h3")));
  }

  /** Fetches all files of the site on one connection; answers their hashes. */
  private Map<String, String> fetch(int port) throws Exception {
    ClientTransportConfig usual = ClientTransportConfig.DEFAULT;
    ClientTransportConfig config =
        new ClientTransportConfig(
            certificates.trust(),
            true,
            usual.idleTimeout(),
            usual.streamReceiveWindow(),
            usual.connectionReceiveWindow(),
            usual.peerBidirectionalStreams(),
            usual.peerUnidirectionalStreams(),
            usual.faults());
    Http3Client client =
        Http3Client.connect(
            config,
            Http3Limits.CLIENT,
            Http3Events.NONE,
            "localhost",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            Deadline.after(WAIT));
    try {
      Map<String, String> hashes = new HashMap<>();
      for (String name : site.hashes().keySet()) {
        ClientExchange exchange =
            client.send(
                RequestHead.of("GET", "localhost:" + port, "/" + name, List.of()),
                ByteBuffer.allocate(0),
                true,
                Deadline.after(WAIT));
        ResponseHead head = exchange.response(interim -> {}, Deadline.after(WAIT));
        assertEquals(200, head.status(), name);
        hashes.put(name, Site.hash(new Content(exchange)));
      }
      return hashes;
    } finally {
      client.close(Deadline.after(Duration.ofSeconds(5)));
    }
  }

  /** The content of an exchange as a stream. */
  private static final class Content extends InputStream {
    private final ClientExchange exchange;

    Content(ClientExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return exchange.read(buffer, offset, length);
    }
  }
}
