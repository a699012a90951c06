package dev.h3kit.cli.get.cookies;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The cookies of a command line (RFC 6265), bounded: {@value #MOST} of them and {@value
 * #MOST_OF_A_DOMAIN} of a domain, the oldest go first; {@value #MOST_SENT} with a request.
 * Thread-safe.
 */
public final class CookieJar {
  /** RFC 6265 §6.1: "At least 3000 cookies total." */
  static final int MOST = 3000;

  /** RFC 6265 §6.1: "At least 50 cookies per domain." */
  static final int MOST_OF_A_DOMAIN = 50;

  /** As in curl, with which servers are known to get on. */
  static final int MOST_SENT = 150;

  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Cookie.Key, Cookie> cookies = new LinkedHashMap<>();

  /** An empty jar on the system's clock. */
  public CookieJar() {
    this(() -> System.currentTimeMillis() / 1000);
  }

  /**
   * @param clock seconds since 1970
   */
  CookieJar(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * Takes what a server set.
   *
   * @param fields the values of its Set-Cookie fields
   * @param secure whether it came over https
   */
  public void take(List<String> fields, String host, String path, boolean secure) {
    for (String field : fields) {
      Cookie cookie = SetCookie.parse(field, host, path, secure, clock.getAsLong());
      if (cookie != null) {
        put(cookie, secure);
      }
    }
  }

  /** The value of the Cookie field for a request; empty if none goes with it. */
  public String header(String host, String path, boolean secure) {
    List<Cookie> sent = new ArrayList<>();
    lock.lock();
    try {
      boolean trusted = secure || host.equals("localhost") || host.equals("127.0.0.1");
      for (Cookie cookie : cookies.values()) {
        if (!cookie.expired(clock.getAsLong()) && cookie.goesTo(host, path, trusted)) {
          sent.add(cookie);
        }
      }
    } finally {
      lock.unlock();
    }
    // RFC 6265 §5.4: "Cookies with longer paths are listed before cookies with shorter paths."
    // Those of one length stay in the order in which they came.
    sent.sort(Comparator.comparingInt(cookie -> -cookie.path().length()));
    StringBuilder header = new StringBuilder();
    for (Cookie cookie : sent.subList(0, Math.min(MOST_SENT, sent.size()))) {
      header.append(header.isEmpty() ? "" : "; ").append(cookie.name()).append('=');
      header.append(cookie.value());
    }
    return header.toString();
  }

  /** Adds one that a file had. */
  void add(Cookie cookie) {
    put(cookie, true);
  }

  /** All that have not expired, oldest first. */
  List<Cookie> all() {
    lock.lock();
    try {
      return cookies.values().stream().filter(c -> !c.expired(clock.getAsLong())).toList();
    } finally {
      lock.unlock();
    }
  }

  private void put(Cookie cookie, boolean secureConnection) {
    lock.lock();
    try {
      Cookie before = cookies.get(cookie.key());
      if (before != null && before.secure() && !secureConnection) {
        return; // what came over https is not replaced in the clear
      }
      if (cookie.expired(clock.getAsLong())) {
        cookies.remove(cookie.key());
        return;
      }
      cookies.remove(cookie.key());
      cookies.put(cookie.key(), cookie);
      long ofDomain =
          cookies.keySet().stream().filter(k -> k.domain().equals(cookie.domain())).count();
      if (ofDomain > MOST_OF_A_DOMAIN) {
        cookies.keySet().stream()
            .filter(k -> k.domain().equals(cookie.domain()))
            .findFirst()
            .ifPresent(cookies::remove);
      }
      if (cookies.size() > MOST) {
        cookies.remove(cookies.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
  }
}
