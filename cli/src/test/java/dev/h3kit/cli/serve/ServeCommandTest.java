package dev.h3kit.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.server.DevServer;
import dev.h3kit.server.HttpProtocol;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class ServeCommandTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private DevServer start(String... args) throws CommandFailure {
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            Map.of());
    ServeCommand command = new ServeCommand(terminal);
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--ca-dir", folder.resolve("ca").toString()));
    new CommandLine(command).parseArgs(all.toArray(String[]::new));
    return command.start();
  }

  private String said() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private CommandFailure failure(String... args) {
    CommandFailure failure = assertThrows(CommandFailure.class, () -> start(args));
    assertEquals(ExitCode.SERVER_NOT_STARTED, failure.exitCode());
    assertTrue(failure.report().lines().count() <= 2, failure.report());
    return failure;
  }

  @Test
  void theStartTextTellsWhereHowToTrustAndHowBrowsersUseHttp3() throws Exception {
    try (DevServer server = start(folder.toString(), "--port", "0", "--name", "dev.test")) {
      String said = said();
      String host = "localhost:" + server.port();
      for (String part :
          new String[] {
            "HTTP/1.1, HTTP/2, HTTP/3",
            "https://" + host + "/",
            "https://dev.test:" + server.port() + "/",
            "--cacert " + folder.resolve("ca/ca.pem"),
            "--origin-to-force-quic-on=" + host,
            "--ignore-certificate-errors-spki-list=" + server.config().identity().spkiSha256(),
            "network.http.http3.disable_when_third_party_roots_found = false",
          }) {
        assertTrue(said.contains(part), part + " in\n" + said);
      }
    }
  }

  @Test
  void quietSaysNothing() throws Exception {
    try (DevServer server = start(folder.toString(), "-q", "--port", "0", "--no-http3")) {
      assertEquals("", said());
      assertEquals(Set.of(HttpProtocol.H1, HttpProtocol.H2), server.config().protocols());
    }
  }

  @Test
  void namedVersionsAreSpokenAlone() throws Exception {
    try (DevServer server = start(folder.toString(), "--port", "0", "--http2")) {
      assertEquals(Set.of(HttpProtocol.H2), server.config().protocols());
      assertTrue(!said().contains("Firefox"));
    }
  }

  @Test
  void aPortThatIsTakenIsSaid() throws Exception {
    try (DevServer server = start(folder.toString(), "--port", "0")) {
      CommandFailure failure =
          failure(folder.toString(), "--port", Integer.toString(server.port()));
      assertTrue(failure.report().contains("port " + server.port()), failure.report());
      assertTrue(failure.report().contains("choose another port"), failure.report());
    }
  }

  @Test
  void aFolderThatIsNotThereIsSaidBeforeAnAuthorityIsMade() {
    Path missing = folder.resolve("missing");
    assertEquals("h3: (1) " + missing + " does not exist", failure(missing.toString()).report());
    assertTrue(Files.notExists(folder.resolve("ca")));
  }

  @Test
  void certificatesThatCannotBeUsedAreSaid() throws Exception {
    Path pem = Files.writeString(folder.resolve("x.pem"), "nothing");
    assertTrue(
        failure(folder.toString(), "--cert", pem.toString()).report().contains("no certificate"));
    assertTrue(
        failure(folder.toString(), "--name", "http://x").report().contains("not a host name"));
    assertTrue(
        failure(folder.toString(), "--bind", "not.an.address.invalid")
            .report()
            .contains("is not an address"));
  }

  @Test
  void wrongOptionsAreUsageErrors() {
    for (String[] args :
        new String[][] {
          {"--key", "x.pem"},
          {"--port", "65536"},
          {"--port", "many"},
          {"--no-http1.1", "--no-http2", "--no-http3"},
          {"--http3", "--no-http3", "--http2", "--no-http2"},
          {"--unknown"},
        }) {
      assertThrows(ParameterException.class, () -> start(args), String.join(" ", args));
    }
  }
}
