package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The other programs among themselves: a failure here is not ours. */
@Tag("programs")
class PeersTest {
  @RegisterExtension final Programs programs = new Programs();

  private Certificates certificates;
  private Site site;

  @BeforeEach
  void prepare() throws Exception {
    certificates = Certificates.ec(programs.folder("certificates"));
    site = Site.in(programs.folder("www")).with("one", 1).with("large", 1 << 20);
  }

  @Test
  void gtlsclientFetchesFromGtlsserver() throws Exception {
    int port = Peers.gtlsserver(programs, site, certificates);
    Path folder = Peers.gtlsclient(programs, port, 2, List.of("/one", "/large"));
    for (String name : site.hashes().keySet()) {
      assertEquals(site.hash(name), Site.hash(folder.resolve(name)), name);
    }
  }

  @Test
  void gtlsclientFetchesFromCaddyOverHttp3() throws Exception {
    int port = Peers.caddy(programs, site, certificates, "h1 h2 h3");
    Path folder = Peers.gtlsclient(programs, port, 1, List.of("/large"));
    assertEquals(site.hash("large"), Site.hash(folder.resolve("large")));
  }

  @Test
  void curlSpeaksHttp2WithNginxAndCaddy() throws Exception {
    for (int port :
        List.of(
            Peers.nginx(programs, site, certificates),
            Peers.caddy(programs, site, certificates, "h1 h2"))) {
      Path target = programs.folder("curl").resolve("large");
      String version =
          Peers.curl(
              programs,
              certificates,
              "--http2",
              target,
              "https://localhost:" + port + "/large",
              "%{http_version}");
      assertEquals("2", version);
      assertEquals(site.hash("large"), Site.hash(target));
    }
  }

  @Test
  void chromiumSpeaksHttp3WithCaddyForcedAndDiscovered() throws Exception {
    Page page = Page.in(site, 20);
    int port = Peers.caddy(programs, site, certificates, "h1 h2 h3");
    BrowserChecks.forced(programs, certificates, site, "127.0.0.1", port, page);
    BrowserChecks.discovered(programs, certificates, site, "127.0.0.1", port, page);
  }
}
