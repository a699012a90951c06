package dev.h3kit.cli.demo;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Human;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.console.Version;
import dev.h3kit.cli.get.Clients;
import dev.h3kit.client.H3Client;
import dev.h3kit.client.HttpProtocol;
import dev.h3kit.client.ProtocolMode;
import dev.h3kit.server.DevServer;
import dev.h3kit.server.DevServerConfig;
import dev.h3kit.server.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Serves a small site, loads it over HTTP/3 and over HTTP/2, and tells what happened. */
@Command(
    name = "demo",
    header = "See it work: serve a small site, load it over HTTP/3 and over HTTP/2.",
    description = {
      "",
      "Starts a server on a free port of this machine with a page of 40 sub-resources, loads all of it"
          + " once over each protocol, checks every octet, and prints what happened. Exits with 0 only if"
          + " all of it was right and came over the protocol asked for."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class DemoCommand implements Callable<Integer> {
  private static final int WARM_UP = 3;

  private final Terminal terminal;

  /** A command that writes there. */
  public DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws CommandFailure {
    try (TemporaryFolder folder = new TemporaryFolder("h3-demo")) {
      DemoSite site = new DemoSite();
      Path root = Files.createDirectory(folder.path().resolve("site"));
      site.writeTo(root);
      ServerIdentity identity = ServerIdentity.local(folder.path().resolve("ca"), List.of());
      try (DevServer server = DevServer.start(DevServerConfig.of(root, identity))) {
        X509Certificate authority =
            server.caCertificate().orElseThrow(() -> new IOException("no certificate authority"));
        show(site, server, authority);
      }
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE, "the demonstration could not start: " + e.getMessage(), null, e);
    }
    return ExitCode.OK.number();
  }

  private void show(DemoSite site, DevServer server, X509Certificate authority)
      throws CommandFailure {
    terminal
        .out()
        .printf(
            "A page with %d sub-resources, %s in all, from this machine at %s%n",
            site.files().size() - 1, Human.octets(site.size()), server.uri());
    terminal
        .out()
        .printf("(loaded %d times over each protocol before, so that the JVM is warm)%n", WARM_UP);
    terminal.out().flush();
    for (int i = 0; i < WARM_UP; i++) {
      load(site, server, authority, ProtocolMode.HTTP3_ONLY);
      load(site, server, authority, ProtocolMode.TCP_ONLY);
    }
    PageLoad http3 = load(site, server, authority, ProtocolMode.HTTP3_ONLY);
    PageLoad http2 = load(site, server, authority, ProtocolMode.TCP_ONLY);
    new DemoReport(http3, http2).print(terminal.out());
    check(http3, HttpProtocol.HTTP_3);
    check(http2, HttpProtocol.HTTP_2);
    terminal
        .out()
        .printf(
            "%nAll %d files came twice, octet for octet as they are on disk.%n",
            site.files().size());
    terminal
        .out()
        .println("(Loopback has no delay and no loss: QUIC can win nothing over TCP here.)");
    terminal
        .out()
        .println("Serve your own: h3 serve DIR; fetch: h3 get URL; compare: h3 compare URL.");
    terminal.out().flush();
  }

  private static PageLoad load(
      DemoSite site, DevServer server, X509Certificate authority, ProtocolMode mode)
      throws CommandFailure {
    H3Client client = Clients.trusting(authority);
    try {
      return PageLoad.of(site, server.uri(), client, mode);
    } finally {
      client.shutdownNow();
    }
  }

  private static void check(PageLoad load, HttpProtocol wanted) throws CommandFailure {
    for (PageLoad.Fetched one : load.fetched()) {
      if (one.protocol() != wanted) {
        throw new CommandFailure(
            ExitCode.HTTP3,
            one.path() + " came over " + one.protocol() + ", not " + wanted + " as asked",
            null);
      }
      if (one.wrong() != null) {
        throw new CommandFailure(
            ExitCode.PARTIAL_FILE, one.path() + " over " + wanted + ": " + one.wrong(), null);
      }
    }
  }
}
