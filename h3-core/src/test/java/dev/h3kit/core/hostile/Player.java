package dev.h3kit.core.hostile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.Http3Error;
import dev.h3kit.core.RawPeer;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Plays the steps of one case on a stage. */
final class Player {
  private final Script.Case script;
  private final Stage stage;
  private final long heapBefore;
  private final Map<String, Stream> streams = new HashMap<>();
  private final Map<Long, Stream> ours = new HashMap<>();
  private final Set<Long> typed = new HashSet<>();
  private final Set<String> finished = new HashSet<>();
  private boolean over;
  private int line;

  private Player(Script.Case script, Stage stage) {
    this.script = script;
    this.stage = stage;
    this.heapBefore =
        script.steps().stream().anyMatch(Step.ExpectHeap.class::isInstance) ? Census.heap() : 0;
  }

  /** Plays a case from its stage to the last check. */
  static void play(Script.Case script, boolean quic) throws Exception {
    Census.begin();
    try (Stage stage =
        script.role() == Script.Role.SERVER
            ? new ServerStage(script, quic)
            : new ClientStage(script, quic)) {
      Player player = new Player(script, stage);
      player.playAll();
    }
    Census.awaitThreads(List::isEmpty);
  }

  private void playAll() throws Exception {
    try {
      play(script.steps(), 0);
      afterwards();
    } catch (ConnectionClosedException e) {
      throw new AssertionError(script.file() + ":" + line + ": " + e.getMessage(), e);
    }
  }

  private void afterwards() throws Exception {
    if (!over) {
      stage.good(1);
      assertFalse(stage.peer().connection().closed().isDone(), "the connection was closed");
    }
    stage.leave();
    Census.awaitThreads(stage::clear);
    stage.bystander();
  }

  private void play(List<Step> steps, long round) throws Exception {
    for (Step step : steps) {
      line = step.line();
      try {
        play(step, round);
      } catch (ScriptException e) {
        throw e.at(script.file(), step.line());
      } catch (ConnectionClosedException e) {
        throw e;
      } catch (IOException | InterruptedException | AssertionError e) {
        throw new AssertionError(
            script.file() + ":" + step.line() + ": " + step + ": " + e.getMessage(), e);
      }
    }
  }

  private void play(Step step, long round) throws Exception {
    switch (step) {
      case Step.Open open -> open(open, round);
      case Step.Send send ->
          RawPeer.write(stream(named(send.name(), round)), send.payload().octets(round));
      case Step.Fin fin -> {
        finished.add(fin.name());
        finish(stream(named(fin.name(), round)));
      }
      case Step.Reset reset -> {
        finished.add(reset.name());
        stream(named(reset.name(), round)).reset(reset.code());
      }
      case Step.Stop stop -> stream(named(stop.name(), round)).stopReading(stop.code());
      case Step.Drain drain -> {
        var _ = RawPeer.readAll(stream(named(drain.name(), round)));
      }
      case Step.Close close -> {
        over = true;
        stage.peer().connection().close(close.code(), "");
      }
      case Step.Request request -> {
        streams.remove(request.name());
        stage.request(request);
      }
      case Step.Upload upload -> stage.upload(upload.name(), upload.octets());
      case Step.Repeat repeat -> repeat(repeat);
      case Step.Await await -> stage.await(await.moment());
      case Step.Release _ -> stage.release();
      case Step.Good good -> stage.good(good.count());
      case Step.ExpectConnectionError expected -> {
        long code = stage.peer().closeCode();
        assertTrue(expected.codes().contains(code), () -> "closed with " + Http3Error.nameOf(code));
        over = true;
        stage.expectAllOver();
      }
      case Step.ExpectStreamError expected ->
          stage.expectStreamError(
              expected, stream(expected.name()), finished.contains(expected.name()));
      case Step.ExpectStop expected -> expectStop(expected);
      case Step.ExpectResponse expected -> {
        Messages response = stage.response(expected.name(), stream(expected.name()));
        assertEquals(expected.status(), response.status());
        String content = expected.content();
        if (content != null) {
          assertEquals(content, response.content());
        }
      }
      case Step.ExpectOctets expected -> expectOctets(expected);
      case Step.ExpectNothing _ -> {
        stage.good(1);
        assertFalse(stage.peer().connection().closed().isDone(), "the connection was closed");
      }
      case Step.ExpectHeap expected -> {
        long grown = Census.heap() - heapBefore;
        assertTrue(grown <= expected.octets(), () -> "the heap has grown by " + grown);
      }
    }
  }

  private void open(Step.Open open, long round) throws IOException {
    byte[] octets = open.payload().octets(round);
    finished.remove(open.name());
    streams.put(
        named(open.name(), round),
        open.unidirectional() ? stage.peer().unidirectional(octets) : stage.peer().request(octets));
  }

  /** A stream's name in a round of its loop. */
  private static String named(String name, long round) {
    return name.replace("$i", Long.toString(round));
  }

  private Stream stream(String name) throws Exception {
    Stream stream = streams.get(name);
    if (stream == null) {
      stream = stage.stream(name);
      streams.put(name, stream);
    }
    return stream;
  }

  private static void finish(Stream stream) throws IOException {
    try {
      stream.finish();
    } catch (ConnectionClosedException _) {
      // What the script expects of the closing comes in its next lines.
    }
  }

  private void repeat(Step.Repeat repeat) throws Exception {
    try {
      for (long i = 0; i < repeat.times() && !stage.peer().connection().closed().isDone(); i++) {
        play(repeat.steps(), i);
      }
    } catch (ConnectionClosedException _) {
      // The loop was a flood, and our side has had enough; the script says which code it expects.
    }
  }

  private void expectStop(Step.ExpectStop expected) throws Exception {
    Stream stream = stream(expected.name());
    CountDownLatch stopped = new CountDownLatch(1);
    stream.onAbort(stopped::countDown);
    assertTrue(stopped.await(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS), "nobody asked to stop");
    long code = stream.peerStopCode().orElse(-1);
    assertTrue(expected.codes().contains(code), () -> "stopped with " + Http3Error.nameOf(code));
  }

  private void expectOctets(Step.ExpectOctets expected) throws IOException {
    Patience.until(
        () -> {
          try {
            return find(expected.type());
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        },
        () -> "no stream of type " + expected.type());
    Stream stream = Objects.requireNonNull(ours.get(expected.type()));
    byte[] wanted = expected.octets().octets(0);
    byte[] got = new byte[wanted.length];
    for (int at = 0; at < got.length; ) {
      int more = stream.read(got, at, got.length - at, RawPeer.soon());
      assertTrue(more > 0, "the stream ended");
      at += more;
    }
    assertArrayEquals(wanted, got);
  }

  private boolean find(long type) throws IOException {
    for (Stream stream : stage.peer().accepted()) {
      if (!stream.bidirectional() && typed.add(stream.id())) {
        byte[] first = new byte[1];
        if (stream.read(first, 0, 1, RawPeer.soon()) == 1) {
          ours.putIfAbsent((long) first[0], stream);
        }
      }
    }
    return ours.containsKey(type);
  }
}
