package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may begin a connection. */
class AdmissionTest {
  private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");

  private final List<InetAddress> given = new ArrayList<>();
  private long now;

  private Admission admission(int connections, int perAddress, int rate, int burst) {
    ServerTransportConfig d = Loopback.serverConfig();
    return new Admission(
        new ServerTransportConfig(
            d.identity(),
            d.idleTimeout(),
            d.streamReceiveWindow(),
            d.connectionReceiveWindow(),
            d.peerBidirectionalStreams(),
            d.peerUnidirectionalStreams(),
            connections,
            perAddress,
            rate,
            burst,
            d.faults()),
        () -> now);
  }

  private static ByteBuffer id(int n) {
    return ByteBuffer.allocate(8).putLong(0, n);
  }

  @Test
  void theBucketDropsWhatIsOverTheRate() {
    Admission admission = admission(1000, 1000, 10, 2);
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(1), A, () -> given.add(A)));
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(2), A, () -> given.add(A)));
    assertEquals(Admission.Verdict.DROP, admission.judge(id(3), A, () -> given.add(A)));
    now += Duration.ofMillis(100).toNanos();
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(3), A, () -> given.add(A)));
    assertEquals(Admission.Verdict.DROP, admission.judge(id(4), A, () -> given.add(A)));
  }

  @Test
  void moreThanTheLimitAreRefused() {
    Admission admission = admission(2, 10, 1000, 1000);
    admission.judge(id(1), A, () -> given.add(A));
    admission.established(id(1), A);
    admission.judge(id(2), B, () -> given.add(B));
    assertEquals(Admission.Verdict.REFUSE, admission.judge(id(3), A, () -> given.add(A)));
    admission.ended(id(1));
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(3), A, () -> given.add(A)));
  }

  @Test
  void moreThanTheLimitOfAnAddressAreRefused() {
    Admission admission = admission(100, 1, 1000, 1000);
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(1), A, () -> given.add(A)));
    assertEquals(Admission.Verdict.REFUSE, admission.judge(id(2), A, () -> given.add(A)));
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(3), B, () -> given.add(B)));
  }

  @Test
  void unfinishedOnesAreFewAndExpire() {
    Admission admission = admission(100, 1000, 1000, 1000);
    for (int i = 0; i < 25; i++) {
      InetAddress from = i % 2 == 0 ? A : B;
      assertEquals(Admission.Verdict.ADMIT, admission.judge(id(i), from, () -> given.add(from)));
    }
    assertEquals(Admission.Verdict.DROP, admission.judge(id(100), B, () -> given.add(B)));
    now += Duration.ofSeconds(10).toNanos();
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(100), A, () -> given.add(A)));
    assertEquals(25, given.size(), "each is given up");
    assertEquals(1, admission.size());
    assertEquals(Admission.Known.NO, admission.knows(id(0)));
    assertEquals(Admission.Known.YES, admission.knows(id(100)));
    now += Duration.ofSeconds(10).toNanos();
    admission.expire();
    assertEquals(0, admission.size());
  }

  @Test
  void oneAddressLeavesHalfOfTheRoomToOthers() {
    Admission admission = admission(100, 1000, 1000, 1000);
    for (int i = 0; i < 13; i++) {
      assertEquals(Admission.Verdict.ADMIT, admission.judge(id(i), A, () -> given.add(A)));
    }
    assertEquals(Admission.Verdict.DROP, admission.judge(id(20), A, () -> given.add(A)));
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(21), B, () -> given.add(B)));
    admission.established(id(0), A);
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(20), A, () -> given.add(A)));
    assertEquals(Admission.Verdict.DROP, admission.judge(id(22), A, () -> given.add(A)));
    now += Duration.ofSeconds(1).toNanos();
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(22), A, () -> given.add(A)));
    assertEquals(List.of(A), given, "its own oldest makes room");
  }

  @Test
  void theOldestMakesRoomOnceItIsASecondOld() {
    Admission admission = admission(100, 1000, 1000, 1000);
    for (int i = 0; i < 25; i++) {
      InetAddress from = i % 2 == 0 ? A : B;
      admission.judge(id(i), from, () -> given.add(from));
    }
    now += Duration.ofMillis(999).toNanos();
    assertEquals(Admission.Verdict.DROP, admission.judge(id(100), B, () -> given.add(B)));
    assertEquals(List.of(), given);
    now += Duration.ofMillis(1).toNanos();
    assertEquals(Admission.Verdict.ADMIT, admission.judge(id(100), B, () -> given.add(B)));
    assertEquals(List.of(A), given);
    assertEquals(Admission.Known.NO, admission.knows(id(0)));
  }

  @Test
  void anAttemptHasSoManyPackets() {
    Admission admission = admission(100, 1000, 1000, 1000);
    admission.judge(id(1), A, () -> given.add(A));
    for (int i = 1; i < Admission.PACKETS_PER_ATTEMPT; i++) {
      assertEquals(Admission.Known.YES, admission.knows(id(1)));
    }
    assertEquals(Admission.Known.TOO_OFTEN, admission.knows(id(1)));
    admission.established(id(1), A);
    assertEquals(Admission.Known.YES, admission.knows(id(1)));
  }

  @Test
  void nothingIsLeftOfWhatEnded() {
    Admission admission = admission(100, 2, 1_000_000, 100_000);
    for (int i = 0; i < 10_000; i++) {
      assertEquals(Admission.Verdict.ADMIT, admission.judge(id(i), A, () -> given.add(A)));
      admission.established(id(i), A);
      admission.ended(id(i));
    }
    assertEquals(0, admission.size());
  }

  @Test
  void aMoveOfAConnectionNeedsTwoPacketsInARow() {
    Routes routes = new Routes(() -> now);
    InetSocketAddress home = new InetSocketAddress(A, 1);
    InetSocketAddress away = new InetSocketAddress(B, 2);
    Routes.Route route = routes.begin(home);
    byte[] connectionId = {1, 2, 3, 4, 5, 6, 7, 8};
    routes.add(connectionId, route);
    java.net.DatagramPacket first = packet(connectionId, away);
    routes.received(first);
    assertEquals(home, first.getSocketAddress());
    assertEquals(home, route.now());
    routes.received(packet(connectionId, home));
    routes.received(packet(connectionId, away));
    assertEquals(home, route.now());
    routes.received(packet(connectionId, away));
    assertEquals(away, route.now());
    assertEquals(away, routes.outgoing(packet(connectionId, home)).getSocketAddress());
    // Not again within the second.
    InetSocketAddress further = new InetSocketAddress(B, 3);
    routes.received(packet(connectionId, further));
    routes.received(packet(connectionId, further));
    assertEquals(away, route.now());
    now += Duration.ofSeconds(1).toNanos();
    routes.received(packet(connectionId, further));
    assertEquals(further, route.now());
    routes.remove(route);
    assertEquals(0, routes.size());
    assertEquals(home, routes.outgoing(packet(connectionId, home)).getSocketAddress());
  }

  private static java.net.DatagramPacket packet(byte[] connectionId, InetSocketAddress from) {
    byte[] octets = new byte[30];
    octets[0] = 0x40;
    System.arraycopy(connectionId, 0, octets, 1, connectionId.length);
    return new java.net.DatagramPacket(octets, octets.length, from);
  }
}
