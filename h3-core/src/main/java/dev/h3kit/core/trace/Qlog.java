package dev.h3kit.core.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Writes qlog: a file for each connection in a folder, in the sequential JSON format (version 0.3,
 * {@code .sqlog}) that qvis opens, with events of QUIC packets, HTTP/3 frames and QPACK. Header
 * fields and content are not in it, only their lengths. Thread-safe.
 */
public final class Qlog {
  /** Octets that a file may have unless said otherwise: 64 MiB. */
  public static final long GREATEST = 64L << 20;

  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path folder;
  private final long greatest;
  private final Consumer<IOException> trouble;

  /**
   * @param folder made if it is missing
   * @param greatest octets that a file may have, at least 1024; a connection's later events are
   *     left out
   * @param trouble hears when a file cannot be written; the connection goes on without it
   */
  public Qlog(Path folder, long greatest, Consumer<IOException> trouble) {
    if (greatest < 1024) {
      throw new IllegalArgumentException("a qlog file needs room: " + greatest);
    }
    this.folder = folder;
    this.greatest = greatest;
    this.trouble = trouble;
  }

  /**
   * Begins the file of a connection that is about to be made.
   *
   * @param host named in the file
   * @return empty if the file cannot be made
   */
  public Optional<QlogTrace> begin(String host) {
    String name =
        STAMP.format(Instant.now())
            + "-"
            + ProcessHandle.current().pid()
            + "-"
            + NUMBERS.incrementAndGet()
            + ".sqlog";
    try {
      Files.createDirectories(folder);
      return Optional.of(
          new QlogTrace(
              new QlogFile(folder.resolve(name), greatest, "h3kit client to " + host, trouble)));
    } catch (IOException e) {
      trouble.accept(e);
      return Optional.empty();
    }
  }
}
