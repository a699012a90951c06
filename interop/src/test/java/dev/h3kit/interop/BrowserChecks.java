package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a browser must get from a server that speaks HTTP/3 and HTTP/2 on one port. */
final class BrowserChecks {
  /** Browsers race the new protocol against the old one, which may win a few times. */
  private static final int LOADS = 8;

  private BrowserChecks() {}

  /** Forced to QUIC, page and resources come over HTTP/3 and are what the site holds. */
  static void forced(
      Programs programs, Certificates certificates, Site site, String host, int port, Page page)
      throws Exception {
    try (Chromium browser = Chromium.forced(programs, certificates, host + ":" + port)) {
      Chromium.Load load = browser.load(host + ":" + port, page);
      assertEquals(Set.of("h3"), load.distinctProtocols(), load::toString);
      assertContent(site, page, load);
    }
  }

  /**
   * The first page comes over HTTP/2; its Alt-Svc field leads to pages that come over HTTP/3 whole.
   */
  static void discovered(
      Programs programs, Certificates certificates, Site site, String host, int port, Page page)
      throws Exception {
    try (Chromium browser = Chromium.discovering(programs, certificates, host)) {
      Chromium.Load load = browser.load(host + ":" + port, page);
      assertEquals("h2", load.protocols().get("/" + page.name()), load::toString);
      assertContent(site, page, load);
      for (int again = 1;
          again < LOADS && !load.distinctProtocols().equals(Set.of("h3"));
          again++) {
        load = browser.load(host + ":" + port, page);
      }
      assertEquals(Set.of("h3"), load.distinctProtocols(), load::toString);
      assertContent(site, page, load);
    }
  }

  private static void assertContent(Site site, Page page, Chromium.Load load) {
    Map<String, String> expected = new TreeMap<>();
    expected.put("/" + page.name(), site.hash(page.name()));
    page.resources().forEach(name -> expected.put("/" + name, site.hash(name)));
    assertEquals(expected, new TreeMap<>(load.hashes()));
  }
}
