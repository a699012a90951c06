package dev.h3kit.qpack.interop;

import dev.h3kit.qpack.FieldLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Lists of field lines as text: name, tab and value on a line, an empty line behind each list, and
 * lines that begin with {@code #} for comments.
 */
public final class Qif {
  private Qif() {}

  /**
   * Reads the lists of a file.
   *
   * @throws IllegalArgumentException if a line has no tab
   */
  public static List<List<FieldLine>> parse(byte[] file) {
    List<List<FieldLine>> lists = new ArrayList<>();
    List<FieldLine> list = new ArrayList<>();
    int number = 0;
    for (String line : new String(file, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      number++;
      if (line.endsWith("\r")) {
        line = line.substring(0, line.length() - 1);
      }
      if (line.isEmpty()) {
        if (!list.isEmpty()) {
          lists.add(List.copyOf(list));
          list.clear();
        }
      } else if (!line.startsWith("#")) {
        int tab = line.indexOf('\t');
        if (tab < 0) {
          throw new IllegalArgumentException(
              "line " + number + " has no tab between name and value: " + line);
        }
        list.add(new FieldLine(line.substring(0, tab), line.substring(tab + 1)));
      }
    }
    if (!list.isEmpty()) {
      lists.add(List.copyOf(list));
    }
    return lists;
  }

  /** Writes lists as text. */
  public static byte[] format(List<List<FieldLine>> lists) {
    StringBuilder text = new StringBuilder();
    for (List<FieldLine> list : lists) {
      for (FieldLine line : list) {
        text.append(line.name()).append('\t').append(line.value()).append('\n');
      }
      text.append('\n');
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
