package dev.h3kit.core;

import dev.h3kit.core.transport.QuicTestConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The conversations over QUIC on the loopback interface. */
class QuicConversationTest extends ConversationTest {
  private final List<Talk> talks = new ArrayList<>();

  @Override
  Talk between(Http3Server.Handler handler) throws IOException {
    Http3Server server =
        Http3Server.bind(
            QuicTestConfig.server(),
            Http3Limits.SERVER,
            Http3Events.NONE,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            handler);
    Http3Client client =
        Http3Client.connect(
            QuicTestConfig.client(),
            Http3Limits.CLIENT.but().pushes(10).build(),
            Http3Events.NONE,
            "localhost",
            server.address(),
            Deadline.after(Duration.ofSeconds(20)));
    Talk talk = new Talk(client, server);
    talks.add(talk);
    return talk;
  }

  @AfterEach
  void close() {
    for (Talk talk : talks) {
      talk.client().close(Deadline.after(Duration.ZERO));
      talk.server().close(Deadline.after(Duration.ofSeconds(5)));
    }
  }
}
