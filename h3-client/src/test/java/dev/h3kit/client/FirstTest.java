package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.h3kit.client.TestServer.Speaks;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

class FirstTest {
  @Test
  void fetches() throws Exception {
    try (TestServer server = TestServer.start(Speaks.BOTH)) {
      for (ProtocolMode mode : ProtocolMode.values()) {
        try (H3Client client =
            H3Client.newBuilder().trust(TestAuthority.SHARED.trust()).protocolMode(mode).build()) {
          for (int i = 0; i < 3; i++) {
            H3Response<String> response =
                client.send(
                    HttpRequest.newBuilder(server.uri("/hello")).build(), BodyHandlers.ofString());
            assertEquals("hello", response.body());
          }
        }
      }
    }
  }
}
