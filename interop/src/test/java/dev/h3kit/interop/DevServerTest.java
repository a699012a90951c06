package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.server.AccessLogEntry;
import dev.h3kit.server.DevServer;
import dev.h3kit.server.DevServerConfig;
import dev.h3kit.server.HttpProtocol;
import dev.h3kit.server.ServerIdentity;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Our server answers other people's clients. */
@Tag("programs")
class DevServerTest {
  @RegisterExtension final Programs programs = new Programs();

  private final BlockingQueue<AccessLogEntry> log = new LinkedBlockingQueue<>();
  private Certificates certificates;
  private Site site;

  @BeforeEach
  void prepare() throws Exception {
    certificates = Certificates.ec(programs.folder("certificates"));
    site = Site.in(programs.folder("www")).with("empty", 0).with("one", 1).with("large", 1 << 20);
  }

  private int serve() throws Exception {
    ServerIdentity identity = ServerIdentity.pem(certificates.chainPem(), certificates.keyPem());
    return programs
        .closing(DevServer.start(DevServerConfig.of(site.root(), identity).withAccessLog(log::add)))
        .port();
  }

  @Test
  void gtlsclientGetsFilesOfAllSizes() throws Exception {
    site.with("huge", 100 << 20);
    Path folder =
        Peers.gtlsclient(programs, serve(), 4, List.of("/empty", "/one", "/large", "/huge"));
    for (String name : site.hashes().keySet()) {
      assertEquals(site.hash(name), Site.hash(folder.resolve(name)), name);
    }
    assertProtocol(HttpProtocol.H3, 4);
  }

  @Test
  void gtlsclientGetsAHundredFilesOnOneConnection() throws Exception {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      site.with("file-" + i, 1000 + 37 * i);
      paths.add("/file-" + i);
    }
    Path folder = Peers.gtlsclient(programs, serve(), 100, paths);
    for (int i = 0; i < 100; i++) {
      assertEquals(site.hash("file-" + i), Site.hash(folder.resolve("file-" + i)));
    }
    assertProtocol(HttpProtocol.H3, 100);
  }

  @Test
  void chromiumLoadsAPageForcedToQuic() throws Exception {
    Page page = Page.in(site, 40);
    BrowserChecks.forced(programs, certificates, site, "localhost", serve(), page);
  }

  @Test
  void chromiumDiscoversHttp3ThroughAltSvc() throws Exception {
    Page page = Page.in(site, 40);
    BrowserChecks.discovered(programs, certificates, site, "localhost", serve(), page);
  }

  @Test
  void curlSpeaksHttp2AndHttp1() throws Exception {
    int port = serve();
    for (String option : List.of("--http2", "--http1.1")) {
      Path target = programs.folder("curl").resolve("large");
      String report =
          Peers.curl(
              programs,
              certificates,
              option,
              target,
              "https://localhost:" + port + "/large",
              "%{http_version} %header{alt-svc}");
      String version = option.equals("--http2") ? "2" : "1.1";
      assertTrue(report.startsWith(version + " h3=\":" + port + "\""), report);
      assertEquals(site.hash("large"), Site.hash(target));
    }
  }

  @Test
  void nghttpSpeaksHttp2() throws Exception {
    Path target = programs.folder("nghttp").resolve("large");
    Peers.nghttp(programs, target, "https://localhost:" + serve() + "/large");
    assertEquals(site.hash("large"), Site.hash(target));
    assertProtocol(HttpProtocol.H2, 1);
  }

  @Test
  void flupkeGetsFiles() throws Exception {
    int port = serve();
    for (String name : site.hashes().keySet()) {
      HttpResponse<Path> response =
          FlupkePeer.fetch(programs, URI.create("https://localhost:" + port + "/" + name));
      assertEquals(200, response.statusCode());
      assertEquals(site.hash(name), Site.hash(response.body()), name);
    }
    assertProtocol(HttpProtocol.H3, site.hashes().size());
  }

  /** So many requests were logged, all over this protocol. */
  private void assertProtocol(HttpProtocol protocol, int requests) throws InterruptedException {
    List<AccessLogEntry> entries = new ArrayList<>();
    while (entries.size() < requests) {
      AccessLogEntry entry = log.poll(10, TimeUnit.SECONDS);
      assertNotNull(entry, () -> "only " + entries);
      entries.add(entry);
    }
    assertTrue(entries.stream().allMatch(entry -> entry.protocol() == protocol), entries::toString);
    assertTrue(log.isEmpty(), log::toString);
  }
}
