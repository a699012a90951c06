package dev.h3kit.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The site that tests fetch, the same behind each protocol. */
final class TestSite {

  /** A request and the way to answer it. */
  interface Visit {
    String protocol();

    String method();

    /** The path without its query. */
    String path();

    /** The query; empty if there is none. */
    String query();

    /** Names in lower case. */
    Map<String, List<String>> headers();

    InputStream body() throws IOException;

    /** Sends the head; the stream is the content. */
    OutputStream answer(int status, Map<String, String> headers) throws IOException;

    /** Breaks the response off. */
    void breakOff() throws IOException;

    default String header(String name) {
      return String.join("|", headers().getOrDefault(name, List.of()));
    }
  }

  /** Method, path and protocol of each request that arrived, in order. */
  final List<String> seen = new CopyOnWriteArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Requests for /held wait for it. */
  final CountDownLatch release = new CountDownLatch(1);

  /** A request for /held arrived. */
  final CountDownLatch held = new CountDownLatch(1);

  /** Counted by requests for /count. */
  final AtomicInteger count = new AtomicInteger();

  /** Set by tests: the Alt-Svc field of all responses, empty for none. */
  volatile String altSvc = "";

  static byte[] pattern(int length) {
    byte[] octets = new byte[length];
    for (int i = 0; i < length; i++) {
      octets[i] = (byte) (i * 31 + (i >>> 8));
    }
    return octets;
  }

  /** Waits until so many requests for a path have arrived; whether they did. */
  boolean arrived(String path, int times) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(30);
      while (seenPaths().stream().filter(path::equals).count() < times) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  void visit(Visit visit) throws IOException {
    lock.lock();
    try {
      seen.add(visit.method() + " " + visit.path() + " " + visit.protocol());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    String[] parts = visit.path().substring(1).split("/", -1);
    switch (parts[0]) {
      case "hello" -> text(visit, 200, "hello");
      case "protocol" -> text(visit, 200, visit.protocol());
      case "method" -> text(visit, 200, visit.method() + " " + visit.body().readAllBytes().length);
      case "header" -> text(visit, 200, visit.header(parts[1]));
      case "path" -> text(visit, 200, visit.path() + "?" + visit.query());
      case "count" -> {
        visit.body().readAllBytes();
        text(visit, 200, "" + count.incrementAndGet());
      }
      case "echo" -> echo(visit);
      case "status" -> text(visit, Integer.parseInt(parts[1]), "status");
      case "empty" -> visit.answer(Integer.parseInt(parts[1]), Map.of()).close();
      case "bytes" -> bytes(visit, Integer.parseInt(parts[1]), Integer.parseInt(parts[1]));
      case "truncated" -> {
        bytes(visit, 100_000, 10_000);
        visit.breakOff();
      }
      case "broken" -> visit.breakOff();
      case "redirect" -> {
        // A server that answers before it has the whole request resets the stream over HTTP/2.
        visit.body().readAllBytes();
        visit.answer(Integer.parseInt(parts[1]), fields("location", visit.query())).close();
      }
      case "loop" -> visit.answer(302, fields("location", "/loop")).close();
      case "private" -> {
        visit.body().readAllBytes();
        basic(visit, "secret");
      }
      case "cookie" -> {
        Map<String, String> fields = fields("set-cookie", "taste=sweet; Path=/; Secure");
        visit.answer(200, fields).close();
      }
      case "picky" -> text(visit, count.getAndIncrement() == 0 ? 421 : 200, visit.protocol());
      case "lines" -> text(visit, 200, "one\n\nzwölf\r\nlast");
      case "attachment" -> attachment(visit);
      case "refuses" -> {
        // An answer before the content.
        byte[] octets = "no".getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = visit.answer(417, fields("content-length", "2"))) {
          out.write(octets);
        }
      }
      case "held" -> {
        held.countDown();
        await(release);
        text(visit, 200, "released");
      }
      case "trickle" -> trickle(visit);
      default -> text(visit, 404, "not here");
    }
  }

  private void attachment(Visit visit) throws IOException {
    try (OutputStream out =
        visit.answer(
            200, fields("content-disposition", "attachment; filename=\"" + visit.query() + "\""))) {
      out.write("attached".getBytes(StandardCharsets.UTF_8));
    }
  }

  private void trickle(Visit visit) throws IOException {
    OutputStream out = visit.answer(200, fields("content-type", "text/plain"));
    out.write("first\n".getBytes(StandardCharsets.UTF_8));
    out.flush();
    held.countDown();
    await(release);
    out.write("last\n".getBytes(StandardCharsets.UTF_8));
    out.close();
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IOException("nobody released this request");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void echo(Visit visit) throws IOException {
    byte[] octets = visit.body().readAllBytes();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("x-content-length", visit.header("content-length"));
    fields.put("content-length", "" + octets.length);
    try (OutputStream out = visit.answer(200, fields)) {
      out.write(octets);
    }
  }

  private void text(Visit visit, int status, String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    Map<String, String> fields = fields("content-type", "text/plain;charset=utf-8");
    fields.put("content-length", "" + octets.length);
    try (OutputStream out = visit.answer(status, fields)) {
      if (!visit.method().equals("HEAD")) {
        out.write(octets);
      }
    }
  }

  private void bytes(Visit visit, int announced, int sent) throws IOException {
    OutputStream out = visit.answer(200, fields("content-length", "" + announced));
    byte[] octets = pattern(sent);
    for (int at = 0; at < sent; at += 16 << 10) {
      out.write(octets, at, Math.min(16 << 10, sent - at));
    }
    if (announced == sent) {
      out.close();
    } else {
      out.flush();
    }
  }

  private void basic(Visit visit, String password) throws IOException {
    String wanted =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(("user:" + password).getBytes(StandardCharsets.UTF_8));
    if (visit.header("authorization").equals(wanted)) {
      text(visit, 200, "welcome");
    } else {
      visit.answer(401, fields("www-authenticate", "Basic realm=\"the vault\"")).close();
    }
  }

  private Map<String, String> fields(String name, String value) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(name, value);
    if (!altSvc.isEmpty()) {
      fields.put("alt-svc", altSvc);
    }
    return fields;
  }

  List<String> seenPaths() {
    List<String> paths = new ArrayList<>();
    seen.forEach(line -> paths.add(line.split(" ", -1)[1]));
    return paths;
  }
}
