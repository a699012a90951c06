package dev.h3kit.core.hostile;

import dev.h3kit.core.Wire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * Reads the octets of a script line: hexadecimal digits, quoted text, integers, fields and frames.
 */
final class PayloadParser {
  private static final Map<String, Long> FRAMES =
      Map.ofEntries(
          Map.entry("DATA", 0x00L),
          Map.entry("HEADERS", 0x01L),
          Map.entry("CANCEL_PUSH", 0x03L),
          Map.entry("SETTINGS", 0x04L),
          Map.entry("PUSH_PROMISE", 0x05L),
          Map.entry("GOAWAY", 0x07L),
          Map.entry("MAX_PUSH_ID", 0x0dL),
          Map.entry("PRIORITY_UPDATE", 0xf0700L),
          Map.entry("GREASE", 0x21L));

  private final Scanner in;

  private PayloadParser(Scanner in) {
    this.in = in;
  }

  /** Everything up to the end of the line. */
  static Payload parse(Scanner in) {
    Payload all = new PayloadParser(in).items();
    if (!in.done()) {
      throw new ScriptException("\"" + in.rest() + "\" is too much");
    }
    return all;
  }

  private Payload items() {
    List<Payload> items = new ArrayList<>();
    while (!in.done() && in.peek() != ')' && in.peek() != ',') {
      items.add(item());
    }
    return round -> {
      byte[][] parts = new byte[items.size()][];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = items.get(i).octets(round);
      }
      return Wire.join(parts);
    };
  }

  private Payload item() {
    if (in.peek() == '"') {
      return text();
    }
    String word = in.word("octets");
    if (FRAMES.containsKey(word)) {
      Payload payload = in.peek() == '(' ? parenthesized(word) : text();
      long type = FRAMES.get(word);
      return round -> Wire.frame(type, payload.octets(round));
    }
    if (in.peek() == '(') {
      return function(word);
    }
    return switch (word) {
      case "GET" -> fieldFrame(request("GET", "/", new ArrayList<>()));
      default -> hex(word);
    };
  }

  private Payload text() {
    byte[] octets = in.quoted();
    return _ -> octets;
  }

  private static Payload hex(String word) {
    if (word.length() % 2 != 0 || !word.matches("[0-9a-fA-F]+")) {
      throw new ScriptException("\"" + word + "\" is neither hexadecimal digits nor a known word");
    }
    byte[] octets = Wire.hex(word);
    return _ -> octets;
  }

  /** What stands in the parentheses of a frame. */
  private Payload parenthesized(String frame) {
    in.expect('(');
    Payload payload =
        switch (frame) {
          case "HEADERS" -> section(fields(new ArrayList<>()));
          case "SETTINGS" -> settings();
          case "PUSH_PROMISE" -> promise();
          case "GOAWAY", "CANCEL_PUSH", "MAX_PUSH_ID" -> varint(in.word("a number"), 0);
          case "PRIORITY_UPDATE" -> {
            Payload id = varint(in.word("a number"), 0);
            in.expect(',');
            yield concat(id, items());
          }
          default -> items();
        };
    in.expect(')');
    return payload;
  }

  private Payload function(String name) {
    in.expect('(');
    Payload payload =
        switch (name) {
          case "varint" -> {
            String number = in.word("a number");
            int size = in.take(',') ? (int) Numbers.number(in.word("a size")) : 0;
            yield varint(number, size);
          }
          case "int" -> prefixed();
          case "zeros" -> {
            byte[] octets = new byte[(int) Numbers.octets(in.word("a number"))];
            yield _ -> octets;
          }
          case "times" -> {
            int times = (int) Numbers.number(in.word("a number"));
            in.expect(',');
            Payload one = items();
            yield round -> repeat(one.octets(round), times);
          }
          case "head" -> {
            String type = in.word("a frame type");
            in.expect(',');
            yield concat(
                varint(FRAMES.containsKey(type) ? FRAMES.get(type).toString() : type, 0),
                varint(in.word("a length"), 0));
          }
          case "FRAME" -> {
            LongUnaryOperator type = Numbers.parse(in.word("a frame type"));
            in.expect(',');
            Payload payload1 = items();
            yield round -> Wire.frame(type.applyAsLong(round), payload1.octets(round));
          }
          case "fields" -> section(fields(new ArrayList<>()));
          case "GET" -> fieldFrame(fields(request("GET", "/", new ArrayList<>())));
          case "POST" -> fieldFrame(fields(request("POST", "/", new ArrayList<>())));
          case "PATH" -> fieldFrame(fields(request("GET", in.word("a path"), new ArrayList<>())));
          default -> throw new ScriptException("\"" + name + "\" is no function");
        };
    in.expect(')');
    return payload;
  }

  private Payload prefixed() {
    int bits = (int) Numbers.number(in.word("the bits of the prefix"));
    in.expect(',');
    int pattern = (int) Numbers.number(in.word("the bits before the prefix"));
    in.expect(',');
    LongUnaryOperator value = Numbers.parse(in.word("a number"));
    return round -> FieldOctets.integer(bits, pattern, value.applyAsLong(round));
  }

  private Payload settings() {
    List<Payload> parts = new ArrayList<>();
    while (in.peek() != ')') {
      parts.add(varint(in.word("a setting"), 0));
      in.expect('=');
      parts.add(varint(in.word("a value"), 0));
    }
    return round ->
        Wire.join(parts.stream().map(part -> part.octets(round)).toArray(byte[][]::new));
  }

  private Payload promise() {
    Payload id = varint(in.word("a push id"), 0);
    in.expect(',');
    return concat(id, section(fields(new ArrayList<>())));
  }

  /** One line of a field section: appended to the octets. */
  @FunctionalInterface
  private interface Line {
    void appendTo(FieldOctets section);
  }

  private static List<Line> request(String method, String path, List<Line> lines) {
    lines.add(section -> section.literal(":method", method));
    lines.add(section -> section.literal(":scheme", "https"));
    lines.add(section -> section.literal(":authority", "a"));
    lines.add(section -> section.literal(":path", path));
    return lines;
  }

  private List<Line> fields(List<Line> lines) {
    while (in.peek() != ')') {
      if (in.done()) {
        throw new ScriptException("')' is missing behind the fields");
      }
      if (in.take('#')) {
        long index = Numbers.number(in.word("an index"));
        lines.add(section -> section.indexed(index));
      } else {
        String name = in.fieldText("= \t)");
        in.expect('=');
        String value = in.fieldText(" \t)");
        lines.add(section -> section.literal(name, value));
      }
    }
    return lines;
  }

  private static Payload section(List<Line> lines) {
    FieldOctets section = new FieldOctets();
    lines.forEach(line -> line.appendTo(section));
    byte[] octets = section.octets();
    return _ -> octets;
  }

  private static Payload fieldFrame(List<Line> lines) {
    byte[] frame = Wire.frame(0x01, section(lines).octets(0));
    return _ -> frame;
  }

  private static Payload concat(Payload first, Payload second) {
    return round -> Wire.join(first.octets(round), second.octets(round));
  }

  /** A variable-length integer (RFC 9000 §16) of {@code size} octets, or of the fewest for 0. */
  private static Payload varint(String number, int size) {
    LongUnaryOperator value = Numbers.parse(number);
    if (size == 0) {
      return round -> Wire.varint(value.applyAsLong(round));
    }
    if (Integer.bitCount(size) != 1 || size > 8) {
      throw new ScriptException("an integer has 1, 2, 4 or 8 octets, not " + size);
    }
    return round -> {
      byte[] octets = new byte[size];
      long left = value.applyAsLong(round);
      for (int i = size - 1; i >= 0; i--, left >>>= 8) {
        octets[i] = (byte) left;
      }
      octets[0] |= (byte) (Integer.numberOfTrailingZeros(size) << 6);
      return octets;
    };
  }

  private static byte[] repeat(byte[] octets, int times) {
    byte[][] parts = new byte[times][];
    Arrays.fill(parts, octets);
    return Wire.join(parts);
  }
}
