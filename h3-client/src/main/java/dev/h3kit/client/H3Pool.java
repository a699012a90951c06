package dev.h3kit.client;

import dev.h3kit.core.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The open HTTP/3 connections, one for an origin; when there are too many the one unused longest is
 * closed. Thread-safe.
 */
final class H3Pool {
  static final int CONNECTIONS = 64;
  private static final Duration DRAIN = Duration.ofMinutes(10);

  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Origin, H3Link> links = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Origin, CompletableFuture<H3Link>> connecting = new LinkedHashMap<>();

  /** The open connection to an origin; null if there is none that takes requests. */
  @Nullable H3Link open(Origin origin) {
    lock.lock();
    try {
      H3Link link = links.get(origin);
      if (link != null && !link.open()) {
        links.remove(origin);
        return null;
      }
      return link;
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a new connection for others to use. */
  void add(Origin origin, H3Link link) {
    List<H3Link> superfluous = new ArrayList<>();
    lock.lock();
    try {
      H3Link before = links.put(origin, link);
      if (before != null && !before.equals(link)) {
        superfluous.add(before);
      }
      if (links.size() > CONNECTIONS) {
        superfluous.add(links.pollFirstEntry().getValue());
      }
    } finally {
      lock.unlock();
    }
    superfluous.forEach(H3Pool::drain);
    link.onClosed(() -> remove(origin, link));
  }

  /** Forgets a connection that takes no more requests. */
  void remove(Origin origin, H3Link link) {
    lock.lock();
    try {
      links.remove(origin, link);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The connection attempt to an origin that is under way, or a new one.
   *
   * @param start begins an attempt whose future always completes
   */
  CompletableFuture<H3Link> connecting(Origin origin, Supplier<CompletableFuture<H3Link>> start) {
    CompletableFuture<H3Link> attempt;
    lock.lock();
    try {
      CompletableFuture<H3Link> running = connecting.get(origin);
      if (running != null) {
        return running;
      }
      attempt = start.get();
      connecting.put(origin, attempt);
    } finally {
      lock.unlock();
    }
    CompletableFuture<H3Link> begun = attempt;
    return attempt.whenComplete((link, failure) -> {
      lock.lock();
      try {
        connecting.remove(origin, begun);
      } finally {
        lock.unlock();
      }
    });
  }

  /** Closes a connection when its requests are over. */
  static void drain(H3Link link) {
    Thread.ofVirtual().name("h3kit-drain").start(() -> link.close(Deadline.after(DRAIN)));
  }

  /** Closes all; each may take until the deadline. */
  void close(Deadline deadline) {
    List<H3Link> all;
    lock.lock();
    try {
      all = List.copyOf(links.values());
      links.clear();
    } finally {
      lock.unlock();
    }
    List<Thread> closers = new ArrayList<>();
    for (H3Link link : all) {
      closers.add(Thread.startVirtualThread(() -> link.close(deadline)));
    }
    boolean interrupted = false;
    for (Thread closer : closers) {
      try {
        closer.join(deadline.remaining().plusSeconds(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
