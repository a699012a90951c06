package dev.h3kit.core.hostile;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** Counts the threads of our connections, virtual ones included, and the heap in use. */
final class Census {
  private static final Pattern NAME = Pattern.compile("\"name\": \"(h3-[^\"]*)\"");

  private Census() {}

  /** The names of our threads that are alive. */
  static List<String> threads() {
    try {
      Path folder = Files.createTempDirectory("census");
      Path dump = folder.resolve("threads.json");
      try {
        String string = String.class.getName();
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                "dumpThreads",
                new Object[] {dump.toString(), "JSON"},
                new String[] {string, string});
        List<String> names = new ArrayList<>();
        Matcher matcher = NAME.matcher(Files.readString(dump));
        while (matcher.find()) {
          names.add(matcher.group(1));
        }
        return names;
      } finally {
        Files.deleteIfExists(dump);
        Files.deleteIfExists(folder);
      }
    } catch (IOException | JMException e) {
      throw new AssertionError("the threads cannot be counted", e);
    }
  }

  /** Waits until our threads are as they should be. */
  static void awaitThreads(Predicate<List<String>> wanted) {
    List<String> last = new ArrayList<>();
    Patience.until(
        () -> {
          last.clear();
          last.addAll(threads());
          return wanted.test(last);
        },
        () -> "threads are left: " + last);
  }

  /** Octets of the heap that are in use after a collection. */
  static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
