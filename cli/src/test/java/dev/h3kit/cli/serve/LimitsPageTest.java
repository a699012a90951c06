package dev.h3kit.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.Limit;
import dev.h3kit.server.DevServerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/limits.md and the help text say what the records say. */
class LimitsPageTest {

  /** The first two columns of the tables under a heading. */
  private static List<Limit> page(String heading) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "limits.md"));
    int from = page.indexOf("\n## " + heading + "\n");
    assertTrue(from >= 0, heading);
    int to = page.indexOf("\n## ", from + 1);
    List<Limit> rows = new ArrayList<>();
    for (String line : page.substring(from, to < 0 ? page.length() : to).split("\n", -1)) {
      String[] cells = line.split("\\|", -1);
      if (cells.length > 3 && !cells[1].startsWith("-") && !cells[1].isBlank()) {
        rows.add(new Limit(cells[1].strip(), cells[2].strip()));
      }
    }
    rows.removeFirst();
    return rows;
  }

  @Test
  void thePageHasTheLimitsOfAServer() throws IOException {
    assertEquals(DevServerLimits.DEFAULT.list(), page("A server"));
  }

  @Test
  void thePageHasTheLimitsOfAClient() throws IOException {
    assertEquals(Http3Limits.CLIENT.list(), page("A client"));
  }

  @Test
  void theHelpOfServeHasTheLimits() {
    String help = Ran.h3("serve", "--help").out();
    int from = help.indexOf("\nLimits:\n");
    assertTrue(from > 0, help);
    for (Limit limit : DevServerLimits.DEFAULT.list()) {
      assertTrue(
          help.substring(from).matches("(?s).*\n  " + limit.name() + " +" + limit.value() + "\n.*"),
          limit + " in " + help);
    }
  }
}
