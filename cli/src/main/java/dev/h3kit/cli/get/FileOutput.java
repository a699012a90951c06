package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A body in a file. It is written under a temporary name in the same folder and renamed when it is
 * whole, so that the file is never there in part. What is not a regular file (a device, a pipe) is
 * written directly. A process that is ended by a signal removes its temporary files.
 */
final class FileOutput implements BodyOutput {
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  private static final int MOST_NUMBERED = 100;

  private final FilePlace place;
  private final Path target;
  private final @Nullable Path temporary;
  private final FileChannel channel;
  private final @Nullable FileTime time;
  private String name;

  private FileOutput(
      FilePlace place,
      String name,
      Path target,
      @Nullable Path temporary,
      FileChannel channel,
      @Nullable FileTime time) {
    this.place = place;
    this.name = name;
    this.time = time;
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /** Opens a file for writing, and its folders if {@code createFolders}. */
  static FileOutput open(@Nullable String folder, String name, boolean createFolders)
      throws CommandFailure {
    return open(FilePlace.in(folder, createFolders), name, null);
  }

  /**
   * Opens a file for writing.
   *
   * @param time when the file shall have been changed last, or null for now
   */
  static FileOutput open(FilePlace place, String name, @Nullable FileTime time)
      throws CommandFailure {
    String shown = place.path(name).toString();
    try {
      Path target = Path.of(shown).toAbsolutePath();
      if (Files.isDirectory(target)) {
        throw failure(shown, "it is a folder", null);
      }
      boolean there = Files.exists(target);
      if (there && !Files.isRegularFile(target)) {
        FileChannel device = FileChannel.open(target, StandardOpenOption.WRITE);
        return new FileOutput(place, shown, target, null, device, null);
      }
      if (there && place.existing() == FilePlace.Existing.FAIL) {
        throw failure(shown, "the file exists already", null);
      }
      if (there && place.existing() == FilePlace.Existing.REPLACE) {
        target = target.toRealPath(); // the name a link points to, so that the link stays one
        if (!Files.isWritable(target)) {
          throw failure(shown, "permission denied", null);
        }
      }
      place.makeFolders(target);
      String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
      Path temporary = target.resolveSibling("." + shortened(target) + "." + suffix + ".part");
      UnfinishedRemoval.install();
      UNFINISHED.add(temporary);
      FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new FileOutput(place, shown, target, temporary, channel, time);
    } catch (IOException e) {
      throw failure(shown, e);
    }
  }

  @Override
  public void write(ByteBuffer octets) throws CommandFailure {
    try {
      while (octets.hasRemaining()) {
        channel.write(octets);
      }
    } catch (IOException e) {
      throw failure(name, e);
    }
  }

  @Override
  public void complete() throws CommandFailure {
    try {
      channel.close();
      if (temporary != null) {
        setPermissions(temporary);
        if (time != null) {
          Files.setLastModifiedTime(temporary, time);
        }
        if (place.existing() == FilePlace.Existing.REPLACE) {
          replace(temporary);
        } else {
          putBeside(temporary);
        }
        UNFINISHED.remove(temporary);
      }
    } catch (IOException e) {
      abandon();
      throw failure(name, e);
    }
  }

  @Override
  public void abandon() {
    try {
      channel.close();
    } catch (IOException e) {
      // What could not be closed is removed all the same.
    }
    if (temporary != null) {
      remove(temporary);
    }
  }

  @Override
  public String name() {
    return name;
  }

  private void replace(Path temporary) throws IOException {
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Gives the file its name, or the first with a number that is free; never replaces one. */
  private void putBeside(Path temporary) throws IOException {
    int most = place.existing() == FilePlace.Existing.NUMBER ? MOST_NUMBERED : 0;
    for (int i = 0; ; i++) {
      Path numbered = i == 0 ? target : target.resolveSibling(target.getFileName() + "." + i);
      try {
        linkOrMove(temporary, numbered);
        name = i == 0 ? name : name + "." + i;
        return;
      } catch (FileAlreadyExistsException e) {
        if (i == most) {
          throw new IOException("the file exists already", e);
        }
      }
    }
  }

  private static void linkOrMove(Path temporary, Path to) throws IOException {
    try {
      Files.createLink(to, temporary); // unlike a move it fails if the name is taken
      Files.delete(temporary);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.move(temporary, to);
    }
  }

  private void setPermissions(Path temporary) throws IOException {
    PosixFileAttributeView before =
        Files.getFileAttributeView(target, PosixFileAttributeView.class);
    if (before == null) {
      return;
    }
    boolean replaced = place.existing() == FilePlace.Existing.REPLACE && Files.exists(target);
    if (replaced) {
      Files.setPosixFilePermissions(temporary, before.readAttributes().permissions());
    } else if (place.permissions() != null) {
      Files.setPosixFilePermissions(temporary, place.permissions());
    }
  }

  /** File names end at 255 octets; the temporary one is longer than the target's. */
  private static String shortened(Path target) {
    String name = String.valueOf(target.getFileName());
    return name.length() > 50 ? name.substring(0, 50) : name;
  }

  private static void remove(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // It keeps its temporary name and cannot be taken for the whole.
    }
    UNFINISHED.remove(temporary);
  }

  /** A failure to write the file of this name. */
  static CommandFailure failure(String name, IOException e) {
    return failure(name, reason(e), e);
  }

  private static CommandFailure failure(String name, String why, @Nullable Exception cause) {
    return new CommandFailure(
        ExitCode.WRITE_ERROR, "cannot write " + name + ": " + why, null, cause);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "the folder does not exist; --create-dirs makes it";
      case FileAlreadyExistsException _ -> "a file stands where a folder is needed";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /** Registers, once, the removal of temporary files when a signal ends the process. */
  private static final class UnfinishedRemoval {
    static {
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> UNFINISHED.forEach(FileOutput::remove), "h3-cleanup"));
    }

    private UnfinishedRemoval() {}

    static void install() {}
  }
}
