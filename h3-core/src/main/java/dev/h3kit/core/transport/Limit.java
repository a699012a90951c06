package dev.h3kit.core.transport;

import java.time.Duration;
import java.util.Locale;

/**
 * A limit as a person reads it.
 *
 * @param name what is limited
 * @param value how much of it, with its unit
 */
public record Limit(String name, String value) {
  private static final int KIB = 1024;

  /** A number of things. */
  public static Limit count(String name, long value) {
    return new Limit(name, value == 0 ? "none" : String.format(Locale.ROOT, "%,d", value));
  }

  /** A number of octets. */
  public static Limit octets(String name, long value) {
    if (value >= (long) KIB * KIB * KIB && value % ((long) KIB * KIB * KIB) == 0) {
      return new Limit(name, value / KIB / KIB / KIB + " GiB");
    }
    return new Limit(
        name, value >= KIB && value % KIB == 0 ? value / KIB + " KiB" : value + " octets");
  }

  /** A time. */
  public static Limit time(String name, Duration value) {
    return new Limit(name, value.toSeconds() + " s");
  }
}
