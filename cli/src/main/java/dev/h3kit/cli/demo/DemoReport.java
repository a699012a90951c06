package dev.h3kit.cli.demo;

import dev.h3kit.cli.console.Human;
import dev.h3kit.core.Exchange.HeaderWeight;
import java.io.PrintStream;
import java.util.Locale;

/** Prints what two loads of a page were like. */
final class DemoReport {
  private final PageLoad http3;
  private final PageLoad http2;

  DemoReport(PageLoad http3, PageLoad http2) {
    this.http3 = http3;
    this.http2 = http2;
  }

  void print(PrintStream out) {
    out.printf(
        "%n%-20s %9s   %-9s %9s   %-9s %9s%n", "file", "size", "first by", "", "then by", "");
    for (int i = 0; i < http3.fetched().size(); i++) {
      PageLoad.Fetched one = http3.fetched().get(i);
      PageLoad.Fetched other = http2.fetched().get(i);
      out.printf(
          "%-20s %9s   %-9s %9s   %-9s %9s%s%n",
          one.path(),
          Human.octets(one.octets()),
          one.protocol(),
          Human.millis(one.time()),
          other.protocol(),
          Human.millis(other.time()),
          remark(one, other));
    }
    out.printf("%n%-20s %22s %21s%n", "", protocol(http3), protocol(http2));
    line(out, "handshake done", handshake(http3), handshake(http2));
    line(out, "all there", Human.millis(http3.total()), Human.millis(http2.total()));
    HeaderWeight weight = http3.headers();
    if (weight != null) {
      out.println();
      out.println("header fields, sent:     " + saved(weight.sentPlain(), weight.sentCoded()));
      out.println(
          "header fields, received: " + saved(weight.receivedPlain(), weight.receivedCoded()));
    }
  }

  private static void line(PrintStream out, String name, String one, String other) {
    out.printf("%-20s %22s %21s%n", name, one, other);
  }

  private static String protocol(PageLoad load) {
    return load.fetched().getFirst().protocol().toString();
  }

  private static String handshake(PageLoad load) {
    return load.handshake() == null ? "?" : Human.millis(load.handshake());
  }

  private static String saved(long plain, long coded) {
    return String.format(
        Locale.ROOT,
        "%,d octets as text, %,d after QPACK (%.0f %%)",
        plain,
        coded,
        plain == 0 ? 0.0 : 100.0 * coded / plain);
  }

  private static String remark(PageLoad.Fetched one, PageLoad.Fetched other) {
    String wrong = one.wrong() != null ? one.wrong() : other.wrong();
    return wrong == null ? "" : "  " + wrong;
  }
}
