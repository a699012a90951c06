package dev.h3kit.core;

import dev.h3kit.qpack.EncoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.OctetBuffer;
import dev.h3kit.qpack.QpackEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Makes octets of HTTP/3 by hand, legal or not. */
public final class Wire {
  private Wire() {}

  public static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  public static byte[] varint(long value) {
    OctetBuffer out = new OctetBuffer(8);
    VarInt.write(out, value);
    return out.toArray();
  }

  public static byte[] join(byte[]... parts) {
    OctetBuffer out = new OctetBuffer();
    for (byte[] part : parts) {
      out.put(part, 0, part.length);
    }
    return out.toArray();
  }

  public static byte[] frame(long type, byte[] payload) {
    return join(varint(type), varint(payload.length), payload);
  }

  public static byte[] data(String text) {
    return frame(FrameType.DATA, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A HEADERS frame whose section uses no dynamic table; names and values alternate. */
  public static byte[] headers(String... namesAndValues) {
    return frame(FrameType.HEADERS, section(namesAndValues));
  }

  public static byte[] section(String... namesAndValues) {
    OctetBuffer out = new OctetBuffer();
    new QpackEncoder(EncoderLimits.DEFAULT).encode(0, lines(namesAndValues), out, 0);
    return out.toArray();
  }

  public static List<FieldLine> lines(String... namesAndValues) {
    List<FieldLine> lines = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      lines.add(new FieldLine(namesAndValues[i], namesAndValues[i + 1]));
    }
    return lines;
  }

  /** A request that every server answers. */
  public static byte[] get() {
    return headers(":method", "GET", ":scheme", "https", ":authority", "a", ":path", "/");
  }

  /** A control stream's beginning: its type and SETTINGS with these identifiers and values. */
  public static byte[] control(long... settings) {
    byte[] payload = new byte[0];
    for (long number : settings) {
      payload = join(payload, varint(number));
    }
    return join(varint(ControlStream.TYPE), frame(FrameType.SETTINGS, payload));
  }
}
