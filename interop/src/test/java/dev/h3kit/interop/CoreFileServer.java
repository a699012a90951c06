package dev.h3kit.interop;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.transport.Identity;
import dev.h3kit.core.transport.ServerTransportConfig;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The files of a site over h3-core's server and nothing else. */
final class CoreFileServer implements AutoCloseable {
  private final Site site;
  private final Http3Server server;

  private CoreFileServer(Site site, Certificates certificates) throws IOException {
    this.site = site;
    this.server =
        Http3Server.bind(
            ServerTransportConfig.of(new Identity(certificates.key(), certificates.chain())),
            Http3Limits.SERVER,
            Http3Events.NONE,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            this::answer);
  }

  static CoreFileServer start(Programs programs, Site site, Certificates certificates)
      throws IOException {
    return programs.closing(new CoreFileServer(site, certificates));
  }

  int port() {
    return server.address().getPort();
  }

  @Override
  public void close() {
    server.close(Deadline.after(Duration.ofSeconds(5)));
  }

  private void answer(ServerExchange exchange) throws IOException {
    String name = Objects.requireNonNull(exchange.request().path()).substring(1);
    byte[] buffer = new byte[16 << 10];
    while (exchange.read(buffer, 0, buffer.length) >= 0) {
      // A GET has no content; whatever comes is read to its end.
    }
    if (!site.hashes().containsKey(name)) {
      exchange.send(new ResponseHead(404, List.of()), ByteBuffer.allocate(0), true);
      return;
    }
    Path file = site.root().resolve(name);
    List<FieldLine> fields =
        List.of(new FieldLine("content-length", Long.toString(Files.size(file))));
    try (InputStream in = Files.newInputStream(file)) {
      exchange.send(new ResponseHead(200, fields), ByteBuffer.allocate(0), false);
      for (int n; (n = in.read(buffer)) >= 0; ) {
        exchange.write(ByteBuffer.wrap(buffer, 0, n), false);
      }
      exchange.write(ByteBuffer.allocate(0), true);
    }
  }
}
