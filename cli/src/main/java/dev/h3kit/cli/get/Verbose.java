package dev.h3kit.cli.get;

import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.Human;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.Racer;
import dev.h3kit.qpack.TableStats;
import java.net.InetSocketAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells on standard error what happened: the race and its outcome, the certificate, the fields. */
final class Verbose {
  private final Terminal terminal;

  Verbose(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A response's head came. */
  void answered(Hop hop) {
    ExchangeReport report = hop.report();
    if (report != null) {
      connection(report);
    }
    if (hop.head() != null) {
      lines("> ", hop.requestText(hop.head().protocol()));
      lines("< ", hop.head().text());
    }
  }

  /** The exchange failed before a response came. */
  void failed(@Nullable ExchangeReport report) {
    if (report != null) {
      race(report);
    }
  }

  /** The transfer is over. */
  void finished(ExchangeReport report, long octets) {
    String times =
        List.of(
                moment("resolved", report.timeline().resolved()),
                moment("connected", report.timeline().connected()),
                moment("handshake done", report.timeline().handshaken()),
                moment("request sent", report.timeline().requestSent()),
                moment("first byte", report.timeline().firstByte()),
                moment("last byte", report.timeline().lastByte()))
            .stream()
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining(", "));
    note("body: " + octets + " octets");
    note("times: " + times);
    if (report.headerWeight() != null) {
      var weight = report.headerWeight();
      note(
          "header sections with QPACK: sent "
              + weight.sentPlain()
              + " -> "
              + weight.sentCoded()
              + " octets, received "
              + weight.receivedPlain()
              + " -> "
              + weight.receivedCoded());
    }
    if (report.tables().size() == 2) {
      table("ours", report.tables().getFirst());
      table("server's", report.tables().getLast());
    }
  }

  private void table(String whose, TableStats table) {
    note(
        "QPACK table, "
            + whose
            + ": "
            + table.entries()
            + " entries ("
            + table.inserts()
            + " inserts, "
            + table.evictions()
            + " evictions), "
            + table.tableSize()
            + " of "
            + table.tableCapacity()
            + " octets, "
            + table.tableReferences()
            + " lines sent as references; sections "
            + table.plainOctets()
            + " -> "
            + table.codedOctets()
            + " octets and "
            + table.instructionOctets()
            + " of instructions, saved "
            + table.savedOctets());
  }

  /** A line of our own. */
  void note(String text) {
    terminal.err().println("* " + ControlBytes.escape(text));
  }

  private void connection(ExchangeReport report) {
    race(report);
    String protocol = report.protocol() == null ? "?" : report.protocol().toString();
    note(
        "using "
            + protocol
            + (report.remoteAddress() == null ? "" : " to " + address(report.remoteAddress()))
            + (report.reused() ? " on a connection that stood" : "")
            + ": "
            + report.reason());
    if (!report.reused() && !report.peerCertificates().isEmpty()) {
      certificate(report.peerCertificates().getFirst());
    }
  }

  private void race(ExchangeReport report) {
    if (report.timeline().resolved() != null && !report.timeline().racers().isEmpty()) {
      note(moment("host resolved", report.timeline().resolved()));
    }
    for (Racer racer : report.timeline().racers()) {
      StringBuilder text = new StringBuilder();
      text.append(racer.transport() == Racer.Transport.QUIC ? "QUIC" : "TCP ");
      text.append(racer.address() == null ? "" : " " + address(racer.address()));
      text.append(": started at ").append(Human.millis(racer.started()));
      String when = racer.ended() == null ? "" : " at " + Human.millis(racer.ended());
      text.append(
          switch (racer.outcome()) {
            case Racer.Outcome.Won _ -> ", won" + when;
            case Racer.Outcome.Failed failed ->
                ", failed" + when + ": " + Diagnosis.refusal(failed.cause());
            case Racer.Outcome.Abandoned _ -> ", given up" + when;
            case Racer.Outcome.Running _ -> ", still connecting";
          });
      note(text.toString());
    }
  }

  private void certificate(X509Certificate certificate) {
    note("server certificate:");
    note("  subject: " + certificate.getSubjectX500Principal());
    note("  issuer: " + certificate.getIssuerX500Principal());
    note(
        "  valid: "
            + certificate.getNotBefore().toInstant()
            + " to "
            + certificate.getNotAfter().toInstant());
    note("  names: " + names(certificate));
  }

  private static String names(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? "none"
          : names.stream().map(n -> String.valueOf(n.get(1))).collect(Collectors.joining(", "));
    } catch (CertificateParsingException e) {
      return "unreadable";
    }
  }

  private void lines(String mark, String head) {
    head.lines()
        .forEach(line -> terminal.err().println((mark + ControlBytes.escape(line)).strip()));
  }

  private static String moment(String name, @Nullable Duration time) {
    return time == null ? "" : name + " at " + Human.millis(time);
  }

  private static String address(InetSocketAddress address) {
    if (address.getAddress() == null) {
      return address.toString();
    }
    String ip = address.getAddress().getHostAddress();
    return (ip.contains(":") ? "[" + Ipv6Text.shortest(ip) + "]" : ip) + ":" + address.getPort();
  }
}
