package dev.h3kit.interop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program of the test's own: its output is kept, each wait has an end, and it does not outlive
 * the test.
 */
final class RunningProgram implements AutoCloseable {
  /** How much of the output is kept: the beginning and the end. */
  private static final int KEPT = 32 << 10;

  private final List<String> command;
  private final Process process;
  private final StringBuilder output = new StringBuilder();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread reader;
  private boolean ended;

  private RunningProgram(List<String> command, Process process) {
    this.command = command;
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::readOutput);
  }

  /** Starts a program with nothing on its standard input; standard output and error come in one. */
  static RunningProgram start(Path folder, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("XDG_CONFIG_HOME", folder.toString());
    builder.environment().put("XDG_DATA_HOME", folder.toString());
    return new RunningProgram(List.copyOf(command), builder.start());
  }

  /** Waits for the program's end and expects exit code 0; answers its output. */
  String succeed(Duration atMost) throws InterruptedException {
    int code = exitCode(atMost);
    if (code != 0) {
      throw new AssertionError(command + " ended with code " + code + ":\n" + output());
    }
    return output();
  }

  /** Waits for the program's end. */
  int exitCode(Duration atMost) throws InterruptedException {
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(command + " did not end within " + atMost + ":\n" + output());
    }
    reader.join(atMost);
    return process.exitValue();
  }

  /** Waits until the output holds the pattern. */
  Matcher awaitOutput(Pattern pattern, Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lock();
    try {
      while (true) {
        Matcher matcher = pattern.matcher(output.toString());
        if (matcher.find()) {
          return matcher;
        }
        if (ended || nanos <= 0) {
          throw new AssertionError(
              command
                  + (ended ? " ended" : " ran " + atMost)
                  + " without printing "
                  + pattern
                  + ":\n"
                  + output);
        }
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether it has not ended. */
  boolean alive() {
    return process.isAlive();
  }

  /** The process id. */
  long pid() {
    return process.pid();
  }

  /** What it was started as. */
  List<String> command() {
    return command;
  }

  /** What it has printed so far. */
  String output() {
    lock.lock();
    try {
      return output.toString();
    } finally {
      lock.unlock();
    }
  }

  /** Asks the program to end, as Ctrl-C would. */
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
        .start()
        .waitFor(5, TimeUnit.SECONDS);
  }

  /** Ends the program and its children, by force if it does not follow. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        process.waitFor(3, TimeUnit.SECONDS);
      }
      children.forEach(ProcessHandle::destroyForcibly);
      reader.join(Duration.ofSeconds(3));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
      Thread.currentThread().interrupt();
    }
  }

  private void readOutput() {
    byte[] buffer = new byte[8192];
    try (InputStream in = process.getInputStream()) {
      for (int n; (n = in.read(buffer)) >= 0; ) {
        append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      append("\n(output ended: " + e.getMessage() + ")\n");
    } finally {
      lock.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void append(String text) {
    lock.lock();
    try {
      output.append(text);
      if (output.length() > KEPT) {
        output.delete(KEPT / 2, KEPT / 2 + output.length() - KEPT);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
