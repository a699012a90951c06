package dev.h3kit.cli.console;

import java.time.Duration;
import java.util.Locale;

/** Quantities as people read them. */
public final class Human {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  private static final int THOUSAND = 1000;

  private Human() {}

  /** A size in powers of 1000: {@code 999 B}, {@code 1.25 MB}. */
  public static String octets(long octets) {
    if (octets < THOUSAND) {
      return octets + " B";
    }
    double size = octets;
    int unit = 0;
    while (size >= THOUSAND - 0.5 && unit < UNITS.length - 1) {
      size /= THOUSAND;
      unit++;
    }
    String format = size < 10 ? "%.2f %s" : size < 100 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, format, size, UNITS[unit]);
  }

  /**
   * A duration in milliseconds, with as many digits as tell something: {@code 0.412 ms}, {@code 63
   * ms}.
   */
  public static String millis(Duration duration) {
    double ms = duration.toNanos() / 1e6;
    String format = ms < 1 ? "%.2f ms" : ms < 100 ? "%.1f ms" : "%.0f ms";
    return String.format(Locale.ROOT, format, ms);
  }

  /** Time on a clock: {@code 0:07}, {@code 1:02:03}. */
  public static String clock(Duration duration) {
    long s = duration.toSeconds();
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }
}
