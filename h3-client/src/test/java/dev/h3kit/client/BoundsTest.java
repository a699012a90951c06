package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.h3kit.core.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client keeps is bounded. */
@Timeout(60)
class BoundsTest {
  private static Origin origin(int number) {
    return new Origin("https", "host" + number, 443);
  }

  @Test
  void theHttp3ConnectionUnusedLongestIsClosed() throws Exception {
    H3Pool pool = new H3Pool();
    List<ScriptedLink> links = new ArrayList<>();
    for (int i = 0; i < H3Pool.CONNECTIONS; i++) {
      ScriptedLink link = new ScriptedLink();
      links.add(link);
      pool.add(origin(i), link);
    }
    assertSame(links.getFirst(), pool.open(origin(0)));
    pool.add(origin(H3Pool.CONNECTIONS), new ScriptedLink());
    links.get(1).closed.get(20, TimeUnit.SECONDS);
    assertNull(pool.open(origin(1)));
    assertSame(links.getFirst(), pool.open(origin(0)));
    assertFalse(links.get(2).closed.isDone());
    pool.close(Deadline.after(Duration.ofSeconds(5)));
    links.get(2).closed.get(20, TimeUnit.SECONDS);
  }

  @Test
  void theTcpClientUnusedLongestIsShutDownUnlessSomebodyIsAboutToSend() {
    TcpClients clients = new TcpClients(new ClientBuilder().settings());
    TcpClient held = clients.client(origin(0), false);
    for (int i = 1; i < TcpClients.CLIENTS + 5; i++) {
      clients.client(origin(i), false).release();
    }
    assertEquals(TcpClients.CLIENTS, clients.kept());
    assertSame(held, clients.client(origin(0), false));
    clients.shutdown();
    assertEquals(0, clients.kept());
  }
}
