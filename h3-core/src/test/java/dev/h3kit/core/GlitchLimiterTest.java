package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GlitchLimiterTest {

  @Test
  void allowsABurstThenOnlyTheRate() {
    GlitchLimiter limiter = new GlitchLimiter(3, 2, 0);
    assertTrue(limiter.allow(0));
    assertTrue(limiter.allow(0));
    assertTrue(limiter.allow(0));
    assertFalse(limiter.allow(0));
    assertFalse(limiter.allow(499_999_999));
    assertTrue(limiter.allow(500_000_001));
    assertFalse(limiter.allow(500_000_002));
  }

  @Test
  void neverHoldsMoreThanTheBurst() {
    GlitchLimiter limiter = new GlitchLimiter(3, 2, 0);
    int allowed = 0;
    while (limiter.allow(3_600_000_000_000L)) {
      allowed++;
    }
    assertEquals(3, allowed);
  }
}
