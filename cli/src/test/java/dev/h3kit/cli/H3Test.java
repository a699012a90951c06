package dev.h3kit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class H3Test {

  @Test
  void versionIsThatOfTheBuild() {
    Ran ran = Ran.h3("--version");
    assertEquals(0, ran.exit());
    assertTrue(ran.out().matches("(?s)h3 \\d+\\.\\d+\\.\\d+.* \\(Java .*"), ran.toString());
  }

  @Test
  void helpListsTheCommandsAndHidesTheTraining() {
    Ran ran = Ran.h3("--help");
    assertEquals(0, ran.exit());
    for (String command : new String[] {"get", "compare", "demo", "help"}) {
      assertTrue(ran.out().contains("\n  " + command + " "), ran.toString());
    }
    assertFalse(ran.out().contains("aot-training"), ran.toString());
  }

  @Test
  void helpOfACommandGroupsItsOptions() {
    Ran ran = Ran.h3("help", "get");
    assertEquals(0, ran.exit());
    int protocol = ran.out().indexOf("\nProtocol and redirects:\n");
    int request = ran.out().indexOf("\nRequest:\n");
    int output = ran.out().indexOf("\nOutput:\n");
    int connection = ran.out().indexOf("\nConnection and trust:\n");
    assertTrue(protocol > 0 && protocol < request && request < output && output < connection);
    assertTrue(ran.out().indexOf("--http3-only") < request, ran.toString());
    assertEquals(ran.out(), Ran.h3("get", "--help").out());
  }

  @Test
  void noCommandIsAnError() {
    Ran ran = Ran.h3();
    assertEquals(2, ran.exit());
    assertEquals("h3: (2) which command?\n    Try 'h3 --help'.\n", ran.err());
  }

  @Test
  void unknownCommandIsNamed() {
    Ran ran = Ran.h3("xyzzy");
    assertEquals(2, ran.exit());
    assertEquals("h3: (2) unknown command 'xyzzy'\n    Try 'h3 --help'.\n", ran.err());
  }

  @Test
  void aUrlWithoutACommandGetsTheCommandSuggested() {
    Ran ran = Ran.h3("https://example.com/");
    assertEquals(2, ran.exit());
    assertTrue(ran.err().contains("h3 get https://example.com/"), ran.err());
  }

  @Test
  void unknownOptionIsNamedWithOneThatIsMeant() {
    Ran ran = Ran.h3("get", "--http3onl", "https://localhost/");
    assertEquals(2, ran.exit());
    assertTrue(ran.err().startsWith("h3: (2) unknown option '--http3onl'"), ran.err());
    assertTrue(ran.err().endsWith("    Try 'h3 get --help'.\n"), ran.err());
    assertEquals(2, ran.err().lines().count());
  }

  @Test
  void unknownOptionIsNamedEvenWithoutAUrl() {
    Ran ran = Ran.h3("get", "--nope");
    assertEquals(2, ran.exit());
    assertTrue(ran.err().startsWith("h3: (2) unknown option '--nope'"), ran.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "compare"})
  void missingUrlIsAnErrorOfTwoLines(String command) {
    Ran ran = Ran.h3(command);
    assertEquals(2, ran.exit());
    assertEquals(2, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().contains("URL"), ran.err());
  }

  @Test
  void coloursAreForTerminalsOnly() {
    assertTrue(Ran.with(true, true, "", "get", "--help").out().contains("\u001b["));
    assertFalse(Ran.h3("get", "--help").out().contains("\u001b["));
  }

  @Test
  void controlBytesOfArgumentsDoNotReachTheTerminal() {
    Ran ran = Ran.h3("get", "ftp\u001b[31m://x");
    assertFalse(ran.err().contains("\u001b"), ran.err());
  }
}
