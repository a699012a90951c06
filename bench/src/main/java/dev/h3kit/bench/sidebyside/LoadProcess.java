package dev.h3kit.bench.sidebyside;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * A process of the comparison. As a server ({@code server STACK KEYSTORE}) it prints its port and
 * lives until its standard input ends. As a client ({@code client STACK PORT}) it does the {@link
 * Work} whose name it reads, on a new connection, and prints the nanoseconds that took.
 */
final class LoadProcess {
  private LoadProcess() {}

  /** See above. */
  public static void main(String[] args) throws Exception {
    Stack stack = Stack.valueOf(args[1]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (args[0].equals("server")) {
      try (LoadServer server = stack.serve(Keys.read(Path.of(args[2])))) {
        System.out.println(server.port());
        in.readLine();
      }
    } else {
      int port = Integer.parseInt(args[2]);
      for (String line; (line = in.readLine()) != null; ) {
        System.out.println(perform(stack, port, Work.valueOf(line)));
      }
    }
    // Threads of the stacks that do not end by themselves shall not keep the process.
    System.exit(0);
  }

  private static long perform(Stack stack, int port, Work work) throws Exception {
    try (LoadClient client = stack.connect(port)) {
      // The connection is warm before the clock starts.
      expect(1, client.download(1));
      long start = System.nanoTime();
      switch (work.kind()) {
        case DOWNLOAD -> expect(work.size(), client.download(work.size()));
        case UPLOAD -> expect(work.size(), client.upload(work.size()));
        case SMALL -> small(client, work);
      }
      return System.nanoTime() - start;
    }
  }

  private static void small(LoadClient client, Work work) throws Exception {
    AtomicInteger left = new AtomicInteger(work.requests());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all =
          IntStream.range(0, work.parallel())
              .<Future<?>>mapToObj(i ->
                  threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                      expect(work.size(), client.download(work.size()));
                    }
                    return null;
                  }))
              .toList();
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private static void expect(long wanted, long got) throws IOException {
    if (wanted != got) {
      throw new IOException(got + " octets instead of " + wanted);
    }
  }
}
