package dev.h3kit.core.hostile;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.RawPeer;
import dev.h3kit.core.RequestHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A request of our client whose response is read on a thread of its own. */
final class Asked {
  private final ClientExchange exchange;
  private final CompletableFuture<Messages> end = new CompletableFuture<>();

  /**
   * @param open whether content may follow
   */
  Asked(Http3Client client, String method, String path, boolean open) throws IOException {
    exchange =
        client.send(
            RequestHead.of(method, "a", path, List.of()),
            ByteBuffer.allocate(0),
            !open,
            RawPeer.soon());
    Thread.ofVirtual().name("kit-response").start(this::read);
  }

  private void read() {
    try {
      int status = exchange.response(_ -> {}, RawPeer.soon()).status();
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      for (int got = exchange.read(buffer, 0, buffer.length);
          got >= 0;
          got = exchange.read(buffer, 0, buffer.length)) {
        content.write(buffer, 0, got);
      }
      end.complete(new Messages(status, content.toString(StandardCharsets.ISO_8859_1)));
    } catch (IOException | RuntimeException | Error e) {
      end.completeExceptionally(e);
    }
  }

  long streamId() {
    return exchange.streamId();
  }

  /** Sends content; that the server has had enough is no reason to fail here. */
  void upload(int octets) {
    Thread.ofVirtual()
        .name("kit-upload")
        .start(() -> {
          try {
            exchange.write(ByteBuffer.wrap(new byte[octets]), false);
          } catch (IOException _) {
            // How the request ends, its response says.
          }
        });
  }

  /** The response, which must arrive whole. */
  Messages response() throws Exception {
    try {
      return end.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("the response failed", e.getCause());
    }
  }

  /** How the request failed, which it must. */
  Http3Exception failure() throws Exception {
    try {
      Messages response = end.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
      throw new AssertionError("a response came: " + response.status());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Http3Exception failure) {
        return failure;
      }
      throw new AssertionError("the request failed in an odd way", e.getCause());
    }
  }

  /** Waits until it is over, one way or the other. */
  void awaitEnd() throws Exception {
    end.handle((_, _) -> true).get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
