package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.RequestHead;
import dev.h3kit.server.TestClient.Ask;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DevServerTest {
  @TempDir Path folder;

  private DevServerConfig config() throws IOException {
    return DevServerConfig.of(folder, ServerIdentity.local(folder.resolve("ca"), List.of()));
  }

  @Test
  void aPortTakenInTcpOrUdpIsSaid() throws Exception {
    try (DevServer first = DevServer.start(config())) {
      BindException taken =
          assertThrows(BindException.class, () -> DevServer.start(config().withPort(first.port())));
      assertTrue(String.valueOf(taken.getMessage()).contains("is in use"), taken.getMessage());
    }
    try (DatagramSocket udp =
        new DatagramSocket(new InetSocketAddress(DevServerConfig.loopback().getFirst(), 0))) {
      BindException taken =
          assertThrows(
              BindException.class, () -> DevServer.start(config().withPort(udp.getLocalPort())));
      assertTrue(String.valueOf(taken.getMessage()).contains("(UDP)"), taken.getMessage());
    }
  }

  @Test
  void aPortIsFreeAgainAfterClose() throws Exception {
    int port;
    try (DevServer server = DevServer.start(config())) {
      port = server.port();
    }
    try (DevServer again = DevServer.start(config().withPort(port))) {
      assertEquals(port, again.port());
    }
  }

  @Test
  void closeMayBeCalledTwice() throws Exception {
    DevServer server = DevServer.start(config());
    server.close();
    server.close();
    assertThrows(IOException.class, () -> RawHttp1.get(server, "/"));
  }

  @Test
  void aRootThatCannotBeServedIsSaid() throws Exception {
    Path missing = folder.resolve("missing");
    Path file = Files.writeString(folder.resolve("file"), "");
    ServerIdentity identity = config().identity();
    assertEquals(
        missing + " does not exist",
        assertThrows(
                IOException.class, () -> DevServer.start(DevServerConfig.of(missing, identity)))
            .getMessage());
    assertEquals(
        file + " is not a directory",
        assertThrows(IOException.class, () -> DevServer.start(DevServerConfig.of(file, identity)))
            .getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void oneProtocolCanBeServedAlone(HttpProtocol protocol) throws Exception {
    try (DevServer server = DevServer.start(config().withProtocols(EnumSet.of(protocol)));
        TestClient client = TestClient.of(protocol, server)) {
      assertEquals(200, client.send(Ask.get("/")).status());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"H1", "H3"})
  void hostNamesThatAreNotOursAreMisdirected(HttpProtocol protocol) throws Exception {
    // RFC 9110 §15.5.20
    ServerIdentity identity =
        ServerIdentity.local(folder.resolve("ca"), List.of("dev.example.test", "*.wild.test"));
    try (DevServer server = DevServer.start(DevServerConfig.of(folder, identity))) {
      for (String[] expected :
          new String[][] {
            {"localhost", "200"},
            {"127.0.0.1", "200"},
            {"[::1]", "200"},
            {"app.localhost", "200"},
            {"DEV.example.test", "200"},
            {"a.wild.test", "200"},
            {"a.b.wild.test", "421"},
            {"evil.test", "421"},
            {"localhost.evil.test", "421"},
            {"10.0.0.1", "421"},
          }) {
        String authority = expected[0] + ":" + server.port();
        assertEquals(Integer.parseInt(expected[1]), status(protocol, server, authority), authority);
      }
    }
  }

  private static int status(HttpProtocol protocol, DevServer server, String authority)
      throws Exception {
    return switch (protocol) {
      case H1 ->
          RawHttp1.exchange(
                  server, "GET / HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n\r\n")
              .status();
      case H2 -> throw new IllegalArgumentException("the JDK's client sends its own authority");
      case H3 -> {
        Deadline deadline = Deadline.after(Duration.ofSeconds(20));
        Http3Client client = TestClient.H3.connect(server);
        try {
          ClientExchange exchange =
              client.send(
                  RequestHead.of("GET", authority, "/", List.of()),
                  ByteBuffer.allocate(0),
                  true,
                  deadline);
          int status = exchange.response(interim -> {}, deadline).status();
          exchange.abort(Http3Error.H3_REQUEST_CANCELLED);
          yield status;
        } finally {
          client.close(deadline);
        }
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void requestsInWorkEndBeforeTheServerDoes(HttpProtocol protocol) throws Exception {
    CountDownLatch inWork = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Handler slow =
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            Content.Sink.write(response, false, StandardCharsets.UTF_8.encode("first "));
            inWork.countDown();
            if (!goOn.await(20, TimeUnit.SECONDS)) {
              throw new IOException("nobody let it go on");
            }
            Content.Sink.write(response, true, "last", callback);
            return true;
          }
        };
    DevServer server = DevServer.start(config().withDrain(Duration.ofSeconds(20)), slow);
    try (TestClient client = TestClient.of(protocol, server)) {
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> {
            try {
              return client.send(Ask.get("/")).text();
            } catch (IOException | InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      assertTrue(inWork.await(20, TimeUnit.SECONDS));
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      goOn.countDown();
      assertEquals("first last", answer.get(20, TimeUnit.SECONDS));
      closed.get(30, TimeUnit.SECONDS);
    } finally {
      goOn.countDown();
      server.close();
    }
  }
}
