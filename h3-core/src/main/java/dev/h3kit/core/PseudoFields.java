package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A field section split into its pseudo-header fields and the others (RFC 9114 §4.3). */
final class PseudoFields {
  private final Map<String, String> pseudo = new HashMap<>();
  private final List<FieldLine> fields;

  private PseudoFields(int size) {
    fields = new ArrayList<>(size);
  }

  /**
   * Splits and checks a header section.
   *
   * @param allowed the pseudo-header fields that the kind of message defines
   */
  static PseudoFields split(List<FieldLine> lines, Set<String> allowed)
      throws Http3Exception.OfStream {
    PseudoFields split = new PseudoFields(lines.size());
    for (FieldLine line : lines) {
      if (line.name().startsWith(":")) {
        split.addPseudo(line, allowed);
      } else {
        FieldRules.check(line);
        split.fields.add(line);
      }
    }
    return split;
  }

  private void addPseudo(FieldLine line, Set<String> allowed) throws Http3Exception.OfStream {
    String name = line.name();
    // RFC 9114 §4.3: "All pseudo-header fields MUST appear in the header section before regular
    // header fields. Any request or response that contains a pseudo-header field that appears in a
    // header section after a regular header field MUST be treated as malformed."
    if (!fields.isEmpty()) {
      throw FieldRules.malformed("4.3", FieldRules.printable(name) + " stands behind other fields");
    }
    // RFC 9114 §4.3: "Endpoints MUST treat a request or response that contains undefined or invalid
    // pseudo-header fields as malformed."
    if (!allowed.contains(name)) {
      throw FieldRules.malformed("4.3", FieldRules.printable(name) + " is not defined here");
    }
    FieldRules.checkValue(line);
    // RFC 9114 §4.3.1, §4.3.2: "exactly one value"
    if (pseudo.putIfAbsent(name, line.value()) != null) {
      throw FieldRules.malformed("4.3.1", name + " occurs twice");
    }
  }

  @Nullable String get(String name) {
    return pseudo.get(name);
  }

  List<FieldLine> fields() {
    return fields;
  }
}
