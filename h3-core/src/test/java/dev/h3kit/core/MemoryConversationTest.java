package dev.h3kit.core;

import dev.h3kit.core.transport.MemoryTransport;
import java.io.IOException;

/** The conversations in memory. */
class MemoryConversationTest extends ConversationTest {
  @Override
  Talk between(Http3Server.Handler handler) throws IOException {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server server = Http3Server.withoutPort(Http3Limits.SERVER, Http3Events.NONE, handler);
    server.serve(pair.server());
    return new Talk(
        Http3Client.on(
            pair.client(), Http3Limits.CLIENT.but().pushes(10).build(), Http3Events.NONE),
        server);
  }
}
