package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.server.TestClient.Ask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A file that changes between its opening and its end is not passed off as whole. */
class ChangingFileTest {
  private static final int SIZE = 200_000;

  @TempDir Path folder;

  /** What happens to the file. */
  @FunctionalInterface
  private interface Change {
    void to(Path file) throws IOException;
  }

  private Handler changing(Change change) {
    return new Handler.Abstract() {
      @Override
      public boolean handle(Request request, Response response, Callback callback)
          throws Exception {
        Path path = Files.write(folder.toRealPath().resolve("file"), new byte[SIZE]);
        Files.setLastModifiedTime(path, FileTime.from(Instant.parse("2024-01-01T00:00:00Z")));
        SiteRoot root = new SiteRoot(folder);
        SiteRoot.Found found = root.find(SitePath.parse("/file").orElseThrow()).orElseThrow();
        try (OpenFile file = OpenFile.open(found)) {
          change.to(path);
          response.getHeaders().put(HttpHeader.CONTENT_LENGTH, file.size());
          FileContent.send(file, request, response);
          callback.succeeded();
        }
        return true;
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void oneThatShrankIsCutShort(HttpProtocol protocol) throws Exception {
    try (ServedSite site =
        ServedSite.of(folder, changing(file -> Files.write(file, new byte[SIZE / 2])))) {
      assertThrows(IOException.class, () -> site.client(protocol).send(Ask.get("/")));
      assertFalse(site.log.take().whole());
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneThatWasRewrittenIsCutShort(HttpProtocol protocol) throws Exception {
    try (ServedSite site =
        ServedSite.of(folder, changing(file -> Files.write(file, new byte[SIZE])))) {
      assertThrows(IOException.class, () -> site.client(protocol).send(Ask.get("/")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneThatWasReplacedOrRemovedIsSentWhole(HttpProtocol protocol) throws Exception {
    Change replaced =
        file -> {
          Path other = Files.write(file.resolveSibling("other"), new byte[3]);
          Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        };
    for (Change change : new Change[] {replaced, Files::delete}) {
      try (ServedSite site = ServedSite.of(folder, changing(change))) {
        assertEquals(SIZE, site.client(protocol).send(Ask.get("/")).content().length);
        assertTrue(site.log.take().whole());
      }
    }
  }
}
