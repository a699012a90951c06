package dev.h3kit.cli.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Completions and manual pages, read by the programs they are for where those are here. */
@Timeout(60)
class ShellTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    Path script = Files.writeString(folder.resolve("h3.bash"), script("bash"));
    String complete =
        "source "
            + script
            + "; COMP_WORDS=(h3 %s); COMP_CWORD=%d; _complete_h3; echo ${COMPREPLY[@]}";
    assertTrue(ran("bash", "-c", complete.formatted("ge", 1)).contains("get"));
    String options = ran("bash", "-c", complete.formatted("get --retry-", 2));
    assertTrue(
        options.contains("--retry-delay") && options.contains("--retry-all-errors"), options);
  }

  @Test
  void zshReadsTheScript() throws Exception {
    Path script = Files.writeString(folder.resolve("h3.zsh"), script("zsh"));
    ran("zsh", "-n", script.toString());
  }

  @Test
  void fishCompletesCommandsAndOptions() throws Exception {
    String text = script("fish");
    assertTrue(text.contains("-l retry-delay -x -d "), text);
    assertTrue(text.contains("complete -c h3 -n __fish_use_subcommand -a get -d "), text);
    assertTrue(text.contains(" -s 'o' -l output -r -F -d "), text);
    assertFalse(text.contains("aot-training"), text);
    ran("fish", "-n", Files.writeString(folder.resolve("h3.fish"), text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "get", "serve", "compare", "demo", "qpack"})
  void manualPagesAreWholeAndWithoutWarnings(String command) throws Exception {
    Ran ran = command.isEmpty() ? Ran.h3("man") : Ran.h3("man", command);
    assertEquals(0, ran.exit(), ran.toString());
    assertTrue(ran.out().startsWith(".TH H3"), ran.out());
    assertFalse(ran.out().contains("${") || ran.out().contains("%%"), ran.out());
    assertTrue(ran.out().contains("\n.SH OPTIONS\n.TP\n.B \\-"), ran.out());
    Path page = Files.writeString(folder.resolve("page.1"), ran.out());
    assertEquals("", ran("groff", "-man", "-ww", "-z", page.toString()));
  }

  @Test
  void everyOptionOfGetStandsInItsManualPage() {
    String page = Ran.h3("man", "get").out();
    for (String option :
        new String[] {"-Z, --parallel", "--retry-delay", "-J, --remote-header-name"}) {
      assertTrue(page.contains(".B " + option.replace("-", "\\-")), option);
    }
  }

  @Test
  void unknownShellsAndCommandsAreTwo() {
    assertEquals(2, Ran.h3("completion", "tcsh").exit());
    assertEquals(2, Ran.h3("completion").exit());
    assertEquals(2, Ran.h3("man", "nope").exit());
  }

  private static String script(String shell) {
    Ran ran = Ran.h3("completion", shell);
    assertEquals(0, ran.exit(), ran.toString());
    assertEquals("", ran.err());
    return ran.out();
  }

  /** What a program prints, both streams; skips where the program is not. */
  private static String ran(String program, String... args) throws Exception {
    boolean here =
        Files.isExecutable(Path.of("/usr/bin", program))
            || Files.isExecutable(Path.of("/bin", program));
    Assumptions.assumeTrue(here, "no " + program + " here");
    String[] command = new String[args.length + 1];
    command[0] = program;
    System.arraycopy(args, 0, command, 1, args.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), out);
    return out;
  }
}
