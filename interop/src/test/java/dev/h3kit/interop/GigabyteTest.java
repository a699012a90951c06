package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One gigabyte through {@code h3 serve} and {@code h3 get}, each with a heap of 64 MB. */
@Tag("programs")
class GigabyteTest {
  private static final Duration LONG = Duration.ofMinutes(4);

  @RegisterExtension final Programs programs = new Programs();

  @Test
  void goesThroughServeAndGetInASmallHeap() throws Exception {
    Certificates certificates = Certificates.ec(programs.folder("certificates"));
    Site site = Site.in(programs.folder("www")).with("gigabyte", 1L << 30);
    int port = Ports.free();
    RunningProgram server =
        programs.start(
            h3(
                "serve",
                site.root(),
                "--port",
                port,
                "--cert",
                certificates.chainPem(),
                "--key",
                certificates.keyPem()));
    Ports.awaitUdp(port, server);
    Path target = programs.folder("got").resolve("gigabyte");
    String output =
        programs
            .start(
                h3(
                    "get",
                    "--http3-only",
                    "--cacert",
                    certificates.authorityPem(),
                    "-s",
                    "-o",
                    target,
                    "-w",
                    "%{http_version} %{http_code} %{size_download}",
                    "https://localhost:" + port + "/gigabyte"))
            .succeed(LONG);
    assertEquals("3 200 " + (1L << 30), output.strip());
    assertEquals(site.hash("gigabyte"), Site.hash(target));
  }

  /** The command line of h3 from the classes under test. */
  private Object[] h3(Object... arguments) throws IOException {
    Path classes =
        Files.writeString(
            programs.folder("java").resolve("classes"),
            "-cp " + System.getProperty("java.class.path"));
    List<Object> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java"));
    command.addAll(List.of("-Xmx64m", "@" + classes, "dev.h3kit.cli.H3"));
    command.addAll(List.of(arguments));
    return command.toArray();
  }
}
