package dev.h3kit.core.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A file of JSON text sequences (RFC 7464) with the events of one connection. When it has reached
 * its greatest size it ends with an event that says so. Thread-safe.
 */
final class QlogFile implements AutoCloseable {
  // RFC 7464 §2.2: each text begins with RS and ends with LF.
  private static final char RECORD_SEPARATOR = 0x1e;

  private final long began = System.nanoTime();
  private final long greatest;
  private final Consumer<IOException> trouble;
  private final ReentrantLock lock = new ReentrantLock();
  private final OutputStream out;
  private long written;
  private boolean over;

  QlogFile(Path file, long greatest, String title, Consumer<IOException> trouble)
      throws IOException {
    this.greatest = greatest;
    this.trouble = trouble;
    // A new file always: what stands there under this name is not followed or overwritten.
    Files.createFile(file);
    // No channel: the QUIC stack interrupts its threads, which would close one.
    this.out = new BufferedOutputStream(new FileOutputStream(file.toFile()), 32 << 10);
    Map<String, Object> common = new LinkedHashMap<>();
    common.put("time_format", "relative");
    common.put("reference_time", System.currentTimeMillis());
    common.put("protocol_type", List.of("QUIC", "HTTP3"));
    Map<String, Object> trace = new LinkedHashMap<>();
    Map<String, Object> vantagePoint = new LinkedHashMap<>();
    vantagePoint.put("name", "h3kit");
    vantagePoint.put("type", "client");
    trace.put("vantage_point", vantagePoint);
    trace.put("title", title);
    trace.put("common_fields", common);
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("qlog_version", "0.3");
    header.put("qlog_format", "JSON-SEQ");
    header.put("title", title);
    header.put("trace", trace);
    write(header);
  }

  /** Adds an event that happens now. */
  void event(String name, Map<String, Object> data) {
    write(now(name, data));
  }

  private Map<String, Object> now(String name, Map<String, Object> data) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("time", Math.round((System.nanoTime() - began) / 1e3) / 1e3);
    event.put("name", name);
    event.put("data", data);
    return event;
  }

  private static byte[] record(Map<String, Object> text) {
    return (RECORD_SEPARATOR + Json.of(text) + "\n").getBytes(UTF_8);
  }

  private void write(Map<String, Object> text) {
    byte[] octets = record(text);
    lock.lock();
    try {
      if (over) {
        return;
      }
      if (written + octets.length > greatest) {
        over = true;
        out.write(
            record(now("generic:info", Map.of("message", "the file is as large as it may be"))));
        out.close();
        return;
      }
      out.write(octets);
      written += octets.length;
    } catch (IOException e) {
      over = true;
      trouble.accept(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      over = true;
      out.close();
    } catch (IOException e) {
      trouble.accept(e);
    } finally {
      lock.unlock();
    }
  }
}
