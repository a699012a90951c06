package dev.h3kit.core.hostile;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Counts the threads of our connections, virtual ones included, and the heap in use. */
final class Census {
  private static volatile Set<Long> others = Set.of();

  private Census() {}

  /** What lives now, left open by other tests, is not counted from now on. */
  static void begin() {
    others = Set.of();
    others = alive().map(Thread::threadId).collect(Collectors.toUnmodifiableSet());
  }

  /**
   * The names of our threads that are alive, from the JDK's own register of them: a dump of all
   * threads can crash JDK 25 while virtual threads come and go. Needs {@code --add-exports
   * java.base/jdk.internal.vm=ALL-UNNAMED}.
   */
  static List<String> threads() {
    return alive().map(Thread::getName).toList();
  }

  private static Stream<Thread> alive() {
    try {
      Object root =
          Class.forName("jdk.internal.vm.ThreadContainers").getMethod("root").invoke(null);
      Stream<?> all =
          (Stream<?>)
              Class.forName("jdk.internal.vm.ThreadContainer").getMethod("threads").invoke(root);
      return all.map(Thread.class::cast)
          .filter(Thread::isAlive)
          .filter(thread -> thread.getName().startsWith("h3-"))
          .filter(thread -> !others.contains(thread.threadId()));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the threads cannot be counted", e);
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
