package dev.h3kit.client;

import dev.h3kit.core.ConnectionInfo;
import java.io.IOException;
import java.net.URI;
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

  /**
   * Requests for a host go over a connection that was made for another one, because both have the
   * same address and the certificate covers both (RFC 9114 §3.3).
   */
  default void coalesced(String host, int port, ConnectionInfo connection) {}

  /**
   * A request goes again on another connection, or over TCP, because the server did not process it,
   * or may process it twice.
   *
   * @param attempt 2 for the second one
   */
  default void retried(URI uri, int attempt, IOException cause) {}

  /** A key log or a qlog file cannot be written; the connection goes on without it. */
  default void traceFailed(Path file, IOException cause) {}
}
