package dev.h3kit.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;

/** Sends exact octets over TLS and reads until the server closes. */
final class RawHttp1 {
  private RawHttp1() {}

  static TestClient.Answer get(DevServer server, String target) throws IOException {
    return exchange(
        server,
        "GET "
            + target
            + " HTTP/1.1\r\nHost: localhost:"
            + server.port()
            + "\r\nConnection: close\r\n\r\n");
  }

  static TestClient.Answer exchange(DevServer server, String request) throws IOException {
    var factory = TestClient.Jdk.trusting(server.caCertificate().orElseThrow()).getSocketFactory();
    try (SSLSocket socket =
        (SSLSocket) factory.createSocket(server.addresses().getFirst(), server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      return parse(socket.getInputStream());
    }
  }

  private static TestClient.Answer parse(InputStream in) throws IOException {
    String all = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    int end = all.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new IOException("no response: " + all);
    }
    List<String> lines = all.substring(0, end).lines().toList();
    Map<String, List<String>> fields = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      fields
          .computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    return new TestClient.Answer(
        Integer.parseInt(lines.getFirst().substring(9, 12)),
        fields,
        all.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
  }
}
