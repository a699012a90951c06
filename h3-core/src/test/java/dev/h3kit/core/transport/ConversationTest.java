package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections and streams in order. */
@Timeout(60)
class ConversationTest {

  @Test
  void echoesOnBidirectionalStreams() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.write(stream, Loopback.readAll(stream));
          stream.finish();
        })) {
      Connection connection = loopback.connect();
      for (int size : new int[] {0, 1, 1000, 2000, 100_000, 3_000_000}) {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        Stream stream = connection.openBidirectional(Loopback.in(5));
        Loopback.write(stream, octets);
        stream.finish();
        assertArrayEquals(octets, Loopback.readAll(stream));
      }
      connection.close(0x100, "done");
    }
  }

  @Test
  void carriesUnidirectionalStreamsBothWays() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      Connection client = loopback.connect();
      Connection server = loopback.accepted();
      for (Connection[] pair : new Connection[][] {{client, server}, {server, client}}) {
        CompletableFuture<Stream> accepted = new CompletableFuture<>();
        pair[1].acceptStreams(accepted::complete);
        Stream sending = pair[0].openUnidirectional(Loopback.in(5));
        Loopback.write(sending, "control".getBytes(StandardCharsets.US_ASCII));
        sending.finish();
        Stream receiving = accepted.get(10, TimeUnit.SECONDS);
        assertEquals(sending.id(), receiving.id());
        assertEquals("control", new String(Loopback.readAll(receiving), StandardCharsets.US_ASCII));
      }
    }
  }

  @Test
  void closeTellsThePeerCodeAndReason() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      Connection client = loopback.connect();
      Connection server = loopback.accepted();
      client.close(0x10d, "version fallback");
      assertEquals(
          new Termination(
              Termination.By.LOCAL, Termination.Kind.APPLICATION, 0x10d, "version fallback"),
          client.closed().get(10, TimeUnit.SECONDS));
      assertEquals(
          new Termination(
              Termination.By.PEER, Termination.Kind.APPLICATION, 0x10d, "version fallback"),
          server.closed().get(10, TimeUnit.SECONDS));
      assertThrows(
          ConnectionClosedException.class, () -> server.openUnidirectional(Loopback.in(5)));
    }
  }

  @Test
  void thousandsOfSmallExchangesLeaveNoCreditBehind() throws Exception {
    try (Loopback loopback =
        Loopback.serving(stream -> {
          Loopback.readAll(stream);
          Loopback.write(stream, new byte[1024]);
          stream.finish();
        })) {
      Connection connection = loopback.connect();
      for (int i = 0; i < 2000; i++) {
        Stream stream = connection.openBidirectional(Loopback.in(5));
        Loopback.write(stream, new byte[100]);
        stream.finish();
        assertEquals(1024, Loopback.readAll(stream).length);
      }
    }
  }
}
