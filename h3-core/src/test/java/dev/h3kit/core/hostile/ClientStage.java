package dev.h3kit.core.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Chopped;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.RawPeer;
import dev.h3kit.core.Wire;
import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.QuicClient;
import dev.h3kit.core.transport.QuicServer;
import dev.h3kit.core.transport.QuicTestConfig;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Our client, attacked by a server. */
final class ClientStage implements Stage {
  private static final byte[] HEAD = Wire.headers(":status", "200", "content-length", "2");
  private static final String OK = "ok";

  private final Moments moments = new Moments();
  private final @Nullable QuicServer port;
  private final BlockingQueue<RawPeer> accepted = new LinkedBlockingQueue<>();
  private final RawPeer peer;
  private final Http3Client client;
  private final RawPeer goodPeer;
  private final Http3Client bystander;
  private final Asked download;
  private final Stream downloadStream;
  private final Map<String, Asked> requests = new HashMap<>();

  ClientStage(Script.Case script, boolean quic) throws Exception {
    if (quic) {
      port =
          QuicServer.bind(
              QuicTestConfig.server(),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              connection -> accepted.add(new RawPeer(connection)));
      bystander = Http3Client.on(connect(port), Http3Limits.CLIENT, Http3Events.NONE);
      goodPeer = nextPeer();
    } else {
      port = null;
      MemoryTransport.Pair good = MemoryTransport.pair();
      goodPeer = new RawPeer(good.server());
      bystander = Http3Client.on(good.client(), Http3Limits.CLIENT, Http3Events.NONE);
    }
    download = new Asked(bystander, "GET", "/", false);
    downloadStream = stream(goodPeer, download.streamId());
    RawPeer.write(downloadStream, HEAD, Wire.data("o"));
    if (port != null) {
      client = Http3Client.on(connect(port), script.limits(), moments);
      peer = nextPeer();
    } else {
      MemoryTransport.Pair bad = MemoryTransport.pair(script.window(), script.streams());
      peer = new RawPeer(bad.server());
      client =
          Http3Client.on(Chopped.connection(bad.client(), script.chop()), script.limits(), moments);
    }
  }

  private static Connection connect(QuicServer port) throws IOException {
    return QuicClient.connect(QuicTestConfig.client(), "localhost", port.address(), RawPeer.soon());
  }

  private RawPeer nextPeer() throws InterruptedException {
    RawPeer next = accepted.poll(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no connection came");
    }
    return next;
  }

  private static Stream stream(RawPeer at, long id) {
    List<Stream> found = new ArrayList<>();
    Patience.until(
        () -> {
          for (Stream stream : at.accepted()) {
            if (stream.id() == id) {
              found.add(stream);
              return true;
            }
          }
          return false;
        },
        () -> "stream " + id + " never came");
    return found.getFirst();
  }

  @Override
  public RawPeer peer() {
    return peer;
  }

  @Override
  public Stream stream(String name) {
    return stream(peer, asked(name).streamId());
  }

  private Asked asked(String name) {
    Asked asked = requests.get(name);
    if (asked == null) {
      throw new ScriptException("no stream is named " + name);
    }
    return asked;
  }

  @Override
  public void request(Step.Request request) throws Exception {
    requests.put(
        request.name(), new Asked(client, request.method(), request.path(), request.open()));
  }

  @Override
  public void upload(String name, int octets) {
    asked(name).upload(octets);
  }

  @Override
  public void expectStreamError(Step.ExpectStreamError expected, Stream stream, boolean finished)
      throws Exception {
    Http3Exception failure = asked(expected.name()).failure();
    assertTrue(
        failure instanceof Http3Exception.OfStream && expected.codes().contains(failure.code()),
        () -> expected.name() + " ended with " + failure);
    if (!finished && !failure.remote()) {
      CountDownLatch stopped = new CountDownLatch(1);
      stream.onAbort(stopped::countDown);
      assertTrue(
          stopped.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS),
          "the server was never told to stop");
      long code = stream.peerStopCode().orElse(-1);
      assertTrue(
          expected.codes().contains(code),
          () -> "the server was told to stop with " + Http3Error.nameOf(code));
    }
  }

  @Override
  public Messages response(String name, Stream stream) throws Exception {
    return asked(name).response();
  }

  @Override
  public void expectAllOver() throws Exception {
    for (Asked asked : requests.values()) {
      asked.awaitEnd();
    }
    awaitNoExchanges();
  }

  /** Each request's own threads notice the end of the connection, which takes them a moment. */
  private void awaitNoExchanges() {
    Patience.until(
        () -> client.activeExchanges() == 0,
        () -> client.activeExchanges() + " exchanges of a closed connection");
  }

  @Override
  public void good(int count) throws Exception {
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(new Asked(client, "GET", "/", false));
    }
    for (Asked one : all) {
      RawPeer.write(stream(peer, one.streamId()), HEAD, Wire.data("ok")).finish();
    }
    for (Asked one : all) {
      Messages response = one.response();
      assertEquals(200, response.status(), "a good response beside the attack");
      assertEquals(OK, response.content(), "a good response beside the attack");
    }
  }

  @Override
  public void bystander() throws Exception {
    RawPeer.write(downloadStream, Wire.data("k")).finish();
    assertEquals(OK, download.response().content(), "the download that began before");
    Asked next = new Asked(bystander, "GET", "/", false);
    RawPeer.write(stream(goodPeer, next.streamId()), HEAD, Wire.data("ok")).finish();
    assertEquals(OK, next.response().content(), "the bystander's response");
  }

  @Override
  public void await(String moment) throws Exception {
    switch (moment) {
      case "settings" -> Patience.acquire(moments.settings(), moment);
      case "blocked" -> Patience.acquire(moments.blocked(), moment);
      default -> throw new ScriptException("a client has no handlers to reach");
    }
  }

  @Override
  public void release() {
    throw new ScriptException("a client has no handlers to release");
  }

  @Override
  public boolean clear(List<String> threads) {
    String ours = moments.threadPrefix();
    return threads.stream().noneMatch(name -> name.startsWith(ours));
  }

  @Override
  public void leave() {
    peer.connection().close(Http3Error.H3_NO_ERROR.code(), "");
    var _ = client.closed().completeOnTimeout(null, 5, TimeUnit.SECONDS).join();
    awaitNoExchanges();
  }

  @Override
  public void close() {
    leave();
    bystander.close(Deadline.after(Duration.ZERO));
    if (port != null) {
      port.close(Http3Error.H3_NO_ERROR.code(), RawPeer.soon());
    }
  }
}
