package dev.h3kit.cli.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import dev.h3kit.cli.get.TestSite;
import dev.h3kit.server.HttpProtocol;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CompareCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void comparesOverNewConnections() throws Exception {
    try (TestSite site = TestSite.start(folder)) {
      Ran text =
          Ran.h3(site.args("compare", site.url("/text.txt"), "--runs", "3", "--warm-up", "1"));
      assertEquals(0, text.exit(), text.toString());
      assertTrue(text.out().contains("status 200, 26 B; 3 runs of each"), text.out());
      assertTrue(text.out().contains("HTTP/3") && text.out().contains("HTTP/2"), text.out());
      for (String row : new String[] {"handshake", "first byte", "total"}) {
        assertTrue(text.out().contains("\n" + row + " "), text.out());
      }
      assertEquals("", text.err());

      Ran json =
          Ran.h3(
              site.args(
                  "compare",
                  site.url("/text.txt"),
                  "--runs",
                  "4",
                  "--warm-up",
                  "0",
                  "--json",
                  "--seed",
                  "7"));
      assertTrue(json.out().startsWith("{\"url\":\"" + site.url("/text.txt")), json.toString());
      assertTrue(json.out().contains("\"runs\":4,\"failed_pairs\":0,\"seed\":7,"), json.out());
      assertTrue(json.out().contains("\"protocol\":\"HTTP/3\""), json.out());
      assertTrue(json.out().contains("\"protocol\":\"HTTP/2\""), json.out());
      assertEquals(1, json.out().lines().count());
    }
  }

  @Test
  void serverWithoutHttp3IsNotCompared() throws Exception {
    try (TestSite site =
        TestSite.start(folder, EnumSet.complementOf(EnumSet.of(HttpProtocol.H3)))) {
      Ran ran = Ran.h3(site.args("compare", site.url("/text.txt"), "--connect-timeout", "2"));
      assertEquals(7, ran.exit(), ran.toString());
      assertTrue(ran.err().startsWith("h3: (7) over HTTP/3: "), ran.err());
      assertEquals(2, ran.err().lines().count(), ran.err());
      assertEquals("", ran.out());
    }
  }

  @Test
  void serverWithoutTcpIsNotCompared() throws Exception {
    try (TestSite site = TestSite.start(folder, EnumSet.of(HttpProtocol.H3))) {
      Ran ran = Ran.h3(site.args("compare", site.url("/text.txt")));
      assertEquals(7, ran.exit(), ran.toString());
      assertTrue(ran.err().startsWith("h3: (7) over TCP: "), ran.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--runs=2", "--runs=1001", "--warm-up=-1", "--runs=x", "-m=-1"})
  void wrongNumbersAreRefused(String option) {
    Ran ran = Ran.h3("compare", "https://localhost:1/", option);
    assertEquals(2, ran.exit(), ran.toString());
  }

  @Test
  void plainHttpCannotBeCompared() {
    assertEquals(1, Ran.h3("compare", "http://localhost:1/").exit());
  }
}
