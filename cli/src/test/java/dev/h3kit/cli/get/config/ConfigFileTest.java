package dev.h3kit.cli.get.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "url = http://x/ | --url http://x/",
        "-o file | -o file",
        "output: \"a b\" | --output a b",
        "user-agent=\"q\\\"\\\\t\\t.\" | --user-agent q\"\\t\t.",
        "silent | --silent",
        "silent nonsense | --silent",
        "# comment | ''",
        "-H \"A: b\" | -H A: b",
      })
  void linesAreOptions(String line, String words) {
    List<String> valued = List.of("--url", "-o", "--output", "--user-agent", "-H");
    assertEquals(words, String.join(" ", ConfigFile.arguments(line + "\n\n", valued::contains)));
  }

  @Test
  void theDefaultFileComesFirstUnlessItIsDisabled(@TempDir Path folder) throws Exception {
    Map<String, String> environment = Map.of("HOME", folder.toString());
    String[] args = {"get", "x"};
    assertArrayEquals(args, DefaultConfig.before(environment, args));
    Path file = Files.writeString(folder.resolve(".h3rc"), "silent\n");
    assertArrayEquals(
        new String[] {"get", "--config", file.toString(), "x"},
        DefaultConfig.before(environment, args));
    for (String off : List.of("-q", "-qs", "--disable")) {
      String[] disabled = {"get", off, "x"};
      assertArrayEquals(disabled, DefaultConfig.before(environment, disabled));
    }
    String[] other = {"serve"};
    assertArrayEquals(other, DefaultConfig.before(environment, other));
  }
}
