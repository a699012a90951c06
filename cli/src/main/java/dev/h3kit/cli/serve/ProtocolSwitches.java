package dev.h3kit.cli.serve;

import dev.h3kit.server.HttpProtocol;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Option;

/** Which versions of HTTP to speak: those that are named, or all but those refused. */
final class ProtocolSwitches {
  @Option(
      names = "--http1.1",
      description = "Speak HTTP/1.1, and of the others only those named too.")
  private boolean http1;

  @Option(names = "--http2", description = "Likewise HTTP/2.")
  private boolean http2;

  @Option(names = "--http3", description = "Likewise HTTP/3.")
  private boolean http3;

  @Option(names = "--no-http1.1", description = "Do not speak HTTP/1.1.")
  private boolean noHttp1;

  @Option(names = "--no-http2", description = "Do not speak HTTP/2.")
  private boolean noHttp2;

  @Option(names = "--no-http3", description = "Do not speak HTTP/3.")
  private boolean noHttp3;

  /** What is left; may be empty. */
  Set<HttpProtocol> protocols() {
    Set<HttpProtocol> protocols = set(http1, http2, http3);
    if (protocols.isEmpty()) {
      protocols = EnumSet.allOf(HttpProtocol.class);
    }
    protocols.removeAll(set(noHttp1, noHttp2, noHttp3));
    return protocols;
  }

  private static Set<HttpProtocol> set(boolean h1, boolean h2, boolean h3) {
    Set<HttpProtocol> set = EnumSet.noneOf(HttpProtocol.class);
    if (h1) {
      set.add(HttpProtocol.H1);
    }
    if (h2) {
      set.add(HttpProtocol.H2);
    }
    if (h3) {
      set.add(HttpProtocol.H3);
    }
    return set;
  }
}
