package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.server.TestClient.Ask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The limits of the server, reached. */
class LimitsTest {
  @TempDir static Path folder;
  private static ServedSite site;

  @BeforeAll
  static void serve() throws IOException {
    site = ServedSite.ofFiles(folder);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  @ParameterizedTest
  @EnumSource
  void aHeaderSectionAbove16KibIsRefusedAndTheServerGoesOn(HttpProtocol protocol) throws Exception {
    int status;
    try {
      status = site.client(protocol).send(Ask.get("/", "X-Large", "x".repeat(20_000))).status();
    } catch (IOException e) {
      // Jetty's HTTP/2 ends the connection; our client over HTTP/3 knows the server's setting.
      assertTrue(
          protocol == HttpProtocol.H2 || String.valueOf(e.getMessage()).contains("16384"),
          e.toString());
      status = 431;
    }
    // RFC 6585 §5
    assertEquals(431, status);
    String allowed = "x".repeat(12_000);
    assertEquals(200, site.client(protocol).send(Ask.get("/", "X-Large", allowed)).status());
  }

  @Test
  void aListingHasAnEnd() throws Exception {
    Path many = Files.createDirectory(site.root.resolve("many"));
    for (int i = 0; i <= ListingPage.MOST_ENTRIES; i++) {
      Files.createFile(many.resolve("file-" + i));
    }
    String listing = site.client(HttpProtocol.H3).send(Ask.get("/many/")).text();
    assertTrue(listing.contains("The first 0 folders, " + ListingPage.MOST_ENTRIES + " files"));
  }

  @Test
  void moreTcpConnectionsWaitUntilOthersEnd() throws Exception {
    try (ServedSite own = ServedSite.ofFiles(folder.resolve("full"))) {
      own.write("a.txt", "a");
      InetSocketAddress address =
          new InetSocketAddress(own.server.addresses().getFirst(), own.server.port());
      List<Socket> held = new ArrayList<>();
      try {
        for (int i = 0; i < DevServerLimits.DEFAULT.tcpConnections(); i++) {
          Socket socket = new Socket();
          held.add(socket);
          socket.connect(address);
        }
        CompletableFuture<Integer> late =
            CompletableFuture.supplyAsync(() -> {
              try {
                return RawHttp1.get(own.server, "/a.txt").status();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
        assertThrows(TimeoutException.class, () -> late.get(500, TimeUnit.MILLISECONDS));
        held.removeFirst().close();
        assertEquals(200, late.get(20, TimeUnit.SECONDS));
      } finally {
        for (Socket socket : held) {
          socket.close();
        }
      }
    }
  }
}
