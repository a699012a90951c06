package dev.h3kit.core.hostile;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Plays every script under the resources of this package, in memory and over QUIC. */
class HostileTest {

  /** All scripts by theme and file, or those whose names begin as -Dh3kit.scripts says. */
  static List<Script> scripts() throws IOException, URISyntaxException {
    URL root = HostileTest.class.getResource("scripts");
    if (root == null) {
      throw new AssertionError("the scripts are missing");
    }
    Path folder = Path.of(root.toURI());
    String only = System.getProperty("h3kit.scripts", "");
    List<Script> scripts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = folder.relativize(file).toString().replace('\\', '/');
        if (name.startsWith(only)) {
          scripts.add(ScriptParser.parse(name, Files.readAllBytes(file)));
        }
      }
    }
    return scripts;
  }

  @TestFactory
  List<DynamicContainer> everyScript() throws Exception {
    List<DynamicContainer> files = new ArrayList<>();
    for (Script script : scripts()) {
      List<DynamicTest> tests = new ArrayList<>();
      for (Script.Case one : script.cases()) {
        tests.add(DynamicTest.dynamicTest(one.title(), () -> Player.play(one, false)));
        if (one.quic()) {
          tests.add(
              DynamicTest.dynamicTest(one.title() + ", over QUIC", () -> Player.play(one, true)));
        }
      }
      files.add(DynamicContainer.dynamicContainer(script.file(), tests));
    }
    return files;
  }
}
