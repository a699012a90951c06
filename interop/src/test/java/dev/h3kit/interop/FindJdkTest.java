package dev.h3kit.interop;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build runs on: .mvn/find-jdk among JDKs that are not really there. */
class FindJdkTest {
  private static final Path SCRIPT =
      Path.of(System.getProperty("h3kit.root", ".."), ".mvn", "find-jdk");

  @TempDir Path scratch;

  private record Answer(int code, String out, String err) {}

  @Test
  void takesJavaHomeIfItIsNewEnough() throws Exception {
    Path home = jdk("elsewhere/jdk", "25.0.3");
    assertEquals(
        new Answer(0, home + "\n", ""),
        find(Map.of("JAVA_HOME", home.toString()), jdk("jdks/other", "26")));
  }

  @Test
  void takesTheJdkOfPathIfItIsNewEnough() throws Exception {
    Path home = jdk("elsewhere/jdk", "25.0.3");
    assertEquals(
        new Answer(0, home + "\n", ""),
        find(Map.of("PATH", home.resolve("bin") + ":" + tools()), jdk("jdks/other", "26")));
  }

  @Test
  void findsANewOneBesideAnOldDefault() throws Exception {
    Path old = jdk("elsewhere/jdk", "17.0.15");
    jdk("jdks/a", "21.0.1");
    Path home = jdk("jdks/b", "25");
    assertEquals(
        new Answer(0, home + "\n", ""),
        find(
            Map.of("JAVA_HOME", old.toString(), "PATH", old.resolve("bin") + ":" + tools()), home));
  }

  @Test
  void passesOverARuntimeWithoutCompiler() throws Exception {
    Path runtime = jdk("jdks/a", "25.0.3");
    Files.delete(runtime.resolve("bin/javac"));
    Path home = jdk("jdks/b", "25.0.3");
    assertEquals(new Answer(0, home + "\n", ""), find(Map.of(), home));
  }

  @Test
  void saysInOneSentenceWhatToInstall() throws Exception {
    Answer answer = find(Map.of(), jdk("jdks/old", "17.0.15"));
    assertAll(
        () -> assertEquals(1, answer.code()),
        () -> assertEquals("", answer.out()),
        () -> assertEquals(1, answer.err().lines().count(), answer.err()),
        () -> assertTrue(answer.err().contains("JDK 25 or newer"), answer.err()),
        () -> assertTrue(answer.err().contains("apt-get install temurin-25-jdk"), answer.err()),
        () -> assertTrue(answer.err().contains("JAVA_HOME"), answer.err()));
  }

  @Test
  void theWrapperStopsWithThatSentenceAlone() throws Exception {
    Path old = jdk("jdks/old", "17.0.15");
    assertEquals(
        find(Map.of(), old),
        run(SCRIPT.resolveSibling("../mvnw").normalize(), Map.of(), old, "verify"));
  }

  /** A folder that looks like a JDK of this version. */
  private Path jdk(String name, String version) throws IOException {
    Path home = scratch.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("bin/javac"), "#!/bin/sh\n");
    home.resolve("bin/javac").toFile().setExecutable(true);
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"test\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  /** A PATH with what the scripts use, and no Java. */
  private String tools() throws IOException {
    Path bin = Files.createDirectories(scratch.resolve("bin"));
    for (String name : new String[] {"dirname", "readlink", "sed"}) {
      Path program = bin.resolve(name);
      Files.writeString(program, "#!/bin/sh\nexec " + Programs.find(name) + " \"$@\"\n");
      program.toFile().setExecutable(true);
    }
    return bin.toString();
  }

  private Answer find(Map<String, String> environment, Path oneJdk)
      throws IOException, InterruptedException {
    return run(SCRIPT, environment, oneJdk);
  }

  private Answer run(Path script, Map<String, String> environment, Path oneJdk, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("sh", script.toString());
    builder.command().addAll(java.util.List.of(arguments));
    Path out = scratch.resolve("out");
    Path err = scratch.resolve("err");
    builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("HOME", scratch.toString());
    builder.environment().put("H3KIT_JDKS", oneJdk.getParent().toString());
    builder.environment().put("PATH", tools());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "no end");
    return new Answer(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
