package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.util.Locale;

/** Sizes as curl's options take them: {@code 500}, {@code 10k}, {@code 2M}, in powers of 1024. */
final class SizeText {
  private static final String UNITS = "bkmgtp";

  private SizeText() {}

  /** Octets, 0 or more. */
  static long parse(String option, String text) throws CommandFailure {
    String lower = text.toLowerCase(Locale.ROOT);
    int unit = lower.isEmpty() ? -1 : UNITS.indexOf(lower.charAt(lower.length() - 1));
    String digits = unit < 0 ? lower : lower.substring(0, lower.length() - 1);
    long factor = 1L << (10 * Math.max(0, unit));
    if (!digits.matches("[0-9]{1,18}") || Long.parseLong(digits) > Long.MAX_VALUE / factor) {
      throw new CommandFailure(
          ExitCode.USAGE,
          option + " needs a size such as 500, 10k or 2M, not '" + text + "'",
          null);
    }
    return Long.parseLong(digits) * factor;
  }
}
