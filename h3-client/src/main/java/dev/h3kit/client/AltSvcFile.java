package dev.h3kit.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What origins advertised, in a file that curl can read and write too. Several processes may use it
 * at once: who changes it holds a lock on the file beside it, reads it again, and puts a new one in
 * its place, so that a reader sees the old one or the new one and nothing between. A symbolic link
 * in its place is replaced; what it points to is not touched. Thread-safe.
 */
final class AltSvcFile {
  /** Octets that are read; what comes after them is lost when the file is written again. */
  static final int LONGEST = 1 << 20;

  /** Origins that are written; those told of longest ago go first. */
  static final int ORIGINS = AltSvcCache.ORIGINS;

  // The file is a hint, so that a request does not wait long for it.
  static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long POLL_MILLIS = 5;

  // A lock between processes says nothing within one.
  private static final ReentrantLock PROCESS = new ReentrantLock();

  private static final String HEADER =
      "# Alt-Svc alternatives, one per line; the format is curl's.\n";

  private final Path file;
  private final Duration patience;

  /**
   * @param patience how long to wait for other processes
   */
  AltSvcFile(Path file, Duration patience) {
    this.file = file;
    this.patience = patience;
  }

  /**
   * The alternatives that hold, in the order of the file. Lines that are not understood are
   * skipped.
   *
   * @throws IOException if the file is there but cannot be read
   */
  List<AltSvcLine> read(Instant now) throws IOException {
    byte[] octets;
    try (InputStream in = Files.newInputStream(file)) {
      octets = in.readNBytes(LONGEST);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    List<AltSvcLine> lines = new ArrayList<>();
    new String(octets, ISO_8859_1)
        .lines()
        .forEach(text -> {
          AltSvcLine line = AltSvcLine.parse(text);
          if (line != null && line.expires().isAfter(now)) {
            lines.add(line);
          }
        });
    return lines;
  }

  /**
   * Puts what an origin advertised in the place of what it advertised before.
   *
   * @param lines of the origin; empty to forget it
   * @throws IOException if the file cannot be written, or others hold its lock for too long
   */
  void replace(Origin origin, List<AltSvcLine> lines, Instant now)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    if (!PROCESS.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IOException(file + " is being written all the time");
    }
    try (FileChannel channel =
            FileChannel.open(
                lockFile(),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        FileLock lock = lock(channel, deadline)) {
      Map<Origin, List<AltSvcLine>> all = new LinkedHashMap<>();
      for (AltSvcLine line : read(now)) {
        all.computeIfAbsent(line.origin(), ignored -> new ArrayList<>()).add(line);
      }
      List<AltSvcLine> before = all.remove(origin);
      if (!lines.isEmpty()) {
        all.put(origin, lines);
      } else if (before == null) {
        return;
      }
      write(all);
      lock.release();
    } finally {
      PROCESS.unlock();
    }
  }

  private Path lockFile() {
    return file.resolveSibling(file.getFileName() + ".lock");
  }

  private FileLock lock(FileChannel channel, long deadline)
      throws IOException, InterruptedException {
    while (true) {
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // Another class loader of this process has it.
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(lockFile() + " is held by another process");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private void write(Map<Origin, List<AltSvcLine>> all) throws IOException {
    int superfluous = Math.max(0, all.size() - ORIGINS);
    StringBuilder text = new StringBuilder(HEADER);
    all.values().stream()
        .skip(superfluous)
        .flatMap(List::stream)
        .forEach(line -> text.append(line.text()).append('\n'));
    // Readable for the owner only: it tells where the owner has been.
    Path folder = file.toAbsolutePath().getParent();
    Path fresh = Files.createTempFile(folder, file.getFileName() + ".", ".tmp");
    try {
      Files.writeString(fresh, text, ISO_8859_1);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
  }
}
