package dev.h3kit.core.hostile;

import dev.h3kit.core.Http3Server;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.qpack.FieldLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the server under attack serves: / says ok when it has read the content, /early without
 * reading it, /echo sends it back, /big is a mebibyte, /wait answers when it is released.
 */
final class Site implements Http3Server.Handler {
  private static final byte[] OK = {'o', 'k'};
  private static final int BIG = 1 << 20;

  private final Semaphore reached = new Semaphore(0);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger running = new AtomicInteger();

  @Override
  public void handle(ServerExchange exchange) throws Exception {
    running.incrementAndGet();
    try {
      answer(exchange);
    } finally {
      running.decrementAndGet();
    }
  }

  private void answer(ServerExchange exchange) throws IOException, InterruptedException {
    switch (String.valueOf(exchange.request().path())) {
      case "/early" -> send(exchange, OK);
      case "/echo" -> send(exchange, read(exchange));
      case "/big" -> send(exchange, new byte[BIG]);
      case "/wait" -> {
        reached.release();
        if (!released.await(60, TimeUnit.SECONDS)) {
          throw new IOException("never released");
        }
        send(exchange, OK);
      }
      default -> {
        read(exchange);
        send(exchange, OK);
      }
    }
  }

  private static byte[] read(ServerExchange exchange) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (int got = exchange.read(buffer, 0, buffer.length);
        got >= 0;
        got = exchange.read(buffer, 0, buffer.length)) {
      all.write(buffer, 0, got);
    }
    return all.toByteArray();
  }

  private static void send(ServerExchange exchange, byte[] content) throws IOException {
    exchange.send(
        new ResponseHead(
            200, List.of(new FieldLine("content-length", Integer.toString(content.length)))),
        ByteBuffer.wrap(content),
        true);
  }

  /** A permit for each request of /wait that got here. */
  Semaphore reached() {
    return reached;
  }

  /** Lets the requests of /wait go on. */
  void release() {
    released.countDown();
  }

  /** Requests in a handler. */
  int running() {
    return running.get();
  }
}
