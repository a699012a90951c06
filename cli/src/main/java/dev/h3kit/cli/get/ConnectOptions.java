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
      names = {"-k", "--insecure"},
      description = "Trust any certificate.")
  boolean insecure;

  /** Whether {@code -m} was given. */
  public boolean hasMaxTime() {
    return maxTime != null;
  }
}
