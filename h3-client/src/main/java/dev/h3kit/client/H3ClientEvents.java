package dev.h3kit.client;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What happens in an {@link H3Client} that no response tells of. Called on threads of the client;
 * must be quick and must not throw. Implementations are thread-safe.
 */
public interface H3ClientEvents {
  /** Listens to nothing. */
  H3ClientEvents NONE = new H3ClientEvents() {};

  /** The Alt-Svc file cannot be read or written now; what is known stays in memory. */
  default void altSvcFileFailed(Path file, IOException cause) {}
}
