package dev.h3kit.cli.get;

import dev.h3kit.server.DevServer;
import dev.h3kit.server.DevServerConfig;
import dev.h3kit.server.HttpProtocol;
import dev.h3kit.server.ServerIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.eclipse.jetty.server.Handler;

/** Our own server on a folder with a few files, or with a handler of the test. */
public final class TestSite implements AutoCloseable {
  private final DevServer server;
  private final Path authorityFile;
  private final Map<String, byte[]> files = new HashMap<>();

  private TestSite(DevServer server, Path authorityFile) {
    this.server = server;
    this.authorityFile = authorityFile;
  }

  /** Serves files of 0 B, 1 B, 26 B of text and 300 kB. */
  public static TestSite start(Path folder, Set<HttpProtocol> protocols) throws IOException {
    Path root = Files.createDirectories(folder.resolve("site"));
    Map<String, byte[]> files = new HashMap<>();
    byte[] large = new byte[300_000];
    new Random(1).nextBytes(large);
    files.put("/empty", new byte[0]);
    files.put("/one", new byte[] {7});
    files.put("/text.txt", "abcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.UTF_8));
    files.put("/large.bin", large);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(root.resolve(file.getKey().substring(1)), file.getValue());
    }
    Files.createDirectories(root.resolve("folder"));
    Files.writeString(root.resolve("folder/index.html"), "<p>index</p>");
    ServerIdentity identity = identity(folder);
    DevServerConfig config = config(root, identity).withProtocols(protocols);
    TestSite site = new TestSite(DevServer.start(config), authority(identity));
    site.files.putAll(files);
    return site;
  }

  /** All protocols. */
  public static TestSite start(Path folder) throws IOException {
    return start(folder, EnumSet.allOf(HttpProtocol.class));
  }

  /** Lets a handler answer. */
  public static TestSite start(Path folder, Handler handler) throws IOException {
    ServerIdentity identity = identity(folder);
    return new TestSite(DevServer.start(config(folder, identity), handler), authority(identity));
  }

  public byte[] file(String path) {
    return java.util.Objects.requireNonNull(files.get(path));
  }

  public String url(String path) {
    return server.uri() + path;
  }

  public int port() {
    return server.port();
  }

  /** The server itself. */
  public DevServer server() {
    return server;
  }

  /** The arguments of a command that trusts this server. */
  public String[] args(String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.add(1, "--cacert");
    args.add(2, authorityFile.toString());
    return args.toArray(String[]::new);
  }

  @Override
  public void close() {
    server.close();
  }

  private static DevServerConfig config(Path root, ServerIdentity identity) {
    return DevServerConfig.of(root, identity).withDrain(Duration.ofMillis(200));
  }

  private static ServerIdentity identity(Path folder) throws IOException {
    return ServerIdentity.local(folder.resolve("ca"), List.of("site.test"));
  }

  private static Path authority(ServerIdentity identity) {
    return java.util.Objects.requireNonNull(identity.authorityFile());
  }
}
