package dev.h3kit.client;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What origins advertised (RFC 7838), bounded: {@value #ORIGINS} origins, the oldest goes first,
 * and for each the HTTP/3 alternatives it prefers, at most a week; in memory and, where there is
 * one, in a file. Thread-safe.
 */
final class AltSvcCache {
  static final int ORIGINS = 1024;
  private static final int ALTERNATIVES = 4;
  private static final Duration LONGEST = Duration.ofDays(7);

  /** RFC 9114 §3.1.1: the ALPN token of HTTP/3. */
  private static final String HTTP3 = "h3";

  // By far the most usual way to hear of HTTP/3.
  private static final String HEARD_OVER = "h2";

  /** Hears that the file cannot be used; what is known stays in memory then. */
  @FunctionalInterface
  interface Trouble {
    void with(IOException failure);
  }

  private final InstantSource clock;
  private final @Nullable AltSvcFile file;
  private final Trouble trouble;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Origin, List<AltSvcLine>> entries = new LinkedHashMap<>();
  // Origins of which the file does not know the latest, bounded as the others are.
  private final Set<Origin> unwritten = new HashSet<>();
  private boolean loaded;

  AltSvcCache(InstantSource clock, @Nullable AltSvcFile file, Trouble trouble) {
    this.clock = clock;
    this.file = file;
    this.trouble = trouble;
  }

  /**
   * Takes the value of an Alt-Svc field; one that cannot be understood changes nothing.
   *
   * @param origin who sent it, over authenticated TLS
   */
  void heard(Origin origin, String value) {
    switch (AltSvcField.parse(value)) {
      case null -> {}
      case AltSvcField.Clear() -> replace(origin, List.of());
      case AltSvcField.Services(List<AltSvcField.Service> services) -> {
        List<AltSvcLine> kept = new ArrayList<>();
        for (AltSvcField.Service service : services) {
          // RFC 9114 §3.1.1: ALPN "h3" advertises HTTP/3.
          if (service.protocol().equals(HTTP3) && kept.size() < ALTERNATIVES) {
            kept.add(line(origin, service));
          }
        }
        // RFC 7838 §3.1: the field's alternatives replace all those known before.
        replace(origin, kept);
      }
    }
  }

  private AltSvcLine line(Origin origin, AltSvcField.Service service) {
    String host = service.host().isEmpty() ? origin.host() : service.host();
    Duration age = service.maxAge().compareTo(LONGEST) > 0 ? LONGEST : service.maxAge();
    return new AltSvcLine(
        HEARD_OVER,
        origin,
        HTTP3,
        new Alternative(host, service.port()),
        clock.instant().plus(age),
        service.persist(),
        0);
  }

  /** Forgets one alternative of an origin, which turned out not to be one. */
  void refused(Origin origin, Alternative alternative) {
    List<AltSvcLine> left;
    lock.lock();
    try {
      load();
      left =
          entries.getOrDefault(origin, List.of()).stream()
              .filter(line -> !line.alternative().equals(alternative))
              .toList();
    } finally {
      lock.unlock();
    }
    replace(origin, left);
  }

  private void replace(Origin origin, List<AltSvcLine> lines) {
    lock.lock();
    try {
      load();
      List<AltSvcLine> before = entries.getOrDefault(origin, List.of());
      if (file != null && !unwritten.contains(origin) && !news(before, lines)) {
        // Memory says what the file says.
        return;
      }
      entries.remove(origin);
      if (!lines.isEmpty()) {
        entries.put(origin, lines);
        if (entries.size() > ORIGINS) {
          entries.pollFirstEntry();
        }
      }
    } finally {
      lock.unlock();
    }
    if (file != null) {
      try {
        file.replace(origin, lines, clock.instant());
        written(origin, true);
      } catch (IOException e) {
        written(origin, false);
        trouble.with(e);
      } catch (InterruptedException e) {
        written(origin, false);
        Thread.currentThread().interrupt();
      }
    }
  }

  private void written(Origin origin, boolean done) {
    lock.lock();
    try {
      if (done) {
        unwritten.remove(origin);
      } else if (unwritten.size() < ORIGINS) {
        unwritten.add(origin);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether the file needs to know: not for every response that says the same again, but before
   * half of the time it said has passed.
   */
  private boolean news(List<AltSvcLine> before, List<AltSvcLine> lines) {
    if (before.size() != lines.size()) {
      return true;
    }
    Instant now = clock.instant();
    for (int i = 0; i < lines.size(); i++) {
      AltSvcLine old = before.get(i);
      AltSvcLine fresh = lines.get(i);
      Duration halfAge = Duration.between(now, fresh.expires()).dividedBy(2);
      if (!old.alternative().equals(fresh.alternative())
          || old.persist() != fresh.persist()
          || old.expires().isBefore(now.plus(halfAge))
          || old.expires().isAfter(fresh.expires())) {
        return true;
      }
    }
    return false;
  }

  /** Reads the file once, before the first question. */
  private void load() {
    if (loaded || file == null) {
      return;
    }
    loaded = true;
    Instant now = clock.instant();
    Instant latest = now.plus(LONGEST);
    try {
      for (AltSvcLine line : file.read(now)) {
        if (line.alpn().equals(HTTP3)) {
          List<AltSvcLine> lines =
              entries.computeIfAbsent(line.origin(), origin -> new ArrayList<>());
          if (lines.size() < ALTERNATIVES) {
            lines.add(line.until(latest));
          }
          if (entries.size() > ORIGINS) {
            entries.pollFirstEntry();
          }
        }
      }
    } catch (IOException e) {
      trouble.with(e);
    }
  }

  /** Where the origin's HTTP/3 is, as it said; null if it did not say or that was too long ago. */
  @Nullable Alternative http3(Origin origin) {
    lock.lock();
    try {
      load();
      for (AltSvcLine line : entries.getOrDefault(origin, List.of())) {
        if (line.expires().isAfter(clock.instant())) {
          return line.alternative();
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }
}
