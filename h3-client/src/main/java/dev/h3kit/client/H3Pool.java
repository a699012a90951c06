package dev.h3kit.client;

import dev.h3kit.core.Deadline;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The open HTTP/3 connections, one for an origin, which may be one for several origins; when there
 * are too many the one unused longest is closed. Thread-safe.
 */
final class H3Pool {
  static final int CONNECTIONS = 64;
  static final int ALONE = 1024;
  private static final Duration DRAIN = Duration.ofMinutes(10);

  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Origin, H3Link> links = new LinkedHashMap<>(16, 0.75f, true);
  // Origins in links whose connection was made for another origin.
  private final Set<Origin> borrowing = new HashSet<>();
  // Origins that do not share connections, because a server said so.
  private final LinkedHashSet<Origin> alone = new LinkedHashSet<>();
  private final Map<Origin, CompletableFuture<H3Link>> connecting = new LinkedHashMap<>();

  /** The open connection to an origin; null if there is none that takes requests. */
  @Nullable H3Link open(Origin origin) {
    lock.lock();
    try {
      H3Link link = links.get(origin);
      if (link != null && !link.open()) {
        links.remove(origin);
        borrowing.remove(origin);
        return null;
      }
      return link;
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a new connection for others to use. */
  void add(Origin origin, H3Link link) {
    put(origin, link, false);
  }

  /** Whether the connection of an origin was made for another one. */
  boolean borrowed(Origin origin) {
    lock.lock();
    try {
      return borrowing.contains(origin);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes an open connection of another origin for this one too.
   *
   * @param addresses where this origin is
   * @param covers whether a connection's certificate is good for the origin
   * @return null if there is no such connection
   */
  @Nullable H3Link borrow(
      Origin origin, List<InetSocketAddress> addresses, Predicate<H3Link> covers) {
    List<H3Link> candidates;
    lock.lock();
    try {
      if (alone.contains(origin)) {
        return null;
      }
      candidates = links.values().stream().distinct().filter(H3Link::open).toList();
    } finally {
      lock.unlock();
    }
    for (H3Link link : candidates) {
      // RFC 9114 §3.3: "Clients SHOULD NOT open more than one HTTP/3 connection to a given IP
      // address and UDP port".
      if (addresses.contains(link.info().remote()) && covers.test(link)) {
        put(origin, link, true);
        return link;
      }
    }
    return null;
  }

  /** The server of a connection said that it is not the origin's: it gets one of its own. */
  void misdirected(Origin origin, H3Link link) {
    remove(origin, link);
    lock.lock();
    try {
      alone.add(origin);
      if (alone.size() > ALONE) {
        alone.removeFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  private void put(Origin origin, H3Link link, boolean borrowed) {
    List<H3Link> superfluous = new ArrayList<>();
    lock.lock();
    try {
      H3Link before = links.put(origin, link);
      if (before != null) {
        superfluous.add(before);
      }
      if (borrowed) {
        borrowing.add(origin);
      } else {
        borrowing.remove(origin);
      }
      if (links.size() > CONNECTIONS) {
        Map.Entry<Origin, H3Link> oldest = links.pollFirstEntry();
        borrowing.remove(oldest.getKey());
        superfluous.add(oldest.getValue());
      }
      // Several origins may use one connection.
      superfluous.removeIf(links::containsValue);
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
      if (links.remove(origin, link)) {
        borrowing.remove(origin);
      }
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
      all = links.values().stream().distinct().toList();
      links.clear();
      borrowing.clear();
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
