package dev.h3kit.bench.startup;

import dev.h3kit.server.DevServer;
import dev.h3kit.server.DevServerConfig;
import dev.h3kit.server.ServerIdentity;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Times whole processes in turns: {@code java -version}, {@code h3 --version}, and {@code h3 get}
 * of one kilobyte from a server on this machine, over HTTP/3 and over HTTP/2. Prints medians and
 * their ratio to the first.
 */
public final class StartUp {
  private static final int WARM_UP = 2;
  private static final int LONGEST_SECONDS = 300;

  private StartUp() {}

  /** The first argument is the path of the command h3, the second the number of rounds. */
  public static void main(String[] args) throws Exception {
    String h3 = args[0];
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 15;
    Path folder = Files.createTempDirectory("h3kit-startup-");
    Path site = Files.createDirectory(folder.resolve("site"));
    Files.write(site.resolve("kilobyte"), new byte[1024]);
    ServerIdentity identity = ServerIdentity.local(folder.resolve("authority"), List.of());
    try (DevServer server = DevServer.start(DevServerConfig.of(site, identity))) {
      String url = "https://localhost:" + server.port() + "/kilobyte";
      Map<String, List<String>> commands = new LinkedHashMap<>();
      commands.put(
          "java -version",
          List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version"));
      commands.put("h3 --version", List.of(h3, "--version"));
      commands.put("h3 get, HTTP/3", List.of(h3, "get", "-k", "-s", "--http3-only", url));
      commands.put("h3 get, HTTP/2", List.of(h3, "get", "-k", "-s", "--http2", url));
      print(measure(commands, rounds));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static Map<String, List<Double>> measure(Map<String, List<String>> commands, int rounds)
      throws IOException, InterruptedException {
    Map<String, List<Double>> times = new LinkedHashMap<>();
    for (int round = -WARM_UP; round < rounds; round++) {
      for (Map.Entry<String, List<String>> command : commands.entrySet()) {
        double millis = run(command.getValue());
        if (round >= 0) {
          times.computeIfAbsent(command.getKey(), name -> new ArrayList<>()).add(millis);
        }
      }
    }
    return times;
  }

  private static double run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(Redirect.DISCARD);
    builder.redirectError(command.contains("-version") ? Redirect.DISCARD : Redirect.INHERIT);
    long start = System.nanoTime();
    Process process = builder.start();
    if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(command + " failed");
    }
    return (System.nanoTime() - start) / 1e6;
  }

  private static void print(Map<String, List<Double>> times) {
    StringBuilder out =
        new StringBuilder("| | median, ms | fastest | × java -version |\n|---|---:|---:|---:|\n");
    double unit = median(times.get("java -version"));
    times.forEach((name, all) ->
        out.append(
            String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.1f |%n",
                name,
                median(all),
                all.stream().mapToDouble(Double::doubleValue).min().orElseThrow(),
                median(all) / unit)));
    System.out.print(out);
  }

  private static double median(@org.jspecify.annotations.Nullable List<Double> times) {
    if (times == null) {
      throw new IllegalArgumentException("nothing was measured");
    }
    return times.stream().sorted().toList().get(times.size() / 2);
  }
}
