package dev.h3kit.server;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** The folder a site lies in; nothing outside of it is found, whichever links lead there. */
final class SiteRoot {
  private final Path root;

  SiteRoot(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * Something that exists under the root.
   *
   * @param path its real path, free of links
   * @param attributes what was known of it when it was found
   */
  record Found(Path path, BasicFileAttributes attributes) {}

  /**
   * Looks a path up, following links that stay under the root.
   *
   * @return empty if there is nothing, or nothing that may be shown
   */
  Optional<Found> find(SitePath wanted) throws IOException {
    try {
      Path path = root;
      for (String segment : wanted.segments()) {
        path = path.resolve(segment);
      }
      Path realRoot = root.toRealPath();
      Path real = path.toRealPath();
      if (!real.startsWith(realRoot) || leadsToHidden(realRoot.relativize(real))) {
        return Optional.empty();
      }
      BasicFileAttributes attributes =
          Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isDirectory() || attributes.isRegularFile()
          ? Optional.of(new Found(real, attributes))
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    } catch (AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      // Nothing there, a file used as a folder, a name too long, a loop of links: all the same to
      // who asked.
      return Optional.empty();
    }
  }

  private static boolean leadsToHidden(Path relative) {
    if (relative.toString().isEmpty()) {
      return false;
    }
    boolean first = true;
    for (Path name : relative) {
      if (SitePath.hidden(name.toString(), first)) {
        return true;
      }
      first = false;
    }
    return false;
  }
}
