package dev.h3kit.cli.get;

import java.util.Locale;

/**
 * A field of a request.
 *
 * @param name as written
 * @param value without surrounding blanks
 */
record HeaderLine(String name, String value) {
  boolean named(String other) {
    return name.equalsIgnoreCase(other);
  }

  /** As it goes over the wire in HTTP/2 and HTTP/3 (RFC 9114 §4.2). */
  String lowerName() {
    return name.toLowerCase(Locale.ROOT);
  }
}
