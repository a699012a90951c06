package dev.h3kit.qpack;

import org.jspecify.annotations.Nullable;

/** The static table (RFC 9204 §3.1 and Appendix A): 99 field lines, indexed from 0. */
final class StaticTable {
  private static final FieldLine[] LINES = {
    line(":authority", ""),
    line(":path", "/"),
    line("age", "0"),
    line("content-disposition", ""),
    line("content-length", "0"),
    line("cookie", ""),
    line("date", ""),
    line("etag", ""),
    line("if-modified-since", ""),
    line("if-none-match", ""),
    line("last-modified", ""),
    line("link", ""),
    line("location", ""),
    line("referer", ""),
    line("set-cookie", ""),
    line(":method", "CONNECT"),
    line(":method", "DELETE"),
    line(":method", "GET"),
    line(":method", "HEAD"),
    line(":method", "OPTIONS"),
    line(":method", "POST"),
    line(":method", "PUT"),
    line(":scheme", "http"),
    line(":scheme", "https"),
    line(":status", "103"),
    line(":status", "200"),
    line(":status", "304"),
    line(":status", "404"),
    line(":status", "503"),
    line("accept", "*/*"),
    line("accept", "application/dns-message"),
    line("accept-encoding", "gzip, deflate, br"),
    line("accept-ranges", "bytes"),
    line("access-control-allow-headers", "cache-control"),
    line("access-control-allow-headers", "content-type"),
    line("access-control-allow-origin", "*"),
    line("cache-control", "max-age=0"),
    line("cache-control", "max-age=2592000"),
    line("cache-control", "max-age=604800"),
    line("cache-control", "no-cache"),
    line("cache-control", "no-store"),
    line("cache-control", "public, max-age=31536000"),
    line("content-encoding", "br"),
    line("content-encoding", "gzip"),
    line("content-type", "application/dns-message"),
    line("content-type", "application/javascript"),
    line("content-type", "application/json"),
    line("content-type", "application/x-www-form-urlencoded"),
    line("content-type", "image/gif"),
    line("content-type", "image/jpeg"),
    line("content-type", "image/png"),
    line("content-type", "text/css"),
    line("content-type", "text/html; charset=utf-8"),
    line("content-type", "text/plain"),
    line("content-type", "text/plain;charset=utf-8"),
    line("range", "bytes=0-"),
    line("strict-transport-security", "max-age=31536000"),
    line("strict-transport-security", "max-age=31536000; includesubdomains"),
    line("strict-transport-security", "max-age=31536000; includesubdomains; preload"),
    line("vary", "accept-encoding"),
    line("vary", "origin"),
    line("x-content-type-options", "nosniff"),
    line("x-xss-protection", "1; mode=block"),
    line(":status", "100"),
    line(":status", "204"),
    line(":status", "206"),
    line(":status", "302"),
    line(":status", "400"),
    line(":status", "403"),
    line(":status", "421"),
    line(":status", "425"),
    line(":status", "500"),
    line("accept-language", ""),
    line("access-control-allow-credentials", "FALSE"),
    line("access-control-allow-credentials", "TRUE"),
    line("access-control-allow-headers", "*"),
    line("access-control-allow-methods", "get"),
    line("access-control-allow-methods", "get, post, options"),
    line("access-control-allow-methods", "options"),
    line("access-control-expose-headers", "content-length"),
    line("access-control-request-headers", "content-type"),
    line("access-control-request-method", "get"),
    line("access-control-request-method", "post"),
    line("alt-svc", "clear"),
    line("authorization", ""),
    line("content-security-policy", "script-src 'none'; object-src 'none'; base-uri 'none'"),
    line("early-data", "1"),
    line("expect-ct", ""),
    line("forwarded", ""),
    line("if-range", ""),
    line("origin", ""),
    line("purpose", "prefetch"),
    line("server", ""),
    line("timing-allow-origin", "*"),
    line("upgrade-insecure-requests", "1"),
    line("user-agent", ""),
    line("x-forwarded-for", ""),
    line("x-frame-options", "deny"),
    line("x-frame-options", "sameorigin"),
  };

  /** The number of entries. */
  static final int SIZE = LINES.length;

  private static final int SLOTS = 256;
  private static final @Nullable Name[] NAMES = index();

  private StaticTable() {}

  /**
   * A name of the static table.
   *
   * @param text the name itself
   * @param first the lowest index that carries it
   * @param indexes every index that carries it, ascending
   * @param ordinal its place among the names, from 0
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never handed out
  record Name(String text, int first, int[] indexes, int ordinal) {

    /** The index of the entry with this name and {@code value}, or -1. */
    int indexOf(String value) {
      for (int index : indexes) {
        if (LINES[index].value().equals(value)) {
          return index;
        }
      }
      return -1;
    }
  }

  /** The entry at {@code index}, 0 to 98. */
  static FieldLine line(int index) {
    return LINES[index];
  }

  /** The entries with this name, or null if the table has none. */
  static @Nullable Name name(String text) {
    for (int slot = slot(text); ; slot = (slot + 1) & (SLOTS - 1)) {
      Name name = NAMES[slot];
      if (name == null || name.text.equals(text)) {
        return name;
      }
    }
  }

  /** The number of different names. */
  static int names() {
    int count = 0;
    for (Name name : NAMES) {
      if (name != null) {
        count++;
      }
    }
    return count;
  }

  private static int slot(String text) {
    int hash = text.hashCode() * 0x9E3779B1;
    return hash >>> 24;
  }

  private static @Nullable Name[] index() {
    @Nullable Name[] names = new @Nullable Name[SLOTS];
    int ordinal = 0;
    for (int first = 0; first < LINES.length; first++) {
      String text = LINES[first].name();
      int slot = slot(text);
      while (names[slot] != null && !names[slot].text.equals(text)) {
        slot = (slot + 1) & (SLOTS - 1);
      }
      if (names[slot] == null) {
        names[slot] = new Name(text, first, indexesOf(text), ordinal++);
      }
    }
    return names;
  }

  private static int[] indexesOf(String text) {
    int count = 0;
    int[] found = new int[LINES.length];
    for (int i = 0; i < LINES.length; i++) {
      if (LINES[i].name().equals(text)) {
        found[count++] = i;
      }
    }
    return java.util.Arrays.copyOf(found, count);
  }

  private static FieldLine line(String name, String value) {
    return new FieldLine(name, value);
  }
}
