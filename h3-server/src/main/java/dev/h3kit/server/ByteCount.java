package dev.h3kit.server;

import java.util.List;
import java.util.Locale;

/** Sizes for people, in powers of 1024. */
final class ByteCount {
  private static final List<String> UNITS = List.of("KB", "MB", "GB", "TB", "PB", "EB");

  private ByteCount() {}

  static String text(long octets) {
    if (octets < 1024) {
      return octets + " B";
    }
    double value = octets;
    int unit = -1;
    while (value >= 1023.5 && unit < UNITS.size() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, value < 9.95 ? "%.1f %s" : "%.0f %s", value, UNITS.get(unit));
  }
}
