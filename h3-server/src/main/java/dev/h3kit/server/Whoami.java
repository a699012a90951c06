package dev.h3kit.server;

import dev.h3kit.core.Exchange.HeaderWeight;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.qpack.TableStats;
import dev.h3kit.server.FactSheet.Fact;
import dev.h3kit.server.FactSheet.Group;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** What the server knows of a request's connection. */
final class Whoami {
  private Whoami() {}

  static FactSheet of(Request request) {
    ConnectionMetaData connection = request.getConnectionMetaData();
    ServerExchange exchange =
        connection instanceof Http3ConnectionMetaData http3 ? http3.exchange() : null;
    List<Group> groups = new ArrayList<>();
    groups.add(connection(request, connection, exchange));
    if (exchange != null) {
      HeaderWeight weight = exchange.weight();
      List<TableStats> tables = exchange.tables();
      groups.add(
          new Group(
              "request",
              "Header section of this request",
              List.of(
                  Fact.octets("octets_before", "Before QPACK", weight.receivedPlain()),
                  Fact.octets("octets_after", "After QPACK", weight.receivedCoded()))));
      groups.add(
          new Group(
              "qpack_requests",
              "QPACK from the client, this connection so far",
              table(tables.getLast())));
      groups.add(
          new Group(
              "qpack_responses",
              "QPACK to the client, before this response",
              table(tables.getFirst())));
    }
    return new FactSheet("Your connection", groups);
  }

  private static Group connection(
      Request request, ConnectionMetaData connection, @Nullable ServerExchange exchange) {
    HttpVersion version = connection.getHttpVersion();
    SSLSession session =
        request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE)
                instanceof EndPoint.SslSessionData data
            ? data.sslSession()
            : null;
    Duration rtt = exchange == null ? Duration.ZERO : exchange.connection().smoothedRtt();
    return new Group(
        "connection",
        "Connection",
        List.of(
            Fact.of("protocol", "Protocol", protocol(version)),
            Fact.of("remote_address", "Your address", text(connection.getRemoteSocketAddress())),
            Fact.of("local_address", "Server's address", text(connection.getLocalSocketAddress())),
            // RFC 9001 §4.2: "Clients MUST NOT offer TLS versions older than 1.3." QUIC has no
            // other.
            Fact.of(
                "tls_protocol",
                "TLS",
                exchange != null ? "TLSv1.3" : session == null ? null : session.getProtocol()),
            Fact.of("tls_cipher", "TLS cipher", session == null ? null : session.getCipherSuite()),
            Fact.of("connection", "Connection", connection.getId()),
            // HTTP/1.1 has no streams: what Jetty numbers there are requests.
            Fact.of("stream", "Stream", stream(request, version)),
            new Fact(
                "smoothed_rtt_ms",
                "Round trip, smoothed",
                rtt.isZero() ? null : Math.round(rtt.toNanos() / 1e4) / 100.0,
                " ms")));
  }

  private static @Nullable Long stream(Request request, HttpVersion version) {
    return switch (version) {
      case HTTP_2, HTTP_3 -> Long.valueOf(request.getId());
      case HTTP_0_9, HTTP_1_0, HTTP_1_1 -> null;
    };
  }

  private static String protocol(HttpVersion version) {
    return switch (version) {
      case HTTP_3 -> "HTTP/3";
      case HTTP_2 -> "HTTP/2";
      case HTTP_0_9, HTTP_1_0, HTTP_1_1 -> version.asString();
    };
  }

  private static List<Fact> table(TableStats table) {
    return List.of(
        Fact.octets("table_capacity", "Dynamic table", table.tableCapacity()),
        Fact.octets("table_size", "of them in use", table.tableSize()),
        Fact.of("entries", "Entries", table.entries()),
        Fact.of("inserts", "Inserts", table.inserts()),
        Fact.of("evictions", "Evictions", table.evictions()),
        Fact.of("dynamic_references", "Lines by dynamic reference", table.tableReferences()),
        Fact.of("sections", "Field sections", table.sections()),
        Fact.octets("octets_before", "Before QPACK", table.plainOctets()),
        Fact.octets("octets_after", "After QPACK", table.codedOctets()),
        Fact.octets("instruction_octets", "Instructions", table.instructionOctets()),
        Fact.octets("octets_saved", "Saved", table.savedOctets()));
  }

  private static @Nullable String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet) || inet.getAddress() == null) {
      return null;
    }
    InetAddress ip = inet.getAddress();
    String host = ip.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + inet.getPort();
  }
}
