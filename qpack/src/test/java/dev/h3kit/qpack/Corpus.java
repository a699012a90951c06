package dev.h3kit.qpack;

import dev.h3kit.qpack.interop.Qif;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The lists of field lines that tests run over: one recorded file of the qpackers/qifs collection
 * and made-up traffic, and the collection itself where it lies beside the repository.
 */
final class Corpus {
  /** Where the collection is looked for. */
  private static final Path SHARED = Path.of("..", "..", "shared", "qifs");

  private Corpus() {}

  /** The recorded file of the repository. */
  static List<List<FieldLine>> netbsd() {
    try (InputStream in = Corpus.class.getResourceAsStream("netbsd-hq.qif")) {
      if (in == null) {
        throw new AssertionError("netbsd-hq.qif is missing");
      }
      return Qif.parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything that is always there, by name. */
  static Map<String, List<List<FieldLine>>> own() {
    Map<String, List<List<FieldLine>>> lists = new LinkedHashMap<>();
    lists.put("netbsd-hq", netbsd());
    for (Traffic traffic : Traffic.values()) {
      lists.put(traffic.name(), traffic.sections(1, 150));
    }
    return lists;
  }

  /** Whether the collection lies beside the repository. */
  static boolean isShared() {
    return Files.isDirectory(SHARED);
  }

  /** A file of the collection. */
  static byte[] shared(String name) {
    try {
      return Files.readAllBytes(SHARED.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The paths of the files in a folder of the collection, with everything below. */
  static List<String> sharedFiles(String folder) {
    try (Stream<Path> files = Files.walk(SHARED.resolve(folder))) {
      List<String> names = new ArrayList<>();
      files
          .filter(Files::isRegularFile)
          .sorted()
          .forEach(file -> names.add(SHARED.relativize(file).toString()));
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
