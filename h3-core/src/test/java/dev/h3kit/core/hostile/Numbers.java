package dev.h3kit.core.hostile;

import java.time.Duration;
import java.util.function.LongUnaryOperator;

/** Numbers as scripts write them: 12, 0x1f, 2^62-1, $i for the round of a loop, 4*$i. */
final class Numbers {
  private Numbers() {}

  /** A number that may depend on the round. */
  static LongUnaryOperator parse(String text) {
    if (text.equals("$i")) {
      return round -> round;
    }
    if (text.endsWith("*$i")) {
      long factor = number(text.substring(0, text.length() - 3));
      return round -> factor * round;
    }
    long value = number(text);
    return _ -> value;
  }

  /** A number that does not. */
  static long number(String text) {
    try {
      if (text.startsWith("0x")) {
        return Long.parseLong(text.substring(2), 16);
      }
      if (text.startsWith("2^")) {
        boolean less = text.endsWith("-1");
        int power = Integer.parseInt(text.substring(2, less ? text.length() - 2 : text.length()));
        return (1L << power) - (less ? 1 : 0);
      }
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new ScriptException("\"" + text + "\" is no number");
    }
  }

  /** One octet in hexadecimal digits. */
  static int hex(String digits) {
    try {
      return Integer.parseInt(digits, 16);
    } catch (NumberFormatException _) {
      throw new ScriptException("\"" + digits + "\" is no octet in hexadecimal digits");
    }
  }

  /** A time such as 200ms or 5s. */
  static Duration duration(String text) {
    if (text.endsWith("ms")) {
      return Duration.ofMillis(number(text.substring(0, text.length() - 2)));
    }
    if (text.endsWith("s")) {
      return Duration.ofSeconds(number(text.substring(0, text.length() - 1)));
    }
    throw new ScriptException("\"" + text + "\" is no time; write 200ms or 5s");
  }

  /** Octets such as 300, 64KiB or 8MiB. */
  static long octets(String text) {
    if (text.endsWith("KiB")) {
      return number(text.substring(0, text.length() - 3)) << 10;
    }
    if (text.endsWith("MiB")) {
      return number(text.substring(0, text.length() - 3)) << 20;
    }
    return number(text);
  }
}
