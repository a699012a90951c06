package dev.h3kit.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What origins advertised (RFC 7838), in memory and bounded: {@value #ORIGINS} origins, the oldest
 * goes first, and for each the HTTP/3 alternatives it prefers, at most a week. Thread-safe.
 */
final class AltSvcCache {
  static final int ORIGINS = 1024;
  private static final int ALTERNATIVES = 4;
  private static final Duration LONGEST = Duration.ofDays(7);

  private record Entry(Alternative alternative, long until) {}

  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Origin, List<Entry>> entries = new LinkedHashMap<>();

  AltSvcCache(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /**
   * Takes the value of an Alt-Svc field; one that cannot be understood changes nothing.
   *
   * @param origin who sent it, over authenticated TLS
   */
  void heard(Origin origin, String value) {
    switch (AltSvcField.parse(value)) {
      case null -> {}
      case AltSvcField.Clear() -> forget(origin);
      case AltSvcField.Services(List<AltSvcField.Service> services) -> {
        List<Entry> kept = new ArrayList<>();
        for (AltSvcField.Service service : services) {
          // RFC 9114 §3.1.1: ALPN "h3" advertises HTTP/3.
          if (service.protocol().equals("h3") && kept.size() < ALTERNATIVES) {
            String host = service.host().isEmpty() ? origin.host() : service.host();
            Duration age = service.maxAge().compareTo(LONGEST) > 0 ? LONGEST : service.maxAge();
            kept.add(
                new Entry(
                    new Alternative(host, service.port()), nanoClock.getAsLong() + age.toNanos()));
          }
        }
        // RFC 7838 §3.1: the field's alternatives replace all those known before.
        replace(origin, kept);
      }
    }
  }

  private void forget(Origin origin) {
    replace(origin, List.of());
  }

  private void replace(Origin origin, List<Entry> kept) {
    lock.lock();
    try {
      entries.remove(origin);
      if (!kept.isEmpty()) {
        entries.put(origin, kept);
        if (entries.size() > ORIGINS) {
          entries.pollFirstEntry();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Where the origin's HTTP/3 is, as it said; null if it did not say or that was too long ago. */
  @Nullable Alternative http3(Origin origin) {
    lock.lock();
    try {
      for (Entry entry : entries.getOrDefault(origin, List.of())) {
        if (entry.until() - nanoClock.getAsLong() > 0) {
          return entry.alternative();
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }
}
