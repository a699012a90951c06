package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A body in a file that may grow in several runs ({@code -C}): it is written in place, and what
 * came before a failure stays, for the next run to go on with.
 */
final class ResumableOutput implements BodyOutput {
  private final String name;
  private final Path file;
  private final FileChannel channel;

  private ResumableOutput(String name, Path file, FileChannel channel) {
    this.name = name;
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens the file.
   *
   * @param append whether the body goes behind what is there
   * @param etag the version that the body is of, or null
   */
  static ResumableOutput open(FilePlace place, String name, boolean append, @Nullable String etag)
      throws CommandFailure {
    Path path = place.path(name);
    try {
      place.makeFolders(path);
      StandardOpenOption how =
          append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
      FileChannel channel =
          FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, how));
      VersionMark.write(path, etag);
      return new ResumableOutput(path.toString(), path, channel);
    } catch (IOException e) {
      throw FileOutput.failure(path.toString(), e);
    }
  }

  @Override
  public void write(ByteBuffer octets) throws CommandFailure {
    try {
      while (octets.hasRemaining()) {
        channel.write(octets);
      }
    } catch (IOException e) {
      throw FileOutput.failure(name, e);
    }
  }

  @Override
  public void complete() throws CommandFailure {
    try {
      channel.close();
      VersionMark.write(file, null);
    } catch (IOException e) {
      throw FileOutput.failure(name, e);
    }
  }

  @Override
  public void abandon() {
    try {
      channel.close();
    } catch (IOException e) {
      // What was written is there all the same.
    }
  }

  @Override
  public String name() {
    return name;
  }
}
