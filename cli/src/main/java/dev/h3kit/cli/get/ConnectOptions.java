package dev.h3kit.cli.get;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the server is reached and trusted; for every command that fetches. */
public final class ConnectOptions {
  @Option(
      names = "--resolve",
      paramLabel = "HOST:PORT:ADDRESS",
      description =
          "Connect to ADDRESS for this host and port; * for any host, several with commas.")
  List<String> resolve = new ArrayList<>();

  @Option(
      names = "--connect-to",
      paramLabel = "HOST:PORT:HOST:PORT",
      description =
          "Connect to the second host for requests to the first; the ports must be the same.")
  List<String> connectTo = new ArrayList<>();

  @Option(
      names = {"-4", "--ipv4"},
      description = "Use IPv4 addresses only.")
  boolean ipv4;

  @Option(
      names = {"-6", "--ipv6"},
      description = "Use IPv6 addresses only.")
  boolean ipv6;

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      description = "Longest time to connect; default ${DEFAULT-VALUE}.",
      defaultValue = "30")
  double connectTimeout = 30;

  @Option(
      names = {"-m", "--max-time"},
      paramLabel = "SECONDS",
      description = "Longest time for a whole transfer; default none.")
  @Nullable Double maxTime;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Trust the certificate authorities in this PEM file, and no others.")
  @Nullable String caCert;

  @Option(
      names = {"-E", "--cert"},
      paramLabel = "FILE[:PASSWORD]",
      description = "Show this client certificate, PEM or PKCS #12; then over TCP only.")
  @Nullable String certificate;

  @Option(
      names = "--cert-type",
      paramLabel = "TYPE",
      description = "PEM or P12; default: what the file is.")
  @Nullable String certificateType;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The certificate's private key, if the file of --cert does not have it.")
  @Nullable String key;

  @Option(
      names = "--pass",
      paramLabel = "PASSWORD",
      description = "What the private key is locked with.")
  @Nullable String keyPassword;

  @Option(
      names = {"-k", "--insecure"},
      description = "Trust any certificate.")
  boolean insecure;

  /** Whether {@code -m} was given. */
  public boolean hasMaxTime() {
    return maxTime != null;
  }
}
