package dev.h3kit.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.console.Terminal;
import dev.h3kit.server.AccessLogEntry;
import dev.h3kit.server.HttpProtocol;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessLinesTest {
  private static final Instant NOON =
      LocalDateTime.of(2026, 1, 2, 12, 0, 1).atZone(ZoneId.systemDefault()).toInstant();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private AccessLines lines(boolean terminal) {
    return new AccessLines(
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            terminal,
            terminal,
            Map.of()));
  }

  private static AccessLogEntry entry(
      String method, String target, int status, boolean whole, @Nullable String problem) {
    return new AccessLogEntry(
        NOON,
        new InetSocketAddress(443),
        method,
        target,
        status,
        5120,
        Duration.ofNanos(1_250_000),
        HttpProtocol.H3,
        whole,
        problem);
  }

  @Test
  void aLineHasMethodTargetStatusOctetsDurationAndVersion() {
    assertEquals(
        "12:00:01 GET /a?b 200 5120 1.25ms h3",
        lines(false).line(entry("GET", "/a?b", 200, true, null)));
  }

  @Test
  void whatWasNotSentWholeIsMarked() {
    assertTrue(lines(false).line(entry("GET", "/", 200, false, null)).endsWith("h3 cut-short"));
  }

  @Test
  void whatAClientSendsStaysOneLineAndMovesNoCursor() {
    assertEquals(
        "12:00:01 G\\x0aET /\\x1b[2J 404 5120 1.25ms h3",
        lines(false).line(entry("G\nET", "/\u001b[2J", 404, true, null)));
  }

  @Test
  void aTerminalSeesTheStatusInColour() {
    assertTrue(
        lines(true).line(entry("GET", "/", 404, true, null)).contains("\u001b[33m404\u001b[0m"));
  }

  @Test
  void aLineIsOutAtOnceAndItsProblemOnTheOtherStream() {
    lines(false).print(entry("GET", "/", 500, true, "java.io.IOException: disk"));
    assertEquals(
        "12:00:01 GET / 500 5120 1.25ms h3" + System.lineSeparator(),
        out.toString(StandardCharsets.UTF_8));
    assertEquals(
        "h3: java.io.IOException: disk" + System.lineSeparator(),
        err.toString(StandardCharsets.UTF_8));
  }
}
