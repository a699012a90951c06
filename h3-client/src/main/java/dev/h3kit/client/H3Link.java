package dev.h3kit.client;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.PushHandler;
import dev.h3kit.core.RequestHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An HTTP/3 connection as this module needs it; see {@link dev.h3kit.core.Http3Client}. */
interface H3Link {

  /**
   * Sends a request.
   *
   * @param pushes takes what the server pushes; null declines it
   */
  ClientExchange send(
      RequestHead head,
      ByteBuffer content,
      boolean last,
      Deadline deadline,
      @Nullable PushHandler pushes)
      throws IOException;

  boolean open();

  ConnectionInfo info();

  /** Runs once when the connection has ended, at once if it has. */
  void onClosed(Runnable action);

  void close(Deadline deadline);
}
