package dev.h3kit.core.hostile;

import dev.h3kit.qpack.DecoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.QpackDecoder;
import dev.h3kit.qpack.Section;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A response as it arrived.
 *
 * @param status of the final header section
 * @param content the payloads of its DATA frames, a character an octet
 */
record Messages(int status, String content) {

  /** Reads the frames of a whole response whose sections use no dynamic table. */
  static Messages parse(byte[] octets) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(octets);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int status = 0;
    while (in.hasRemaining()) {
      long type = varint(in);
      byte[] payload = new byte[Math.toIntExact(varint(in))];
      in.get(payload);
      if (type == 0x00) {
        content.writeBytes(payload);
      } else if (type == 0x01 && status < 200) {
        status = status(payload);
      }
    }
    return new Messages(status, content.toString(StandardCharsets.ISO_8859_1));
  }

  private static int status(byte[] section) throws Exception {
    Section decoded = new QpackDecoder(DecoderLimits.DEFAULT).decode(0, ByteBuffer.wrap(section));
    List<FieldLine> lines = ((Section.Decoded) decoded).fields();
    if (!lines.getFirst().name().equals(":status")) {
      throw new AssertionError("a response begins with " + lines.getFirst());
    }
    return Integer.parseInt(lines.getFirst().value());
  }

  private static long varint(ByteBuffer in) {
    int first = in.get() & 0xff;
    long value = first & 0x3f;
    for (int more = (1 << (first >> 6)) - 1; more > 0; more--) {
      value = value << 8 | (in.get() & 0xff);
    }
    return value;
  }
}
