package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.server.TestClient.Answer;
import dev.h3kit.server.TestClient.Ask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing outside of the root is served, and nothing hidden in it. */
class HostilePathsTest {
  private static final String SECRET = "the secret outside";

  private static final List<String> TRAVERSALS =
      List.of(
          "/../secret.txt",
          "/sub/../../secret.txt",
          "/%2e%2e/secret.txt",
          "/%2E%2E/secret.txt",
          "/.%2e/secret.txt",
          "/..%2fsecret.txt",
          "/%2e%2e%2fsecret.txt",
          "/..%5csecret.txt",
          "/%5c..%5csecret.txt",
          "/..;/secret.txt",
          "/..;x=y/secret.txt",
          "/%252e%252e/secret.txt",
          "/%c0%ae%c0%ae/secret.txt",
          "/%e0%80%ae%e0%80%ae/secret.txt",
          "/%c0%2e%c0%2e/secret.txt",
          "/%uff0e%uff0e/secret.txt",
          "/sub/%2e%2e/%2e%2e/secret.txt",
          "//../secret.txt",
          "/...//secret.txt",
          "/secret.txt%00",
          "/sub%00/../../secret.txt",
          "/sub/../../site/../secret.txt",
          "/link-out",
          "/link-out/",
          "/folder-out/secret.txt",
          "/chain",
          "/%66older-out/secret.txt");

  private static final List<String> HIDDEN =
      List.of(
          "/.env",
          "/%2eenv",
          "/.git/config",
          "/sub/.env",
          "/sub/.well-known/x",
          "/link-to-hidden",
          "/.%65nv");

  private static final List<String> NO_SUCH_THING =
      List.of(
          "//digits.txt",
          "/sub//digits.txt",
          "/digits.txt/",
          "/digits.txt/x",
          "/digits.txt%00.html",
          "/digits.txt;v=1",
          "/digits%2etxt%2f",
          "/%",
          "/%f",
          "/%zz",
          "/%ff",
          "/a%0d%0ab",
          "/loop",
          "/" + "a".repeat(300),
          "/" + "a/".repeat(1000));

  @TempDir static Path folder;
  private static ServedSite site;

  @BeforeAll
  static void serve() throws IOException {
    site = ServedSite.ofFiles(folder);
    Path secret = Files.writeString(folder.resolve("secret.txt"), SECRET);
    site.write("digits.txt", "0123456789");
    site.write("sub/digits.txt", "0123456789");
    site.write(".env", SECRET);
    site.write("sub/.env", SECRET);
    site.write("sub/.well-known/x", SECRET);
    site.write(".git/config", SECRET);
    site.write(".well-known/acme", "known");
    Files.createSymbolicLink(site.root.resolve("link-out"), secret);
    Files.createSymbolicLink(site.root.resolve("folder-out"), folder);
    Files.createSymbolicLink(site.root.resolve("chain"), Path.of("link-out"));
    Files.createSymbolicLink(site.root.resolve("link-to-hidden"), Path.of(".env"));
    Files.createSymbolicLink(site.root.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(site.root.resolve("link-in"), Path.of("sub/digits.txt"));
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  /** Sends the path as it stands: the JDK's client would refuse or normalize some of these. */
  private static Answer get(HttpProtocol protocol, String path) throws Exception {
    return switch (protocol) {
      case H1 -> RawHttp1.get(site.server, path);
      case H2, H3 -> site.client(protocol).send(Ask.get(path));
    };
  }

  private static void refused(HttpProtocol protocol, List<String> paths) throws Exception {
    for (String path : paths) {
      Answer answer = get(protocol, path);
      assertTrue(
          answer.status() == 404 || answer.status() == 400, path + " got " + answer.status());
      assertFalse(answer.text().contains(SECRET), path);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"H1", "H3"})
  void noTraversalLeavesTheRoot(HttpProtocol protocol) throws Exception {
    refused(protocol, TRAVERSALS);
  }

  @ParameterizedTest
  @EnumSource(names = {"H1", "H3"})
  void hiddenNamesAreNotServed(HttpProtocol protocol) throws Exception {
    refused(protocol, HIDDEN);
  }

  @ParameterizedTest
  @EnumSource(names = {"H1", "H3"})
  void onlyTheOnePathOfAFileNamesIt(HttpProtocol protocol) throws Exception {
    refused(protocol, NO_SUCH_THING);
  }

  @ParameterizedTest
  @EnumSource
  void wellKnownAndLinksWithinTheRootAreServed(HttpProtocol protocol) throws Exception {
    assertEquals("known", get(protocol, "/.well-known/acme").text());
    assertEquals("0123456789", get(protocol, "/link-in").text());
    assertEquals("0123456789", get(protocol, "/%64igits.txt").text());
  }

  @ParameterizedTest
  @EnumSource
  void theListingShowsNothingThatIsNotServed(HttpProtocol protocol) throws Exception {
    String listing = get(protocol, "/").text();
    for (String name : new String[] {".env", ".git", "link-out", "folder-out", "loop", "chain"}) {
      assertFalse(listing.contains(name), name);
    }
    assertTrue(listing.contains("link-in") && listing.contains("digits.txt"));
  }

  @Test
  void namesAreEscapedInTheListing() throws Exception {
    site.write("names/<img src=x onerror=alert(1)>&\"'.txt", "escaped");
    site.write("names/100%.txt", "percent");
    site.write("names/javascript:alert(1)", "relative");
    site.write("names/\u202etxt.exe", "turned");
    String listing = get(HttpProtocol.H3, "/names/").text();
    assertFalse(listing.contains("<img"), listing);
    assertFalse(listing.contains("\u202e"), listing);
    assertTrue(listing.contains("href=\"./javascript%3Aalert(1)\""), listing);
    var links = java.util.regex.Pattern.compile("href=\"\\./([^\"]+)\"").matcher(listing);
    int followed = 0;
    while (links.find()) {
      assertEquals(200, get(HttpProtocol.H3, "/names/" + links.group(1)).status());
      followed++;
    }
    assertEquals(4, followed);
  }

  @Test
  void aPipeOrDeviceIsNotOpened() throws Exception {
    Path pipe = site.root.resolve("pipe");
    Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
    assertEquals(0, made.waitFor());
    assertEquals(404, get(HttpProtocol.H3, "/pipe").status());
    Files.createSymbolicLink(site.root.resolve("null"), Path.of("/dev/null"));
    assertEquals(404, get(HttpProtocol.H3, "/null").status());
  }
}
