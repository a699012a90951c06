package dev.h3kit.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DemoCommandTest {

  @Test
  void everyFileComesOverBothProtocols() {
    Ran ran = Ran.h3("demo");
    assertEquals(0, ran.exit(), ran.toString());
    assertEquals("", ran.err());
    for (String path : new DemoSite().files().keySet()) {
      assertTrue(
          ran.out().lines().anyMatch(l -> l.matches(path + " .* HTTP/3 .* HTTP/2 .*")),
          path + " in " + ran.out());
    }
    assertTrue(ran.out().contains("handshake done"), ran.out());
    assertTrue(ran.out().contains("after QPACK"), ran.out());
  }

  @Test
  void siteIsAlwaysTheSameAndItsPageNamesEveryFile() {
    DemoSite site = new DemoSite();
    DemoSite other = new DemoSite();
    String page =
        new String(Objects.requireNonNull(site.files().get(DemoSite.PAGE)), StandardCharsets.UTF_8);
    assertEquals(41, site.files().size());
    for (Map.Entry<String, byte[]> file : site.files().entrySet()) {
      assertArrayEquals(file.getValue(), other.files().get(file.getKey()));
      if (!file.getKey().equals(DemoSite.PAGE)) {
        assertTrue(page.contains("\"" + file.getKey() + "\""), file.getKey());
      }
    }
  }

  @Test
  void temporaryFolderIsGoneAfterItsUse(@TempDir Path unused) throws Exception {
    Path path;
    try (TemporaryFolder folder = new TemporaryFolder("h3-test")) {
      path = folder.path();
      Files.createDirectories(path.resolve("a/b"));
      Files.writeString(path.resolve("a/b/c"), "x");
      Files.createSymbolicLink(path.resolve("link"), unused);
    }
    assertFalse(Files.exists(path));
    assertTrue(Files.exists(unused));
  }
}
