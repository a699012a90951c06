package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.core.transport.Termination;
import dev.h3kit.qpack.OctetBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Reserved values that are sent now and then, and that a peer must not mind. */
class GreaseTest {
  private static final Http3Server.Handler ECHO =
      exchange -> {
        byte[] buffer = new byte[100];
        int got = Math.max(0, exchange.read(buffer, 0, buffer.length));
        while (exchange.read(new byte[100], 0, 100) >= 0) {}
        exchange.send(new ResponseHead(200, List.of()), ByteBuffer.wrap(buffer, 0, got), false);
        exchange.write(ByteBuffer.wrap(new byte[] {'!'}), false);
        exchange.writeTrailers(Wire.lines("t", "v"));
      };

  private static boolean isReserved(long id) {
    return id >= 0x21 && (id - 0x21) % 0x1f == 0;
  }

  private static Http3Limits each(Http3Limits limits) {
    return limits.but().grease(1).build();
  }

  // RFC 9114 §7.2.8: "Frame types of the format 0x1f * N + 0x21 for non-negative integer values of
  // N are reserved to exercise the requirement that unknown types be ignored".
  @Test
  void reservedFramesAreWellFormed() throws Exception {
    Grease grease = new Grease(1, 7);
    for (int i = 0; i < 1000; i++) {
      OctetBuffer out = new OctetBuffer();
      grease.frame(out);
      byte[] octets = out.toArray();
      int size = VarInt.length(octets[0]);
      assertTrue(isReserved(VarInt.read(octets, 0, size)));
      assertEquals(octets.length - size - 1, octets[size], "its length is right");
      assertTrue(isReserved(grease.reserved()));
    }
  }

  @Test
  void theSameSeedMakesTheSameChoices() {
    OctetBuffer one = new OctetBuffer();
    OctetBuffer other = new OctetBuffer();
    new Grease(3, 42).frame(one);
    new Grease(3, 42).frame(other);
    assertArrayEquals(one.toArray(), other.toArray());
  }

  @Test
  void nothingIsGreasedWhenItIsOff() {
    Grease off = new Grease(0, 1);
    for (int i = 0; i < 1000; i++) {
      assertFalse(off.now());
      assertEquals(Http3Error.H3_NO_ERROR.code(), off.noError());
    }
  }

  /** So that a busy connection's reserved frames are never taken for a flood. */
  @Test
  void theFirstMessagesArePlainAndTheGreasedOnesBounded() {
    Grease grease = new Grease(2, 1);
    for (int i = 0; i < Grease.PLAIN; i++) {
      assertFalse(grease.now());
    }
    int greased = 0;
    for (int i = 0; i < 10_000; i++) {
      greased += grease.now() ? 1 : 0;
    }
    assertEquals(Grease.MESSAGES, greased);
  }

  // RFC 9114 §8.1: "Implementations SHOULD select an error code from this space with some
  // probability when they would have sent H3_NO_ERROR."
  @Test
  void someCodesAreReservedOnes() {
    Grease grease = new Grease(4, 1);
    for (int i = 0; i <= Grease.PLAIN; i++) {
      grease.now();
    }
    int reserved = 0;
    for (int i = 0; i < 1000; i++) {
      long code = grease.noError();
      assertTrue(Http3Error.noError(code), "it means that nothing went wrong");
      reserved += isReserved(code) ? 1 : 0;
    }
    assertTrue(reserved > 100 && reserved < 500, "one in four: " + reserved);
  }

  // RFC 9114 §9: "Implementations MUST ignore unknown or unsupported values in all extensible
  // protocol elements."
  @Test
  void bothRolesIgnoreWhatTheOtherGreases() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(each(Http3Limits.SERVER), Http3Events.NONE, ECHO).serve(pair.server());
    Http3Client client = Http3Client.on(pair.client(), each(Http3Limits.CLIENT), Http3Events.NONE);
    for (int i = 0; i < 50; i++) {
      ClientExchange exchange =
          client.send(
              RequestHead.of("POST", "a", "/", List.of()),
              ByteBuffer.wrap(new byte[] {'h', 'i'}),
              true,
              RawPeer.soon());
      assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
      assertEquals("hi!", ClientPushRulesTest.body(exchange));
      assertEquals("v", exchange.trailers().getFirst().value());
    }
    client.close(RawPeer.soon());
    Termination end = pair.server().closed().get(20, TimeUnit.SECONDS);
    assertTrue(isReserved(end.errorCode()));
  }

  // RFC 9114 §4.1: "Frames of unknown types (Section 9), including reserved frames (Section 7.2.8)
  // MAY be sent on a request or push stream before, after, or interleaved with other frames
  // described in this section."
  @Test
  void reservedFramesStandBeforeBetweenAndAfterTheFramesOfAMessage() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(each(Http3Limits.SERVER), Http3Events.NONE, ECHO).serve(pair.server());
    RawPeer peer = new RawPeer(pair.client());
    Stream request = peer.wholeRequest(Wire.get());
    FrameReader frames = new FrameReader(request, 1 << 16, 1024, RawPeer::soon);
    assertTrue(frames.next() instanceof Frame.Unknown(long type, _) && isReserved(type));
    assertTrue(frames.next() instanceof Frame.Headers);
    assertTrue(frames.next() instanceof Frame.Unknown(long type, _) && isReserved(type));
    assertTrue(frames.next() instanceof Frame.Data);
    assertTrue(frames.next() instanceof Frame.Headers, "trailers");
    assertTrue(frames.next() instanceof Frame.Unknown(long type, _) && isReserved(type));
    assertEquals(null, frames.next());
  }

  // RFC 9114 §6.2: "Endpoints SHOULD create the HTTP control stream as well as the unidirectional
  // streams required by mandatory extensions (such as the QPACK encoder and decoder streams) first,
  // and then create additional streams as allowed by their peer."
  @Test
  void aReservedStreamComesAfterTheCriticalOnes() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(each(Http3Limits.SERVER), Http3Events.NONE, ECHO).serve(pair.server());
    RawPeer peer = new RawPeer(pair.client());
    Deadline deadline = RawPeer.soon();
    while (peer.accepted().size() < 4 && !deadline.passed()) {
      Thread.onSpinWait();
    }
    FrameReader frames = new FrameReader(peer.accepted().get(3), 0, 0, RawPeer::soon);
    try {
      assertTrue(isReserved(frames.streamType()));
    } catch (StreamResetException reset) {
      // RFC 9114 §6.2.3: "When resetting the stream, either the H3_NO_ERROR error code or a
      // reserved error code (Section 8.1) SHOULD be used."
      assertTrue(isReserved(reset.errorCode()));
    }
    List<Long> critical = new ArrayList<>();
    for (Stream stream : peer.accepted().subList(0, 3)) {
      critical.add(new FrameReader(stream, 0, 0, RawPeer::soon).streamType());
    }
    assertTrue(critical.contains(ControlStream.TYPE));
  }

  @Test
  void aPeerWithoutCreditForAReservedStreamGetsNone() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair(1 << 16, 3);
    Http3Server.withoutPort(each(Http3Limits.SERVER), Http3Events.NONE, ECHO).serve(pair.server());
    RawPeer peer = new RawPeer(pair.client());
    peer.unidirectional(Wire.control());
    Stream request = peer.wholeRequest(Wire.get());
    assertTrue(RawPeer.readAll(request).length > 0);
    assertEquals(3, peer.accepted().size());
  }
}
