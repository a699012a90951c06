package dev.h3kit.cli.get.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file of options that every {@code h3 get} begins with: {@code $XDG_CONFIG_HOME/h3rc}, or
 * {@code ~/.h3rc}. {@code -q} as the first option leaves it out.
 */
public final class DefaultConfig {
  private DefaultConfig() {}

  /** The arguments, with the file before them where there is one and it is wanted. */
  public static String[] before(Map<String, String> environment, String... args) {
    boolean get = args.length > 0 && args[0].equals("get");
    boolean disabled =
        args.length > 1
            && (args[1].equals("--disable") || (args[1].startsWith("-q") && args[1].length() >= 2));
    Path file = get && !disabled ? file(environment) : null;
    if (file == null) {
      return args;
    }
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(1, List.of("--config", file.toString()));
    return all.toArray(String[]::new);
  }

  private static @Nullable Path file(Map<String, String> environment) {
    String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    try {
      for (Path candidate : List.of(Path.of(config, "h3rc"), Path.of(home, ".h3rc"))) {
        if (candidate.isAbsolute() && Files.isRegularFile(candidate)) {
          return candidate;
        }
      }
    } catch (InvalidPathException e) {
      return null;
    }
    return null;
  }
}
