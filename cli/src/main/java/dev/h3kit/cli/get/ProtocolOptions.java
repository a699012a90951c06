package dev.h3kit.cli.get;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which HTTP, and where redirects may lead. */
final class ProtocolOptions {
  /** Which versions may be used. */
  enum Choice {
    HTTP3,
    HTTP3_ONLY,
    HTTP2,
    HTTP1_1
  }

  /** The last of the options counts, as in curl. */
  Choice choice = Choice.HTTP3;

  @Option(
      names = "--http3",
      order = -9,
      arity = "0",
      description =
          "HTTP/3, and HTTP/2 or HTTP/1.1 if QUIC is silent for 100 ms or slower than 200 ms; this is"
              + " the default.")
  void http3(boolean on) {
    choice = Choice.HTTP3;
  }

  @Option(names = "--http3-only", order = -8, arity = "0", description = "HTTP/3 or fail.")
  void http3Only(boolean on) {
    choice = Choice.HTTP3_ONLY;
  }

  @Option(
      names = "--http2",
      order = -7,
      arity = "0",
      description = "HTTP/2, or HTTP/1.1, over TCP.")
  void http2(boolean on) {
    choice = Choice.HTTP2;
  }

  @Option(names = "--http1.1", order = -6, arity = "0", description = "HTTP/1.1 over TCP.")
  void http11(boolean on) {
    choice = Choice.HTTP1_1;
  }

  @Option(
      names = "--happy-eyeballs-timeout-ms",
      paramLabel = "MS",
      description =
          "When TCP joins a race at the latest; half of it if QUIC is silent. Default 200.")
  @Nullable Long raceMillis;

  @Option(
      names = "--alt-svc",
      paramLabel = "FILE",
      description =
          "Keep in FILE, in curl's format, what servers advertise with Alt-Svc; '' keeps it for"
              + " this command only, as without the option.")
  @Nullable String altSvc;

  @Option(
      names = {"-L", "--location"},
      description = "Follow redirects.")
  boolean location;

  @Option(
      names = "--max-redirs",
      paramLabel = "N",
      description = "Most redirects to follow; -1 for no limit. Default 50.")
  int maxRedirects = 50;

  @Option(
      names = "--location-trusted",
      description = "Like -L, and send credentials to other hosts too.")
  boolean locationTrusted;

  @Option(names = "--path-as-is", description = "Leave '/../' and '/./' in the path of a URL.")
  boolean pathAsIs;
}
