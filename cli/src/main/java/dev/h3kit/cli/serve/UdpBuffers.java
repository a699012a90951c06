package dev.h3kit.cli.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;

/**
 * The most a program may ask the kernel to buffer of a UDP socket.
 *
 * @param receive octets, {@link Long#MAX_VALUE} where unknown
 * @param send octets, {@link Long#MAX_VALUE} where unknown
 */
record UdpBuffers(long receive, long send) {
  /** What our sockets ask for; below it a burst is lost that QUIC then has to send again. */
  static final long WANTED = 4L << 20;

  /** What to set: room beyond our wish for other programs with QUIC, in common advice. */
  private static final long ADVISED = 7_500_000;

  private static final Path LIMITS = Path.of("/proc/sys/net/core");

  /** Those of the running kernel; unknown outside Linux. */
  static UdpBuffers ofKernel() {
    return of(LIMITS);
  }

  static UdpBuffers of(Path limits) {
    return new UdpBuffers(read(limits.resolve("rmem_max")), read(limits.resolve("wmem_max")));
  }

  private static long read(Path file) {
    try {
      // Files.readString would read one octet first, and such a file answers only the first read.
      return Long.parseLong(Files.readAllLines(file).getFirst().strip());
    } catch (IOException | NumberFormatException | NoSuchElementException e) {
      return Long.MAX_VALUE;
    }
  }

  /** What to tell the user, empty if all is well. */
  String warning() {
    if (receive >= WANTED && send >= WANTED) {
      return "";
    }
    return "warning: the kernel allows UDP buffers of only "
        + Math.min(receive, send) / 1024
        + " KB; large transfers over HTTP/3 will be slower than they could be"
        + System.lineSeparator()
        + "         sudo sysctl -w net.core.rmem_max="
        + ADVISED
        + " net.core.wmem_max="
        + ADVISED
        + System.lineSeparator();
  }
}
