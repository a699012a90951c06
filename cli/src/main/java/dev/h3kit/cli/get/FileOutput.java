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
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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

  private final String name;
  private final Path target;
  private final @Nullable Path temporary;
  private final FileChannel channel;

  private FileOutput(String name, Path target, @Nullable Path temporary, FileChannel channel) {
    this.name = name;
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /** Opens a file for writing, and its folders if {@code createFolders}. */
  static FileOutput open(@Nullable String folder, String name, boolean createFolders)
      throws CommandFailure {
    String shown = name;
    try {
      Path path = folder == null ? Path.of(name) : Path.of(folder, name);
      shown = path.toString();
      Path target = path.toAbsolutePath();
      if (Files.isDirectory(target)) {
        throw failure(shown, "it is a folder", null);
      }
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        return new FileOutput(
            shown, target, null, FileChannel.open(target, StandardOpenOption.WRITE));
      }
      if (Files.exists(target)) {
        target = target.toRealPath(); // the name a link points to, so that the link stays one
        if (!Files.isWritable(target)) {
          throw failure(shown, "permission denied", null);
        }
      }
      Path parent = target.getParent();
      if (createFolders && parent != null) {
        Files.createDirectories(parent);
      }
      String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
      Path temporary = target.resolveSibling("." + shortened(target) + "." + suffix + ".part");
      UnfinishedRemoval.install();
      UNFINISHED.add(temporary);
      FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return new FileOutput(shown, target, temporary, channel);
    } catch (InvalidPathException e) {
      throw failure(shown, String.valueOf(e.getReason()), e);
    } catch (IOException e) {
      throw failure(shown, reason(e), e);
    }
  }

  @Override
  public void write(ByteBuffer octets) throws CommandFailure {
    try {
      while (octets.hasRemaining()) {
        channel.write(octets);
      }
    } catch (IOException e) {
      throw failure(name, reason(e), e);
    }
  }

  @Override
  public void complete() throws CommandFailure {
    try {
      channel.close();
      if (temporary != null) {
        keepPermissions(temporary);
        try {
          Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
          Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
        UNFINISHED.remove(temporary);
      }
    } catch (IOException e) {
      abandon();
      throw failure(name, reason(e), e);
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

  private void keepPermissions(Path temporary) throws IOException {
    PosixFileAttributeView before =
        Files.getFileAttributeView(target, PosixFileAttributeView.class);
    if (before != null && Files.exists(target)) {
      Files.setPosixFilePermissions(temporary, before.readAttributes().permissions());
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
