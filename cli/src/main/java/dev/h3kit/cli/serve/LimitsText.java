package dev.h3kit.cli.serve;

import dev.h3kit.core.transport.Limit;
import dev.h3kit.server.DevServerLimits;
import java.util.List;

/** The limits of the server at the end of its help text. */
public final class LimitsText {
  private LimitsText() {}

  /** The section, from its empty first line to the end of its last. */
  public static String section() {
    List<Limit> limits = DevServerLimits.DEFAULT.list();
    int width = limits.stream().mapToInt(limit -> limit.name().length()).max().orElse(0);
    StringBuilder text = new StringBuilder("\nLimits:\n");
    for (Limit limit : limits) {
      text.append("  ")
          .append(limit.name())
          .repeat(' ', width - limit.name().length() + 2)
          .append(limit.value())
          .append('\n');
    }
    return text.toString();
  }
}
