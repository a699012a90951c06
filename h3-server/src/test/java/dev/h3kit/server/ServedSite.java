package dev.h3kit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;

/** A server over all protocols, with a client for each, for the tests of one class. */
final class ServedSite implements AutoCloseable {
  final Path root;
  final DevServer server;
  final BlockingQueue<AccessLogEntry> log = new LinkedBlockingQueue<>();
  private final Map<HttpProtocol, TestClient> clients = new EnumMap<>(HttpProtocol.class);

  private ServedSite(Path folder, @Nullable Handler handler) throws IOException {
    root = Files.createDirectories(folder.resolve("site"));
    ServerIdentity identity = ServerIdentity.local(folder.resolve("ca"), List.of());
    DevServerConfig config = DevServerConfig.of(root, identity).withAccessLog(log::add);
    server = handler == null ? DevServer.start(config) : DevServer.start(config, handler);
  }

  static ServedSite ofFiles(Path folder) throws IOException {
    return new ServedSite(folder, null);
  }

  static ServedSite of(Path folder, Handler handler) throws IOException {
    return new ServedSite(folder, handler);
  }

  TestClient client(HttpProtocol protocol) throws IOException {
    TestClient client = clients.get(protocol);
    if (client == null) {
      client = TestClient.of(protocol, server);
      clients.put(protocol, client);
    }
    return client;
  }

  Path write(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  @Override
  public void close() {
    clients.values().forEach(TestClient::close);
    server.close();
  }
}
