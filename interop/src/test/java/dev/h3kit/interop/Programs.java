package dev.h3kit.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The other programs of a test, each with a folder of its own. They are ended after the test, and
 * what they printed is shown if it failed.
 */
final class Programs implements BeforeEachCallback, AfterEachCallback {
  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<RunningProgram> started = new ArrayList<>();
  private Path scratch = Path.of("/nonexistent");

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    scratch = Files.createTempDirectory("h3kit-interop-");
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
    if (context.getExecutionException().isPresent()) {
      for (RunningProgram program : started) {
        System.err.println("---- " + program.command() + " printed:\n" + program.output());
      }
    }
    try (Stream<Path> files = Files.walk(scratch)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** A new empty folder that lives as long as the test. */
  Path folder(String name) throws IOException {
    return Files.createTempDirectory(scratch, name + "-");
  }

  /** Something else to close after the test. */
  <T extends AutoCloseable> T closing(T resource) {
    open.add(resource);
    return resource;
  }

  /** Starts a program by its name or path. */
  RunningProgram start(Object... command) throws IOException {
    List<String> words = new ArrayList<>(Arrays.stream(command).map(Object::toString).toList());
    words.set(0, find(words.get(0)).toString());
    RunningProgram program =
        RunningProgram.start(folder(Path.of(words.get(0)).getFileName().toString()), words);
    started.add(program);
    return closing(program);
  }

  /**
   * Where a program is. A test whose program is missing fails with -Dinterop.required=true and is
   * skipped otherwise.
   */
  static Path find(String name) {
    if (name.contains("/")) {
      return Path.of(name);
    }
    Optional<Path> found =
        Stream.concat(
                Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")),
                Stream.of("/usr/sbin", "/usr/local/sbin", "/sbin"))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty()) {
      String message = name + " is not installed; on Debian see .ci/run for its package";
      if (Boolean.getBoolean("interop.required")) {
        Assertions.fail(message);
      }
      Assumptions.abort(message);
    }
    return found.get();
  }
}
