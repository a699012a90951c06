package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where files go and what becomes of those that are there.
 *
 * @param folder the folder of all files, or null for the one the process works in
 * @param createFolders whether folders that are missing are made
 * @param existing what becomes of a file that is there
 * @param permissions those of new files, or null for the process's own
 */
record FilePlace(
    @Nullable String folder,
    boolean createFolders,
    Existing existing,
    @Nullable Set<PosixFilePermission> permissions) {

  /** What becomes of a file that is there. */
  enum Existing {
    /** It is replaced. */
    REPLACE,
    /** It stays, and the transfer fails. */
    FAIL,
    /** It stays, and the new one gets a number behind its name. */
    NUMBER
  }

  /** A place where files are replaced. */
  static FilePlace in(@Nullable String folder, boolean createFolders) {
    return new FilePlace(folder, createFolders, Existing.REPLACE, null);
  }

  FilePlace with(Existing other) {
    return new FilePlace(folder, createFolders, other, permissions);
  }

  /** The path of a file here. */
  Path path(String name) throws CommandFailure {
    try {
      return folder == null ? Path.of(name) : Path.of(folder, name);
    } catch (InvalidPathException e) {
      throw new CommandFailure(
          ExitCode.WRITE_ERROR, "cannot write " + name + ": " + e.getReason(), null, e);
    }
  }

  void makeFolders(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (createFolders && parent != null) {
      Files.createDirectories(parent);
    }
  }

  /** Permissions in octal, as {@code --create-file-mode} takes them. */
  static Set<PosixFilePermission> permissions(String octal) throws CommandFailure {
    if (!octal.matches("0?[0-7]{1,3}")) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--create-file-mode needs permissions in octal such as 0640, not '" + octal + "'",
          null);
    }
    int bits = Integer.parseInt(octal, 8);
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values(); // owner first, read first
    for (int i = 0; i < all.length; i++) {
      if ((bits & (0400 >> i)) != 0) {
        permissions.add(all[i]);
      }
    }
    return permissions;
  }
}
