package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.h3kit.server.TestClient.Answer;
import dev.h3kit.server.TestClient.Ask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FilesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void aFileComesWhole(HttpProtocol protocol) throws Exception {
    Path site = Files.createDirectory(folder.resolve("site"));
    Files.writeString(site.resolve("a.txt"), "hello");
    byte[] big = new byte[3_000_001];
    new java.util.Random(1).nextBytes(big);
    Files.write(site.resolve("big.bin"), big);
    ServerIdentity identity = ServerIdentity.local(folder.resolve("ca"), List.of());
    try (DevServer server =
            DevServer.start(
                DevServerConfig.of(site, identity)
                    .withAccessLog(entry -> System.out.println(entry)));
        TestClient client = TestClient.of(protocol, server)) {
      Answer answer = client.send(Ask.get("/a.txt"));
      System.out.println(answer.fields());
      assertEquals("hello", answer.text());
      assertArrayEquals(big, client.send(Ask.get("/big.bin")).content());
      assertEquals(404, client.send(Ask.get("/nope")).status());
      assertEquals(200, client.send(Ask.get("/")).status());
    }
  }
}
