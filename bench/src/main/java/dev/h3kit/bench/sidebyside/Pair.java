package dev.h3kit.bench.sidebyside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** The server and the client process of one stack. */
final class Pair implements AutoCloseable {
  private static final int WAIT_SECONDS = 40;
  private static final int END_SECONDS = 5;

  private final Line server;
  private final Line client;

  private Pair(Line server, Line client) {
    this.server = server;
    this.client = client;
  }

  /** Starts both. */
  static Pair start(Stack stack, Path keys) throws IOException, InterruptedException {
    Line server = Line.start("server", stack.name(), keys.toString());
    try {
      return new Pair(server, Line.start("client", stack.name(), server.answer()));
    } catch (IOException | InterruptedException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Has the client do the work.
   *
   * @return the nanoseconds it took
   * @throws IOException if it failed or did not end in time
   */
  long perform(Work work) throws IOException, InterruptedException {
    client.send(work.name());
    return Long.parseLong(client.answer());
  }

  /** Ends both. */
  @Override
  public void close() {
    client.close();
    server.close();
  }

  /** A process that is told and answers lines. */
  private record Line(Process process, BlockingQueue<String> answers) implements AutoCloseable {
    private static final String END = "";

    static Line start(String... arguments) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx1g", "-Dtech.kwik.core.no-security-warnings=true"));
      String extra = System.getProperty("bench." + arguments[0] + ".options", "");
      if (!extra.isEmpty()) {
        command.addAll(List.of(extra.split(" ", -1)));
      }
      command.addAll(
          List.of("-cp", System.getProperty("java.class.path"), LoadProcess.class.getName()));
      command.addAll(List.of(arguments));
      Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
      BlockingQueue<String> answers = new ArrayBlockingQueue<>(16);
      Thread.ofVirtual().start(() -> read(process, answers));
      return new Line(process, answers);
    }

    private static void read(Process process, BlockingQueue<String> answers) {
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line; (line = in.readLine()) != null; ) {
          answers.put(line);
        }
        answers.put(END);
      } catch (IOException | InterruptedException e) {
        process.destroyForcibly();
      }
    }

    void send(String line) throws IOException {
      OutputStream out = process.getOutputStream();
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    }

    String answer() throws IOException, InterruptedException {
      String line = answers.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        throw new IOException("no answer within " + WAIT_SECONDS + " s");
      }
      if (line.equals(END)) {
        throw new IOException("the process ended");
      }
      return line;
    }

    @Override
    public void close() {
      try {
        process.getOutputStream().close();
        if (process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
          return;
        }
      } catch (IOException e) {
        // It is gone already.
        process.destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      process.destroyForcibly();
    }
  }
}
