package dev.h3kit.server;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes names as segments of a path (RFC 3986 §3.3). */
final class PercentEncoding {
  private static final String PLAIN =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$()*+,=@";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PercentEncoding() {}

  static String segment(String name) {
    StringBuilder out = new StringBuilder(name.length() + 16);
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      if (octet > 0 && PLAIN.indexOf(octet) >= 0) {
        out.append((char) octet);
      } else {
        out.append('%').append(HEX.toHexDigits(octet));
      }
    }
    return out.toString();
  }
}
