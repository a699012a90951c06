package dev.h3kit.cli.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A folder that is gone after its use, also when a signal ends the process. */
public final class TemporaryFolder implements AutoCloseable {
  private final Path path;
  private final Thread onExit;

  /**
   * Makes a folder that only the user may read.
   *
   * @param purpose begins its name
   */
  public TemporaryFolder(String purpose) throws IOException {
    path = Files.createTempDirectory(purpose);
    onExit = new Thread(this::remove, "h3-cleanup");
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      return; // the JVM is going down and the hook does it
    }
    remove();
  }

  private void remove() {
    try {
      Files.walkFileTree(path, new Removal());
    } catch (IOException e) {
      // What cannot be removed stays in the system's folder for temporary files.
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
