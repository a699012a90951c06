package dev.h3kit.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How the other programs are started; each method says what must be installed. */
final class Peers {
  private static final Duration LONG = Duration.ofSeconds(90);

  private Peers() {}

  /** Starts ngtcp2's HTTP/3 server (package ngtcp2-server). */
  static int gtlsserver(Programs programs, Site site, Certificates certificates)
      throws IOException {
    int port = Ports.free();
    RunningProgram server =
        programs.start(
            "gtlsserver",
            "-q",
            "-d",
            site.root(),
            "127.0.0.1",
            port,
            certificates.keyPem(),
            certificates.chainPem());
    Ports.awaitUdp(port, server);
    return port;
  }

  /**
   * Fetches with ngtcp2's HTTP/3 client (package ngtcp2-client) on one connection.
   *
   * @return the folder with what came
   */
  static Path gtlsclient(Programs programs, int port, int requests, List<String> paths)
      throws IOException, InterruptedException {
    Path folder = programs.folder("download");
    List<Object> command = new ArrayList<>();
    command.addAll(List.of("gtlsclient", "-q", "--exit-on-all-streams-close", "--timeout=20s"));
    command.add("--download=" + folder);
    command.add("-n");
    command.add(requests);
    command.add("localhost");
    command.add(port);
    paths.forEach(path -> command.add("https://localhost:" + port + path));
    RunningProgram client = programs.start(command.toArray());
    client.succeed(LONG);
    return folder;
  }

  /** Starts caddy (package caddy) for the given protocols: h1, h2, h3. */
  static int caddy(Programs programs, Site site, Certificates certificates, String protocols)
      throws IOException {
    int port = Ports.free();
    Path config =
        Files.writeString(
            programs.folder("caddyfile").resolve("Caddyfile"),
            """
            {
              admin off
              auto_https off
              servers {
                protocols %2$s
              }
            }
            https://localhost:%1$d, https://127.0.0.1:%1$d {
              bind 127.0.0.1
              tls %3$s %4$s
              root * %5$s
              file_server
            }
            """
                .formatted(
                    port, protocols, certificates.chainPem(), certificates.keyPem(), site.root()));
    RunningProgram server =
        programs.start("caddy", "run", "--adapter", "caddyfile", "--config", config);
    Ports.awaitTcp(port, server);
    if (protocols.contains("h3")) {
      Ports.awaitUdp(port, server);
    }
    return port;
  }

  /** Starts nginx (package nginx) with HTTP/2 and HTTP/1.1. */
  static int nginx(Programs programs, Site site, Certificates certificates) throws IOException {
    int port = Ports.free();
    Path folder = programs.folder("nginx");
    Path config =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            pid %1$s/pid;
            error_log stderr;
            events {}
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              server {
                listen 127.0.0.1:%2$d ssl http2;
                ssl_certificate %3$s;
                ssl_certificate_key %4$s;
                root %5$s;
              }
            }
            """
                .formatted(
                    folder, port, certificates.chainPem(), certificates.keyPem(), site.root()));
    RunningProgram server = programs.start("nginx", "-p", folder, "-e", "stderr", "-c", config);
    Ports.awaitTcp(port, server);
    return port;
  }

  /**
   * What curl printed with {@code -w} for one URL over the version asked for with {@code option}.
   */
  static String curl(
      Programs programs,
      Certificates certificates,
      String option,
      Path target,
      String url,
      String report)
      throws IOException, InterruptedException {
    return programs
        .start(
            "curl",
            "-sS",
            "-q",
            option,
            "--cacert",
            certificates.authorityPem(),
            "--max-time",
            "60",
            "-o",
            target,
            "-w",
            report,
            url)
        .succeed(LONG);
  }

  /** Fetches one URL with nghttp (package nghttp2-client), which speaks HTTP/2 and nothing else. */
  static void nghttp(Programs programs, Path target, String url)
      throws IOException, InterruptedException {
    programs
        .start(
            "sh",
            "-c",
            "exec \"$0\" --no-verify-peer \"$1\" >\"$2\"",
            Programs.find("nghttp"),
            url,
            target)
        .succeed(LONG);
  }
}
