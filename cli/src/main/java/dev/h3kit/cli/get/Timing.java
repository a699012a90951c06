package dev.h3kit.cli.get;

import dev.h3kit.cli.console.ControlBytes;
import dev.h3kit.cli.console.Human;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.ExchangeTimeline;
import dev.h3kit.client.Racer;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long each step of a transfer took, as a waterfall ({@code --timing}): a bar for each step and
 * each racer, on one scale for all requests of the transfer.
 */
final class Timing {
  private static final int WIDTH = 44;
  private static final int NAME = 14;

  private final Terminal terminal;
  private final boolean colours;

  Timing(Terminal terminal) {
    this.terminal = terminal;
    this.colours = terminal.colours(terminal.errIsTerminal());
  }

  /** A step, since the transfer's start. */
  private record Step(String name, Duration from, Duration to, char mark, String note) {}

  void print(TransferResult result) {
    long total = Math.max(1, result.total().toNanos());
    PrintStream to = terminal.err();
    for (Hop hop : result.hops()) {
      ExchangeReport report = hop.report();
      String protocol =
          report == null || report.protocol() == null ? "no answer" : report.protocol().toString();
      String status = hop.status() == 0 ? "" : " " + hop.status();
      to.println(
          ControlBytes.escape(hop.plan().method() + " " + hop.url()) + "  " + protocol + status);
      if (report == null) {
        continue;
      }
      for (Step step : steps(hop.started(), report)) {
        to.println(line(step, total));
      }
      if (!report.reason().isEmpty()) {
        to.println("  (" + ControlBytes.escape(report.reason()) + ")");
      }
    }
    to.println("  total " + Human.millis(result.total()));
    to.flush();
  }

  private static List<Step> steps(Duration began, ExchangeReport report) {
    ExchangeTimeline times = report.timeline();
    List<Step> steps = new ArrayList<>();
    Duration at = Duration.ZERO;
    if (!report.reused()) {
      at = add(steps, began, "resolve", at, times.resolved(), "");
    }
    for (Racer racer : times.racers()) {
      String name = racer.transport() == Racer.Transport.QUIC ? "QUIC" : "TCP";
      Duration end = racer.ended() == null ? racer.started() : racer.ended();
      String note =
          switch (racer.outcome()) {
            case Racer.Outcome.Won _ -> "won";
            case Racer.Outcome.Failed failed -> "failed: " + Diagnosis.refusal(failed.cause());
            case Racer.Outcome.Abandoned _ -> "given up";
            case Racer.Outcome.Running _ -> "still connecting";
          };
      steps.add(new Step(name + " race", began.plus(racer.started()), began.plus(end), '-', note));
    }
    at = add(steps, began, "connect", at, times.connected(), "");
    at = add(steps, began, "handshake", at, times.handshaken(), "");
    at = add(steps, began, "request", at, times.requestSent(), "");
    at = add(steps, began, "wait", at, times.firstByte(), "");
    add(steps, began, "body", at, times.lastByte(), Human.octets(report.receivedBodyOctets()));
    return steps;
  }

  /** Adds a step that ended at {@code end}; one that did not take place is left out. */
  private static Duration add(
      List<Step> steps,
      Duration began,
      String name,
      Duration from,
      @Nullable Duration end,
      String note) {
    if (end == null) {
      return from;
    }
    Duration to = end.compareTo(from) < 0 ? from : end;
    steps.add(new Step(name, began.plus(from), began.plus(to), '=', note));
    return to;
  }

  private String line(Step step, long total) {
    int from = column(step.from(), total);
    int to = Math.max(from + 1, column(step.to(), total));
    String bar = " ".repeat(from) + String.valueOf(step.mark()).repeat(to - from);
    String shown =
        colours && step.mark() == '='
            ? " ".repeat(from) + "\u001b[36m" + bar.substring(from) + "\u001b[0m"
            : bar;
    String padding = " ".repeat(WIDTH + 1 - bar.length());
    Duration took = step.to().minus(step.from());
    return String.format(
            "  %-" + NAME + "s|%s%s| %9s", step.name(), shown, padding, Human.millis(took))
        + (step.note().isEmpty() ? "" : "  " + ControlBytes.escape(step.note()));
  }

  private static int column(Duration time, long total) {
    return (int) Math.min(WIDTH, Math.max(0, time.toNanos() * WIDTH / total));
  }
}
