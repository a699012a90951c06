package dev.h3kit.core.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Chopped;
import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.Http3Server;
import dev.h3kit.core.InMemory;
import dev.h3kit.core.RawPeer;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.Wire;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.QuicClient;
import dev.h3kit.core.transport.QuicTestConfig;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/** Our server, attacked by a client. */
final class ServerStage implements Stage {
  private static final byte[] OK = {'o', 'k'};
  private static final ByteBuffer HALF = ByteBuffer.wrap(new byte[] {'h'});

  private final Site site = new Site();
  private final Moments moments = new Moments();
  private final Http3Server server;
  private final Http3Client bystander;
  private final @Nullable ClientExchange upload;
  private final RawPeer peer;

  ServerStage(Script.Case script, boolean quic) throws IOException {
    Http3Limits limits = script.limits();
    if (quic) {
      server =
          Http3Server.bind(
              QuicTestConfig.server(),
              limits,
              moments,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              site);
      bystander =
          Http3Client.connect(
              QuicTestConfig.client(),
              Http3Limits.CLIENT,
              Http3Events.NONE,
              "localhost",
              server.address(),
              RawPeer.soon());
      upload = beginUpload(limits);
      peer =
          new RawPeer(
              QuicClient.connect(
                  QuicTestConfig.client(), "localhost", server.address(), RawPeer.soon()));
    } else {
      InMemory memory = new InMemory(limits, moments, site);
      server = memory.server();
      MemoryTransport.Pair good = MemoryTransport.pair();
      memory.serve(good.server());
      bystander = Http3Client.on(good.client(), Http3Limits.CLIENT, Http3Events.NONE);
      upload = beginUpload(limits);
      MemoryTransport.Pair bad = MemoryTransport.pair(script.window(), script.streams());
      memory.serve(Chopped.connection(bad.server(), script.chop()));
      peer = new RawPeer(bad.client());
    }
  }

  /** Begins an upload that goes on after the attack, unless the limits are too short for that. */
  private @Nullable ClientExchange beginUpload(Http3Limits limits) throws IOException {
    get(bystander);
    if (limits.idle().compareTo(Patience.LIMIT) < 0) {
      moments.forget();
      return null;
    }
    ClientExchange exchange =
        bystander.send(
            RequestHead.of("POST", "a", "/echo", List.of()),
            HALF.duplicate(),
            false,
            RawPeer.soon());
    Patience.until(() -> site.running() == 1, () -> "the bystander's upload never began");
    moments.forget();
    return exchange;
  }

  private static void get(Http3Client client) throws IOException {
    ClientExchange exchange =
        client.send(
            RequestHead.of("GET", "a", "/", List.of()),
            ByteBuffer.allocate(0),
            true,
            RawPeer.soon());
    assertArrayEquals(OK, read(exchange), "the bystander's response");
  }

  private static byte[] read(ClientExchange exchange) throws IOException {
    assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
    byte[] content = new byte[10];
    int length = 0;
    for (int got = exchange.read(content, 0, 10);
        got >= 0;
        got = exchange.read(content, length, 10 - length)) {
      length += got;
    }
    return java.util.Arrays.copyOf(content, length);
  }

  @Override
  public RawPeer peer() {
    return peer;
  }

  @Override
  public Stream stream(String name) {
    throw new ScriptException("no stream is named " + name);
  }

  @Override
  public void request(Step.Request request) {
    throw new ScriptException("request is for scripts against a client");
  }

  @Override
  public void upload(String name, int octets) {
    throw new ScriptException("upload is for scripts against a client");
  }

  @Override
  public void expectStreamError(Step.ExpectStreamError expected, Stream stream, boolean finished) {
    StreamResetException reset =
        Assertions.assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    assertTrue(
        expected.codes().contains(reset.errorCode()),
        () -> expected.name() + " was reset with " + Http3Error.nameOf(reset.errorCode()));
  }

  @Override
  public Messages response(String name, Stream stream) throws Exception {
    return Messages.parse(RawPeer.readAll(stream));
  }

  @Override
  public void expectAllOver() {}

  @Override
  public void good(int count) throws Exception {
    List<Stream> streams = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      streams.add(peer.request(Wire.get()));
    }
    for (Stream stream : streams) {
      stream.finish();
    }
    for (Stream stream : streams) {
      Messages response = Messages.parse(RawPeer.readAll(stream));
      assertEquals(200, response.status(), "a good request beside the attack");
      assertEquals("ok", response.content(), "a good request beside the attack");
    }
  }

  @Override
  public void bystander() throws IOException {
    get(bystander);
    if (upload != null) {
      upload.write(HALF.duplicate(), true);
      assertArrayEquals(new byte[] {'h', 'h'}, read(upload), "the upload that began before");
    }
  }

  @Override
  public void await(String moment) throws Exception {
    if (moment.equals("idle")) {
      Census.awaitThreads(this::atMostTheUpload);
      return;
    }
    Patience.acquire(
        switch (moment) {
          case "settings" -> moments.settings();
          case "blocked" -> moments.blocked();
          case "failed" -> moments.failed();
          default -> site.reached();
        },
        moment);
  }

  @Override
  public void release() {
    site.release();
  }

  @Override
  public boolean clear(List<String> threads) {
    String ours = moments.threadPrefix();
    return threads.stream().noneMatch(name -> name.startsWith(ours)) && atMostTheUpload(threads);
  }

  private boolean atMostTheUpload(List<String> threads) {
    return threads.stream().filter(name -> name.startsWith("h3-request-")).count()
        <= (upload == null ? 0 : 1);
  }

  @Override
  public void leave() {
    peer.connection().close(Http3Error.H3_NO_ERROR.code(), "");
  }

  @Override
  public void close() {
    site.release();
    leave();
    bystander.close(Deadline.after(Duration.ZERO));
    assertTrue(
        bystander.closed().completeOnTimeout(null, 5, TimeUnit.SECONDS).join() != null,
        "the bystander's connection ends");
    server.close(RawPeer.soon());
    Patience.until(() -> site.running() == 0, () -> "a request is still in its handler");
  }
}
