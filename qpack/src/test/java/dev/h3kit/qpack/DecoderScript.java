package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Plays a conversation with a decoder, written as lines: {@code E hex} are octets of the encoder
 * stream, {@code S n hex} a section on stream n, {@code U n} says that stream n can go on by now,
 * {@code D hex} what the decoder's instructions must be, {@code C n} cancels. What a line must
 * bring stands behind {@code =>}: {@code ok name=value;name!=value} ({@code !} for the N bit),
 * {@code blocked} or {@code err code}.
 */
final class DecoderScript {
  private final QpackDecoder decoder;
  private final List<Long> unblocked = new ArrayList<>();

  private DecoderScript(DecoderLimits limits) {
    decoder = new QpackDecoder(limits);
  }

  static void play(int capacity, int blocked, String script) {
    play(new DecoderLimits(capacity, blocked, 16384, 200, 16384), script);
  }

  static void play(DecoderLimits limits, String script) {
    DecoderScript run = new DecoderScript(limits);
    for (String line : script.strip().lines().toList()) {
      int arrow = line.indexOf("=>");
      String step = (arrow < 0 ? line : line.substring(0, arrow)).strip();
      String wanted = arrow < 0 ? "" : line.substring(arrow + 2).strip();
      if (wanted.startsWith("err ")) {
        QpackException error = assertThrows(QpackException.class, () -> run.step(step), line);
        assertEquals(wanted, "err 0x" + Integer.toHexString(error.error().code()), line);
        return;
      }
      if (wanted.equals("too large")) {
        assertThrows(FieldSectionTooLargeException.class, () -> run.step(step), line);
        continue;
      }
      try {
        assertEquals(wanted, run.step(step), line);
      } catch (QpackException | FieldSectionTooLargeException e) {
        throw new AssertionError(line, e);
      }
    }
  }

  private String step(String step) throws QpackException, FieldSectionTooLargeException {
    String[] words = step.split(" ", 3);
    return switch (words[0]) {
      case "E" -> {
        unblocked.addAll(decoder.onEncoderStream(Octets.buffer(step.substring(1))));
        yield "";
      }
      case "S" -> {
        Section section =
            decoder.decode(
                Long.parseLong(words[1]), Octets.buffer(words.length > 2 ? words[2] : ""));
        yield switch (section) {
          case Section.Blocked blocked -> "blocked";
          case Section.Decoded decoded -> text(decoded);
        };
      }
      case "U" -> {
        long streamId = Long.parseLong(words[1]);
        assertTrue(unblocked.remove(streamId), step + ": unblocked are " + unblocked);
        yield text(decoder.resume(streamId));
      }
      case "C" -> {
        decoder.cancel(Long.parseLong(words[1]));
        yield "";
      }
      case "D" -> {
        assertEquals(
            step.substring(1).replace(" ", ""),
            Octets.hex(decoder.instructions()),
            "decoder stream");
        decoder.instructions().clear();
        yield "";
      }
      default -> throw new IllegalArgumentException(step);
    };
  }

  private static String text(Section.Decoded section) {
    return ("ok "
            + section.fields().stream()
                .map(line -> line.name() + (line.neverIndexed() ? "!=" : "=") + line.value())
                .collect(Collectors.joining(";")))
        .strip();
  }
}
