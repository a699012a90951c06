package dev.h3kit.client;

import dev.h3kit.client.ServiceRecords.ServiceRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What DNS records said of origins, for a minute and {@value #ORIGINS} origins. A request waits for
 * a lookup a short while only; what comes later serves the next one. Thread-safe.
 */
final class KnownRecords {
  static final int ORIGINS = 1024;
  private static final Duration AGE = Duration.ofMinutes(1);

  // As long as QUIC may be silent before TCP joins: a lookup that takes longer would cost more than
  // it can save.
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private record Entry(CompletableFuture<@Nullable Alternative> found, long until) {}

  private final ServiceRecords records;
  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Origin, Entry> entries = new LinkedHashMap<>();

  KnownRecords(ServiceRecords records, LongSupplier nanoClock) {
    this.records = records;
    this.nanoClock = nanoClock;
  }

  /** Where the origin's HTTP/3 is by its records; null if they do not say, or not in time. */
  @Nullable Alternative http3(Origin origin) throws InterruptedException {
    if (records.equals(ServiceRecords.NONE) || origin.literal() || !origin.secure()) {
      return null;
    }
    Entry known = known(origin);
    if (known != null) {
      // Who asked first has waited.
      return known.found().getNow(null);
    }
    try {
      return lookup(origin).get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return null;
    }
  }

  private @Nullable Entry known(Origin origin) {
    lock.lock();
    try {
      Entry entry = entries.get(origin);
      return entry != null && entry.until() - nanoClock.getAsLong() > 0 ? entry : null;
    } finally {
      lock.unlock();
    }
  }

  /** The server said that it is not the origin's: the records are not asked for a while. */
  void refused(Origin origin) {
    put(origin, CompletableFuture.completedFuture(null));
  }

  private CompletableFuture<@Nullable Alternative> lookup(Origin origin) {
    CompletableFuture<@Nullable Alternative> found = new CompletableFuture<>();
    put(origin, found);
    Thread.ofVirtual()
        .name("h3kit-records")
        .start(() -> {
          try {
            found.complete(first(origin));
          } catch (IOException | RuntimeException e) {
            found.complete(null);
          }
        });
    return found;
  }

  private void put(Origin origin, CompletableFuture<@Nullable Alternative> found) {
    lock.lock();
    try {
      entries.remove(origin);
      entries.put(origin, new Entry(found, nanoClock.getAsLong() + AGE.toNanos()));
      if (entries.size() > ORIGINS) {
        entries.pollFirstEntry();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Alternative first(Origin origin) throws IOException {
    List<ServiceRecord> all = records.of(origin.host(), origin.port());
    for (ServiceRecord each : all) {
      if (each.alpn().contains("h3")) {
        String host = each.target().isEmpty() ? origin.host() : each.target();
        return new Alternative(host, each.port(), each.hints());
      }
    }
    return null;
  }
}
