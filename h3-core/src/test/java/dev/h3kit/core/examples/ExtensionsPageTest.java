package dev.h3kit.core.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Capsule;
import dev.h3kit.core.CapsuleProtocol;
import dev.h3kit.core.CapsuleReader;
import dev.h3kit.core.CapsuleWriter;
import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.ExchangeDatagrams;
import dev.h3kit.core.ExtensionPoint;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Extension;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.OctetStream;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.Tunnel;
import dev.h3kit.core.transport.QuicTestConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of docs/extensions.md, which stand there word for word. */
class ExtensionsPageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final byte[] HELLO = {'h', 'i'};

  private final BlockingQueue<Integer> logged = new LinkedBlockingQueue<>();

  private static Deadline soon() {
    return Deadline.after(PATIENCE);
  }

  static void echo(ServerExchange exchange) throws IOException {
    Tunnel tunnel = exchange.tunnel(new ResponseHead(200, List.of()));
    byte[] buffer = new byte[8192];
    int got;
    while ((got = tunnel.read(buffer, 0, buffer.length, soon())) >= 0) {
      tunnel.write(ByteBuffer.wrap(buffer, 0, got));
    }
    tunnel.finish();
  }

  static final Http3Extension ECHO =
      connection -> connection.protocol("echo", exchange -> echo(exchange));

  static Tunnel open(Http3Client client, String protocol) throws IOException {
    RequestHead head = new RequestHead("CONNECT", "https", "localhost", "/", protocol, List.of());
    ClientExchange exchange = client.send(head, ByteBuffer.allocate(0), false, soon());
    ResponseHead response = exchange.response(interim -> {}, soon());
    if (response.status() != 200) {
      throw new IOException("refused with " + response.status());
    }
    return exchange.tunnel();
  }

  static void send(Tunnel tunnel, ByteBuffer payload) throws IOException {
    ExchangeDatagrams datagrams = tunnel.datagrams();
    if (datagrams.negotiated(soon()) && payload.remaining() <= datagrams.maxSize()) {
      datagrams.send(payload); // may be lost
    } else {
      new CapsuleWriter(tunnel).datagram(payload); // arrives, in order
    }
  }

  static void counting(ServerExchange exchange) throws IOException {
    Tunnel tunnel = exchange.tunnel(new ResponseHead(200, List.of(CapsuleProtocol.IN_USE)));
    CapsuleReader capsules = new CapsuleReader(tunnel, Set.of(0x2843L));
    CapsuleWriter answers = new CapsuleWriter(tunnel);
    Capsule capsule;
    while ((capsule = capsules.next(soon())) != null) {
      switch (capsule) {
        case Capsule.Datagram datagram -> answers.datagram(datagram.payload());
        case Capsule.Known close -> answers.write(close.type(), close.value());
      }
    }
    answers.finish();
  }

  final class Logging implements Http3Extension {
    private static final long LOG_STREAM = 0x1d06;

    @Override
    public void begin(ExtensionPoint connection) {
      connection.setting(0x1d06_5e77, 1);
      connection.unidirectional(LOG_STREAM, this::log);
    }

    private void log(OctetStream stream) throws IOException {
      byte[] octet = new byte[1];
      while (stream.read(octet, 0, 1, soon()) >= 0) {
        logged.add((int) octet[0]);
      }
    }

    static void write(ExtensionPoint connection, byte[] line) throws IOException {
      OctetStream stream = connection.openUnidirectional(LOG_STREAM, soon());
      stream.write(ByteBuffer.wrap(line));
      stream.finish();
    }
  }

  private Http3Server server() throws IOException {
    return Http3Server.bind(
        QuicTestConfig.server().withDatagrams(),
        Http3Limits.SERVER,
        Http3Events.NONE,
        List.of(
            ECHO,
            new Logging(),
            connection -> connection.datagramProtocol("counting", exchange -> counting(exchange))),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        exchange -> exchange.send(new ResponseHead(404, List.of()), ByteBuffer.allocate(0), true));
  }

  @Test
  void theExamplesDoWhatThePageSays() throws Exception {
    Http3Server server = server();
    BlockingQueue<ExtensionPoint> points = new LinkedBlockingQueue<>();
    // Without datagrams in its transport, so that they go as capsules.
    Http3Client client =
        Http3Client.connect(
            QuicTestConfig.client(),
            Http3Limits.CLIENT,
            Http3Events.NONE,
            List.of(points::add),
            "localhost",
            server.address(),
            soon());
    try {
      Tunnel echo = open(client, "echo");
      echo.write(ByteBuffer.wrap(HELLO));
      echo.finish();
      byte[] got = new byte[10];
      assertEquals(2, echo.read(got, 0, 10, soon()));
      assertEquals(-1, echo.read(got, 0, 10, soon()));

      Tunnel counting = open(client, "counting");
      send(counting, ByteBuffer.wrap(HELLO));
      CapsuleReader answers = new CapsuleReader(counting, Set.of());
      assertEquals(new Capsule.Datagram(ByteBuffer.wrap(HELLO)), answers.next(soon()));
      counting.finish();

      Logging.write(points.take(), HELLO);
      assertEquals((int) 'h', logged.poll(20, TimeUnit.SECONDS));
    } finally {
      client.close(Deadline.after(Duration.ZERO));
      server.close(Deadline.after(Duration.ofSeconds(5)));
    }
  }

  @Test
  void thePageShowsTheseExamples() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("docs/extensions.md"))) {
      root = root.getParent();
    }
    String page = Files.readString(root.resolve("docs/extensions.md"));
    String source =
        Files.readString(
            root.resolve("h3-core/src/test/java/dev/h3kit/core/examples/ExtensionsPageTest.java"));
    Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
    int blocks = 0;
    while (block.find()) {
      blocks++;
      String shown = block.group(1);
      assertTrue(plain(source).contains(plain(shown)), "not in the test: " + shown);
    }
    assertEquals(5, blocks, "the examples of the page");
  }

  private static String plain(String text) {
    return text.replaceAll("\\s+", "");
  }
}
