package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the default configurations let a peer open and send before anything is read. */
@Timeout(60)
class StreamCreditTest {

  // RFC 9114 §6.2: "Therefore, the transport parameters sent by both clients and servers MUST allow
  // the peer to create at least three unidirectional streams. These transport parameters SHOULD
  // also
  // provide at least 1,024 bytes of flow-control credit to each unidirectional stream."
  @Test
  void rfc9114_6_2_threeUnidirectionalStreamsHaveCreditBothWays() throws Exception {
    try (Loopback loopback = Loopback.start()) {
      Connection client = loopback.connect();
      Connection server = loopback.accepted();
      assertThreeStreams(client, server);
      assertThreeStreams(server, client);
      client.close(0x100, "");
    }
  }

  private static void assertThreeStreams(Connection sender, Connection receiver) throws Exception {
    List<Stream> received = new CopyOnWriteArrayList<>();
    receiver.acceptStreams(received::add);
    for (int i = 0; i < 3; i++) {
      Loopback.write(sender.openUnidirectional(Loopback.in(20)), new byte[1024]);
    }
    while (received.size() < 3 || received.stream().anyMatch(s -> s.available() < 1024)) {
      Thread.onSpinWait();
    }
    assertFalse(sender.closed().isDone());
  }

  // RFC 9114 §6.1: "In order to permit these streams to open, an HTTP/3 server SHOULD configure
  // non-zero minimum values for the number of permitted streams and the initial stream flow-control
  // window. So as to not unnecessarily limit parallelism, at least 100 request streams SHOULD be
  // permitted at a time."
  @Test
  void rfc9114_6_1_aHundredRequestStreamsCanBeOpenAtATime() throws Exception {
    CountDownLatch come = new CountDownLatch(100);
    try (Loopback loopback = Loopback.start()) {
      Connection client = loopback.connect();
      loopback.accepted().acceptStreams(_ -> come.countDown());
      for (int i = 0; i < 100; i++) {
        Loopback.write(client.openBidirectional(Loopback.in(20)), new byte[] {1});
      }
      come.await(20, TimeUnit.SECONDS);
      assertEquals(0, come.getCount());
      client.close(0x100, "");
    }
  }
}
