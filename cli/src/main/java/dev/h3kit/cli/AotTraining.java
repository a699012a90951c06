package dev.h3kit.cli;

import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.demo.DemoSite;
import dev.h3kit.cli.demo.TemporaryFolder;
import dev.h3kit.server.DevServer;
import dev.h3kit.server.DevServerConfig;
import dev.h3kit.server.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * What the launcher runs once for each build, to let the JVM see which classes the commands use and
 * how (JEP 514, JEP 515): the AOT cache is made of it. Everything stays on this machine.
 */
@Command(name = "aot-training", hidden = true)
final class AotTraining implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Terminal terminal;

  AotTraining(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    endAfter(LONGEST);
    H3.run(terminal, "--help");
    H3.run(terminal, "get", "--help");
    H3.run(terminal, "demo");
    try (TemporaryFolder folder = new TemporaryFolder("h3-training")) {
      Path root = Files.createDirectory(folder.path().resolve("site"));
      new DemoSite().writeTo(root);
      ServerIdentity identity = ServerIdentity.local(folder.path().resolve("ca"), List.of());
      String authority = Objects.requireNonNull(identity.authorityFile()).toString();
      try (DevServer server = DevServer.start(DevServerConfig.of(root, identity))) {
        String url = server.uri() + DemoSite.PAGE;
        String file = folder.path().resolve("page").toString();
        for (String version : List.of("--http3", "--http3-only", "--http2", "--http1.1")) {
          H3.run(terminal, "get", version, "--cacert", authority, url, "-o", file);
        }
        H3.run(terminal, "get", "-v", "-w", "%{json}", "--cacert", authority, url);
        H3.run(terminal, "compare", "--runs", "3", "--cacert", authority, url);
      }
    }
    return ExitCode.OK.number();
  }

  /** A training that hangs makes no cache, and must not stay for ever. */
  private static void endAfter(Duration longest) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            Thread.sleep(longest);
            Runtime.getRuntime().halt(1);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
