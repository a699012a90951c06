package dev.h3kit.cli.serve;

import dev.h3kit.server.DevServer;
import dev.h3kit.server.HttpProtocol;
import dev.h3kit.server.ServerIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a server says when it listens. */
final class StartText {
  private final DevServer server;
  private final List<String> names;

  /**
   * @param names the further names the user gave
   */
  StartText(DevServer server, List<String> names) {
    this.server = server;
    this.names = names;
  }

  /** All of it, with a line end at its end. */
  String greeting() {
    StringBuilder out = new StringBuilder();
    ServerIdentity identity = server.config().identity();
    Set<HttpProtocol> protocols = server.config().protocols();
    out.append("Serving ")
        .append(server.config().root().toAbsolutePath().normalize())
        .append(" over ")
        .append(protocols.stream().sorted().map(StartText::name).collect(Collectors.joining(", ")))
        .append("\n\n");
    for (String url : urls()) {
      out.append("  ").append(url).append('\n');
    }
    out.append('\n');
    Path ca = identity.authorityFile();
    if (ca != null) {
      out.append(trust(ca));
    }
    if (protocols.contains(HttpProtocol.H3)) {
      out.append(browsers(identity));
    }
    return out.append("Ctrl-C stops.\n\n").toString().replace("\n", System.lineSeparator());
  }

  /** Where the server is reached. */
  Set<String> urls() {
    Set<String> urls = new LinkedHashSet<>();
    urls.add(server.uri() + "/");
    names.stream().filter(name -> !name.startsWith("*")).map(this::url).forEach(urls::add);
    for (InetAddress address : server.addresses()) {
      try {
        Interfaces.names(address).stream().map(this::url).forEach(urls::add);
      } catch (IOException e) {
        urls.add(url(address.getHostAddress()));
      }
    }
    return urls;
  }

  private String url(String host) {
    boolean bare = host.contains(":") && !host.startsWith("[");
    return "https://" + (bare ? "[" + host + "]" : host) + ":" + server.port() + "/";
  }

  private String trust(Path ca) {
    String file = quoted(ca.toString());
    return """
    To trust its certificates, add the local authority once:
      h3 get, curl   --cacert %1$s
      Debian, Ubuntu sudo cp %1$s /usr/local/share/ca-certificates/h3kit.crt && sudo update-ca-certificates
      Fedora         sudo trust anchor %1$s
      macOS          sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain %1$s
      browsers       Settings, Certificates, Authorities, Import

    """
        .formatted(file);
  }

  private String browsers(ServerIdentity identity) {
    String host = server.uri().getAuthority();
    return """
    Browsers speak HTTP/3 only to authorities they came with, unless told otherwise:
      Chromium       chromium --user-data-dir="$(mktemp -d)" --origin-to-force-quic-on=%1$s --ignore-certificate-errors-spki-list=%2$s https://%1$s/
      Firefox        about:config, network.http.http3.disable_when_third_party_roots_found = false

    """
        .formatted(host, identity.spkiSha256());
  }

  private static String quoted(String path) {
    return path.matches("[A-Za-z0-9/._~+,@%=-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
  }

  private static String name(HttpProtocol protocol) {
    return switch (protocol) {
      case H1 -> "HTTP/1.1";
      case H2 -> "HTTP/2";
      case H3 -> "HTTP/3";
    };
  }
}
