package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.client.H3Client;
import dev.h3kit.client.H3ClientBuilder;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Sets up clients as the options say. */
public final class Clients {
  private static final double MOST_SECONDS = 1e9;

  private Clients() {}

  /** A builder that reaches and trusts servers as the options say. */
  public static H3ClientBuilder builder(ConnectOptions options) throws CommandFailure {
    H3ClientBuilder builder = H3Client.newBuilder();
    builder.connectTimeout(seconds("--connect-timeout", options.connectTimeout));
    HostMap hosts = new HostMap(options.resolve, options.connectTo, options.ipv4, options.ipv6);
    if (!hosts.plain()) {
      builder.resolver(hosts);
    }
    if (options.certificate != null) {
      // Given without a trust manager of its own, it keeps requests on TCP.
      builder.sslContext(showing(options, options.certificate));
    } else if (options.insecure) {
      builder.insecure();
    } else if (options.caCert != null) {
      builder.trust(CaFile.read(options.caCert));
    }
    return builder;
  }

  private static SSLContext showing(ConnectOptions options, String certificate)
      throws CommandFailure {
    KeyManager[] keys = ClientCertificate.read(options, certificate);
    TrustManager[] trust = null; // the platform's
    if (options.insecure) {
      trust = new TrustManager[] {new TrustAnyone()};
    } else if (options.caCert != null) {
      trust = new TrustManager[] {CaFile.read(options.caCert)};
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new CommandFailure(
          ExitCode.CERTIFICATE_PROBLEM, "cannot use --cert: " + e.getMessage(), null, e);
    }
  }

  /** A client with our defaults that trusts one authority and no other. */
  public static H3Client trusting(X509Certificate authority) {
    return H3Client.newBuilder().trust(CaFile.trusting(List.of(authority))).build();
  }

  /** The time of {@code -m}, or a century. */
  public static Duration maxTime(ConnectOptions options) throws CommandFailure {
    return options.maxTime == null || options.maxTime == 0 // as in curl, 0 is no limit
        ? Duration.ofDays(36_500)
        : seconds("--max-time", options.maxTime);
  }

  private static Duration seconds(String option, double seconds) throws CommandFailure {
    if (!(seconds > 0 && seconds < MOST_SECONDS)) {
      throw new CommandFailure(
          ExitCode.USAGE, option + " needs a number of seconds above 0, not " + seconds, null);
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
