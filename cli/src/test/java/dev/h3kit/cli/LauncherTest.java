package dev.h3kit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher {@code h3}, copied into a checkout of its own whose build is a script that puts a
 * small program in the place of h3.
 */
@Timeout(120)
class LauncherTest {
  private static final String PROGRAM =
      """
      public class Program {
        public static void main(String[] args) {
          if (args.length == 1 && args[0].equals("aot-training")) {
            return;
          }
          System.out.println("version VERSION");
          for (String arg : args) {
            System.out.println("arg " + arg);
          }
          String flags = String.join(" ",
              java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
          System.out.println("cache " + flags.contains("-XX:AOTCache="));
          System.out.println("property " + System.getProperty("mine"));
          System.exit(args.length > 0 && args[0].equals("fail") ? 42 : 0);
        }
      }
      """;

  private static final Map<String, String> AOT = Map.of("H3_AOT", "on");

  private Path checkout = Path.of("");
  @TempDir private Path folder = Path.of("");

  /** What a script wrote and how it ended. */
  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void makeCheckout() throws Exception {
    Path launcher = Path.of("..", "h3").toAbsolutePath().normalize();
    assumeTrue(Files.exists(Path.of("/bin/sh")), "no /bin/sh on this system");
    checkout = Files.createDirectories(folder.resolve("check out"));
    Files.copy(launcher, checkout.resolve("h3"), StandardCopyOption.COPY_ATTRIBUTES);
    for (String module : List.of("qpack", "h3-core", "h3-client", "h3-server", "cli")) {
      Files.createDirectories(checkout.resolve(module + "/src/main/java"));
      Files.writeString(checkout.resolve(module + "/pom.xml"), "<project/>");
    }
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Files.createDirectories(checkout.resolve(".mvn"));
    script(".mvn/find-jdk", "echo '" + System.getProperty("java.home") + "'");
    makeProgram("1");
    // The build counts itself and puts the jar where Maven would.
    script(
        "mvnw",
        """
        echo built >>builds
        mkdir -p cli/target/lib && cp program.jar cli/target/cli-1.jar && : >cli/target/lib/empty.jar
        """);
    Instant past = Instant.now().minusSeconds(3600);
    try (Stream<Path> files = Files.walk(checkout)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(past));
      }
    }
  }

  @Test
  void buildsOnFirstUseAndSaysSoInOneLine() throws Exception {
    Result first = h3(Map.of(), "a b", "--c", "");
    assertEquals(0, first.exit(), first.toString());
    assertTrue(first.out().startsWith("version 1\narg a b\narg --c\narg \n"), first.toString());
    assertEquals(1, first.err().lines().count(), first.toString());
    assertTrue(first.err().startsWith("h3: building"), first.err());
    Result second = h3(Map.of());
    assertEquals("", second.err());
    assertEquals(1, builds());
  }

  @Test
  void exitCodeIsThatOfTheProgram() throws Exception {
    assertEquals(42, h3(Map.of(), "fail").exit());
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    h3(Map.of());
    makeProgram("2");
    Files.writeString(checkout.resolve("cli/src/main/java/New.java"), "class New {}");
    Result result = h3(Map.of());
    assertTrue(result.out().startsWith("version 2\n"), result.toString());
    assertTrue(result.err().contains("the sources have changed"), result.err());
    assertEquals(2, builds());
  }

  @Test
  void aotCacheIsMadeWithTheBuildUsedAndMadeAgainForAnother() throws Exception {
    assertTrue(h3(AOT).out().contains("cache true"));
    assertEquals(1, caches().size(), caches().toString());
    assertTrue(h3(Map.of()).out().contains("cache false"));
    makeProgram("2");
    Files.writeString(checkout.resolve("pom.xml"), "<project></project>");
    Result second = h3(AOT);
    assertTrue(second.out().contains("version 2"), second.toString());
    assertTrue(second.out().contains("cache true"), second.toString());
    assertEquals(2, caches().size(), "a cache for each build: " + caches());

    // What is there but cannot be used is no failure.
    for (Path cache : caches()) {
      Files.writeString(cache, "not a cache");
    }
    Result damaged = h3(AOT);
    assertEquals(0, damaged.exit(), damaged.toString());
    assertTrue(damaged.out().startsWith("version 2\n"), damaged.toString());

    // A training that failed is not tried at every start.
    for (Path cache : caches()) {
      Files.move(cache, cache.resolveSibling(cache.getFileName() + ".failed"));
    }
    Result without = h3(AOT);
    assertTrue(without.out().contains("cache false"), without.toString());
    assertEquals("", without.err());
    assertTrue(caches().isEmpty());
  }

  @Test
  void failedBuildNamesItsLogAndExitsWithTwo() throws Exception {
    script("mvnw", "echo '[ERROR] A.java:[1,2] no such thing'; exit 1");
    Result result = h3(Map.of());
    assertEquals(2, result.exit());
    assertEquals("", result.out());
    assertTrue(result.err().contains("target/h3/build.log"), result.err());
    assertTrue(result.err().contains("A.java:[1,2] no such thing"), result.err());
    assertFalse(Files.exists(checkout.resolve("target/h3/build.lock")));
  }

  @Test
  void worksThroughALinkFromAnotherFolder() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path real = Files.createSymbolicLink(bin.resolve("real"), checkout.resolve("h3"));
    Path link = Files.createSymbolicLink(bin.resolve("h3"), real.getFileName());
    Result result = run(Map.of(), bin, link.toString(), "x");
    assertTrue(result.out().contains("arg x"), result.toString());
  }

  @Test
  void optionsForTheJvmArePassedOn() throws Exception {
    Result result = h3(Map.of("JAVA_OPTS", "-Dmine=1 -Xmx64m", "H3_JAVA_OPTS", "-Dmine=2"));
    assertTrue(result.out().contains("property 2"), result.toString());
    Result collector = h3(Map.of("JAVA_OPTS", "-XX:+UseParallelGC"));
    assertEquals(0, collector.exit(), collector.toString());
  }

  @Test
  void parallelFirstUsesBuildOnceAndAllRun() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(start(AOT, folder, checkout.resolve("h3").toString()));
    }
    for (Process process : processes) {
      Result result = result(process);
      assertEquals(0, result.exit(), result.toString());
      assertTrue(result.out().startsWith("version 1\n"), result.toString());
    }
    assertEquals(1, builds());
    assertEquals(1, caches().size());
  }

  @Test
  void lockOfADeadBuilderIsBroken() throws Exception {
    Path lock = Files.createDirectories(checkout.resolve("target/h3/build.lock"));
    Process dead = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
    assertTrue(dead.waitFor(10, TimeUnit.SECONDS));
    Files.writeString(lock.resolve("pid"), dead.pid() + "\n");
    assertEquals(0, h3(Map.of()).exit());
    assertEquals(1, builds());
  }

  @Test
  void buildThatIsThereCanBeUsedAsItIs() throws Exception {
    h3(Map.of());
    makeProgram("2");
    Files.writeString(checkout.resolve("pom.xml"), "<project></project>");
    assertTrue(h3(Map.of("H3_BUILD", "off")).out().startsWith("version 1\n"));
    assertEquals(1, builds());
  }

  private Result h3(Map<String, String> environment, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("h3").toString()));
    command.addAll(List.of(args));
    return run(environment, folder, command.toArray(String[]::new));
  }

  private static Result run(Map<String, String> environment, Path in, String... command)
      throws Exception {
    return result(start(environment, in, command));
  }

  private static Process start(Map<String, String> environment, Path in, String... command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(in.toFile());
    for (String name :
        List.of(
            "JAVA_OPTS",
            "H3_JAVA_OPTS",
            "H3_AOT",
            "H3_BUILD",
            "JAVA_TOOL_OPTIONS",
            "JDK_JAVA_OPTIONS")) {
      builder.environment().remove(name);
    }
    builder.environment().put("H3_AOT", "off"); // making a cache takes seconds
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Result result(Process process) throws Exception {
    process.getOutputStream().close();
    byte[] out = process.getInputStream().readAllBytes();
    byte[] err = process.getErrorStream().readAllBytes();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Result(
        process.exitValue(),
        new String(out, StandardCharsets.UTF_8),
        new String(err, StandardCharsets.UTF_8));
  }

  private int builds() throws IOException {
    return Files.readAllLines(checkout.resolve("builds")).size();
  }

  private List<Path> caches() throws IOException {
    try (Stream<Path> files = Files.walk(checkout.resolve("target/h3"))) {
      return files.filter(file -> file.toString().endsWith(".aot")).toList();
    }
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(checkout.resolve(name), "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void makeProgram(String version) throws Exception {
    Path source = folder.resolve("Program.java");
    Files.writeString(source, PROGRAM.replace("VERSION", version));
    Result compiled =
        run(
            Map.of(),
            folder,
            Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
            source.toString());
    assertEquals(0, compiled.exit(), compiled.toString());
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Program");
    try (OutputStream out = Files.newOutputStream(checkout.resolve("program.jar"));
        JarOutputStream jar = new JarOutputStream(out, manifest)) {
      jar.putNextEntry(new ZipEntry("Program.class"));
      Files.copy(folder.resolve("Program.class"), jar);
      jar.closeEntry();
    }
  }
}
