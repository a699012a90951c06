package dev.h3kit.cli.serve;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.server.DevServer;
import dev.h3kit.server.DevServerConfig;
import dev.h3kit.server.HttpProtocol;
import dev.h3kit.server.ServerIdentity;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code h3 serve}. */
@Command(
    name = "serve",
    header = "Serve a folder over HTTP/1.1, HTTP/2 and HTTP/3 on one port.",
    description = {
      "",
      "The certificate comes from a certificate authority of your own, made on first use; the"
          + " start text says how to trust it. Names that begin with a dot and links that lead out"
          + " of the folder are not served."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ServeCommand implements Callable<Integer> {
  static final int DEFAULT_PORT = 8443;

  /** How many ports behind the default one are tried when it is taken. */
  private static final int PORTS_TRIED = 20;

  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIR",
      description = "The folder to serve; default: the current one.",
      defaultValue = ".")
  private Path root = Path.of(".");

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description =
          "Port of TCP and UDP; 0 for a free one. Default: 8443, or the next free port behind it.")
  private @Nullable Integer port;

  @Option(
      names = {"-b", "--bind"},
      paramLabel = "ADDRESS",
      description = "Where to listen, such as 0.0.0.0 for everywhere; default: loopback only.")
  private @Nullable String bind;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      split = ",",
      description = "A further host name or address of this server; can be repeated.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "Your own certificate and its chain in PEM, in place of the local authority.")
  private @Nullable Path cert;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "Its private key in PEM (PKCS#8); default: the file of --cert.")
  private @Nullable Path key;

  @Option(
      names = "--ca-dir",
      paramLabel = "DIR",
      description = "Where the local certificate authority lies or is made.")
  private @Nullable Path caDir;

  @Mixin private final ProtocolSwitches switches = new ProtocolSwitches();

  @Option(
      names = "--no-info",
      description = "Leave out /.h3/whoami, which tells a client about its own connection.")
  private boolean noInfo;

  @Option(
      names = {"-q", "--quiet"},
      description = "No start text and no access log; warnings and errors only.")
  private boolean quiet;

  /** A command that speaks to this terminal. */
  public ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    DevServer server = start();
    CountDownLatch stopped = new CountDownLatch(1);
    Thread stop =
        new Thread(
            () -> {
              if (!quiet) {
                terminal.err().println("\nStopping: requests in work are let end.");
              }
              server.close();
              terminal.out().flush();
              stopped.countDown();
            },
            "h3-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    // Until Ctrl-C or another signal ends the process, through the hook.
    stopped.await();
    return ExitCode.OK.number();
  }

  /** Starts the server and says so. */
  DevServer start() throws CommandFailure {
    Set<HttpProtocol> protocols = switches.protocols();
    if (protocols.isEmpty()) {
      throw usage("no version of HTTP is left to speak");
    }
    List<InetAddress> addresses = addresses();
    if (port != null && (port < 0 || port > 65535)) {
      throw usage("port " + port + " is not in 0 to 65535");
    }
    if (cert == null && key != null) {
      throw usage("--key needs --cert with the certificate for it");
    }
    try {
      DevServer.requireServable(root);
      ServerIdentity identity = identity(addresses);
      AccessLines log = new AccessLines(terminal);
      DevServerConfig config =
          DevServerConfig.of(root, identity)
              .withAddresses(addresses)
              .withProtocols(protocols)
              .withInfoPages(!noInfo);
      DevServer server = listen(quiet ? config : config.withAccessLog(log::print));
      StartText text = new StartText(server, names);
      if (!quiet) {
        terminal.err().print(text.greeting());
      }
      if (protocols.contains(HttpProtocol.H3)) {
        terminal.err().print(UdpBuffers.ofKernel().warning());
      }
      return server;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private DevServer listen(DevServerConfig config) throws IOException {
    if (port != null) {
      return DevServer.start(config.withPort(port));
    }
    int last = DEFAULT_PORT + PORTS_TRIED;
    for (int next = DEFAULT_PORT; ; next++) {
      try {
        return DevServer.start(config.withPort(next));
      } catch (BindException e) {
        if (next == last || !String.valueOf(e.getMessage()).contains("in use")) {
          throw e;
        }
      }
    }
  }

  private ServerIdentity identity(List<InetAddress> addresses) throws IOException {
    if (cert != null) {
      return ServerIdentity.pem(cert, key == null ? cert : key);
    }
    List<String> all = new ArrayList<>(names);
    for (InetAddress address : addresses) {
      all.addAll(Interfaces.names(address));
    }
    return ServerIdentity.local(caDir == null ? ServerIdentity.localFolder() : caDir, all);
  }

  private List<InetAddress> addresses() throws CommandFailure {
    if (bind == null || bind.equalsIgnoreCase("localhost")) {
      return DevServerConfig.loopback();
    }
    try {
      return List.of(InetAddress.getByName(bind));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.SERVER_NOT_STARTED,
          "'" + bind + "' is not an address of this machine",
          "Give --bind an IP address, such as 127.0.0.1, 0.0.0.0 or ::.",
          e);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  /** Messages of the server have the cause in their first line and what to try in the second. */
  private static CommandFailure failure(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return new CommandFailure(
        ExitCode.SERVER_NOT_STARTED,
        end < 0 ? message : message.substring(0, end),
        end < 0 ? null : message.substring(end + 1),
        e);
  }
}
