package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.ProtocolChoice.Facts;
import dev.h3kit.client.ProtocolChoice.Plan;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table in docs/client.md. */
class ProtocolChoiceTest {
  private static final Origin ORIGIN = new Origin("https", "example.com", 443);
  private static final Alternative ELSEWHERE = new Alternative("alt.example", 8443);

  private static Plan plan(
      ProtocolMode mode,
      boolean secure,
      Version version,
      @Nullable String obstacle,
      @Nullable Alternative advertised,
      boolean connected,
      Duration coolDown) {
    return ProtocolChoice.plan(
        ORIGIN, new Facts(mode, secure, version, obstacle, advertised, connected, coolDown));
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP3_ONLY,  Quic, Quic, Quic, Refused",
    "HTTP3_FIRST, Race, Quic, Tcp,  Tcp",
    "ALT_SVC,     Race, Quic, Tcp,  Tcp",
    "TCP_ONLY,    Tcp,  Tcp,  Tcp,  Tcp",
  })
  void theTableHolds(
      ProtocolMode mode, String free, String connected, String lost, String obstructed) {
    Duration none = Duration.ZERO;
    Duration some = Duration.ofSeconds(30);
    assertPlan(free, plan(mode, true, Version.HTTP_2, null, ELSEWHERE, false, none));
    assertPlan(connected, plan(mode, true, Version.HTTP_2, null, ELSEWHERE, true, some));
    assertPlan(lost, plan(mode, true, Version.HTTP_2, null, ELSEWHERE, false, some));
    assertPlan(obstructed, plan(mode, true, Version.HTTP_2, "a wall", ELSEWHERE, true, none));
    assertPlan(obstructed, plan(mode, true, Version.HTTP_1_1, null, ELSEWHERE, true, none));
    assertPlan(obstructed, plan(mode, false, Version.HTTP_2, null, ELSEWHERE, true, none));
  }

  private static void assertPlan(String name, Plan plan) {
    assertEquals(name, plan.getClass().getSimpleName());
  }

  @Test
  void withoutAnAdvertisementAltSvcGoesOverTcp() {
    assertInstanceOf(
        Plan.Tcp.class,
        plan(ProtocolMode.ALT_SVC, true, Version.HTTP_2, null, null, false, Duration.ZERO));
  }

  @Test
  void http3GoesWhereItIsAdvertisedOrElseToTheOrigin() {
    assertEquals(
        ELSEWHERE,
        assertInstanceOf(
                Plan.Race.class,
                plan(
                    ProtocolMode.HTTP3_FIRST,
                    true,
                    Version.HTTP_2,
                    null,
                    ELSEWHERE,
                    false,
                    Duration.ZERO))
            .to());
    assertEquals(
        new Alternative("example.com", 443),
        assertInstanceOf(
                Plan.Race.class,
                plan(
                    ProtocolMode.HTTP3_FIRST,
                    true,
                    Version.HTTP_2,
                    null,
                    null,
                    false,
                    Duration.ZERO))
            .to());
  }

  @Test
  void theCoolDownGrowsToAnHourAndIsClearedByASuccess() {
    AtomicLong now = new AtomicLong();
    BrokenOrigins broken = new BrokenOrigins(now::get);
    assertEquals(Duration.ZERO, broken.coolDown(ORIGIN));
    for (int minutes : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      broken.lost(ORIGIN);
      assertEquals(Duration.ofMinutes(minutes), broken.coolDown(ORIGIN));
      now.addAndGet(Duration.ofMinutes(minutes).toNanos());
      assertEquals(Duration.ZERO, broken.coolDown(ORIGIN));
    }
    broken.lost(ORIGIN);
    broken.worked(ORIGIN);
    assertEquals(Duration.ZERO, broken.coolDown(ORIGIN));
    broken.lost(ORIGIN);
    assertEquals(Duration.ofMinutes(1), broken.coolDown(ORIGIN));
  }

  @Test
  void theMemoryOfBrokenOriginsIsBounded() {
    BrokenOrigins broken = new BrokenOrigins(() -> 0);
    for (int i = 0; i <= BrokenOrigins.ORIGINS; i++) {
      broken.lost(new Origin("https", "host" + i, 443));
    }
    assertEquals(Duration.ZERO, broken.coolDown(new Origin("https", "host0", 443)));
    assertTrue(broken.coolDown(new Origin("https", "host1", 443)).isPositive());
  }
}
