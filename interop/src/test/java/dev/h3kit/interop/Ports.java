package dev.h3kit.interop;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Port numbers of the loopback address, and who is bound to them. */
final class Ports {
  private static final Duration START = Duration.ofSeconds(20);
  private static final String LISTENING = "0A";

  private Ports() {}

  /** A number that is free for TCP and for UDP. */
  static int free() throws IOException {
    for (int attempt = 0; ; attempt++) {
      try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          DatagramSocket udp =
              new DatagramSocket(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort()))) {
        return udp.getLocalPort();
      } catch (BindException e) {
        if (attempt == 50) {
          throw e;
        }
      }
    }
  }

  /** Waits until the program has bound the UDP port. */
  static void awaitUdp(int port, RunningProgram program) throws IOException {
    await(port, program, "udp");
  }

  /** Waits until the program listens on the TCP port. */
  static void awaitTcp(int port, RunningProgram program) throws IOException {
    await(port, program, "tcp");
  }

  private static void await(int port, RunningProgram program, String protocol) throws IOException {
    long end = System.nanoTime() + START.toNanos();
    while (!bound(protocol, port) && !bound(protocol + "6", port)) {
      if (!program.alive() || System.nanoTime() - end > 0) {
        throw new AssertionError(
            program.command()
                + " has not bound "
                + protocol
                + " port "
                + port
                + ":\n"
                + program.output());
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Looks for the port in the kernel's table of sockets; for TCP it must be listening. */
  private static boolean bound(String table, int port) throws IOException {
    String wanted = ":" + String.format(Locale.ROOT, "%04X", port);
    Path file = Path.of("/proc/net", table);
    if (!Files.exists(file)) {
      return false;
    }
    return Files.readAllLines(file).stream()
        .skip(1)
        .map(line -> line.strip().split("\\s+"))
        .anyMatch(words ->
            words[1].endsWith(wanted) && (table.startsWith("udp") || words[3].equals(LISTENING)));
  }
}
