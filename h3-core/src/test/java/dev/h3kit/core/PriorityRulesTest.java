package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PRIORITY_UPDATE frames, as RFC 9218 §7.2 has them. */
@Timeout(60)
class PriorityRulesTest {
  private static final int STREAMS = 100;

  private static RawPeer client() {
    MemoryTransport.Pair pair = MemoryTransport.pair(256 << 10, STREAMS);
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            exchange ->
                exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), true))
        .serve(pair.server());
    return new RawPeer(pair.client());
  }

  private static byte[] update(long type, long id, String value) {
    return Wire.frame(
        type, Wire.join(Wire.varint(id), value.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static byte[] request(long id, String value) {
    return update(FrameType.PRIORITY_UPDATE, id, value);
  }

  /** Breaks one rule. */
  @FunctionalInterface
  interface Offence {
    void commit(RawPeer peer) throws Exception;
  }

  private static Arguments rule(String name, Http3Error error, Offence offence) {
    return Arguments.of(name, error, offence);
  }

  private static Arguments onControl(String name, Http3Error error, byte[] frame) {
    return rule(name, error, peer -> peer.unidirectional(Wire.control(), frame));
  }

  static List<Arguments> offences() {
    return List.of(
        // RFC 9218 §7.2: "Receiving a PRIORITY_UPDATE frame on a stream other than the client
        // control stream MUST
        // be treated as a connection error of type H3_FRAME_UNEXPECTED."
        rule(
            "RFC 9218 §7.2: on a request stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(Wire.get(), request(0, "u=1"))),
        rule(
            "RFC 9218 §7.2: on a request stream before HEADERS",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(request(0, "u=1"))),
        rule(
            "RFC 9218 §7.2: of a push on a request stream",
            Http3Error.H3_FRAME_UNEXPECTED,
            peer -> peer.request(update(FrameType.PRIORITY_UPDATE_PUSH, 0, "u=1"))),
        // RFC 9114 §6.2.1: "If the first frame of the control stream is any other frame type, this
        // MUST
        // be treated as a connection error of type H3_MISSING_SETTINGS."
        rule(
            "RFC 9114 §6.2.1: before SETTINGS",
            Http3Error.H3_MISSING_SETTINGS,
            peer -> peer.unidirectional(new byte[] {0}, request(0, "u=1"))),
        // RFC 9218 §7.2: "If a server receives a PRIORITY_UPDATE (type=0xF0700) for a stream ID
        // that is not a
        // request stream, this MUST be treated as a connection error of type H3_ID_ERROR."
        onControl("RFC 9218 §7.2: id 1", Http3Error.H3_ID_ERROR, request(1, "u=1")),
        onControl("RFC 9218 §7.2: id 2", Http3Error.H3_ID_ERROR, request(2, "u=1")),
        onControl("RFC 9218 §7.2: id 3", Http3Error.H3_ID_ERROR, request(3, "u=1")),
        // RFC 9218 §7.2: "If a server receives a PRIORITY_UPDATE (type=0xF0700) with a stream ID
        // that is beyond
        // the
        // stream limits, this SHOULD be treated as a connection error of type H3_ID_ERROR."
        onControl(
            "RFC 9218 §7.2: the first id beyond the limit",
            Http3Error.H3_ID_ERROR,
            request(4L * STREAMS, "u=1")),
        onControl(
            "RFC 9218 §7.2: the largest id",
            Http3Error.H3_ID_ERROR,
            request(VarInt.MAX - 3, "u=1")),
        // RFC 9218 §7.2: "If a server receives a PRIORITY_UPDATE (type=0xF0701) with a push ID that
        // is greater
        // than
        // the maximum push ID or that has not yet been promised, this MUST be treated as a
        // connection error of type H3_ID_ERROR."
        onControl(
            "RFC 9218 §7.2: a push above the maximum",
            Http3Error.H3_ID_ERROR,
            update(FrameType.PRIORITY_UPDATE_PUSH, 0, "u=1")),
        rule(
            "RFC 9218 §7.2: a push that was not promised",
            Http3Error.H3_ID_ERROR,
            peer ->
                peer.unidirectional(
                    Wire.control(),
                    Wire.frame(FrameType.MAX_PUSH_ID, Wire.varint(10)),
                    update(FrameType.PRIORITY_UPDATE_PUSH, 10, "u=1"))),
        // RFC 9114 §7.1: "a frame payload that terminates before the end of the identified fields
        // MUST be treated as a connection error of type H3_FRAME_ERROR."
        onControl(
            "RFC 9114 §7.1: no id",
            Http3Error.H3_FRAME_ERROR,
            Wire.frame(FrameType.PRIORITY_UPDATE, new byte[0])),
        onControl(
            "RFC 9114 §7.1: cut within the id",
            Http3Error.H3_FRAME_ERROR,
            Wire.frame(FrameType.PRIORITY_UPDATE, new byte[] {(byte) 0xc0, 0, 0})),
        onControl(
            "a frame above the limit of its size",
            Http3Error.H3_EXCESSIVE_LOAD,
            request(0, "u=1" + " ".repeat(Http3Limits.SERVER.controlFrameSize()))),
        rule(
            "RFC 9114 §10.5: a flood",
            Http3Error.H3_EXCESSIVE_LOAD,
            peer -> {
              Stream control = peer.unidirectional(Wire.control());
              byte[] frame = request(0, "u=1");
              byte[][] many = new byte[2 * Http3Limits.SERVER.glitchBurst()][];
              Arrays.fill(many, frame);
              RawPeer.write(control, Wire.join(many));
            }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("offences")
  void theConnectionIsClosedWith(String name, Http3Error error, Offence offence) throws Exception {
    RawPeer peer = client();
    offence.commit(peer);
    assertEquals(error, Http3Error.of(peer.closeCode()).orElseThrow());
  }

  // RFC 9218 §7.2: "If a client receives a PRIORITY_UPDATE frame, this MUST be treated as a
  // connection error of type H3_FRAME_UNEXPECTED."
  @ParameterizedTest
  @ValueSource(longs = {0xf0700, 0xf0701})
  void serversMustNotSendPriorityUpdate(long type) throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
    RawPeer server = new RawPeer(pair.server());
    server.unidirectional(Wire.control(), update(type, 0, "u=1"));
    assertEquals(Http3Error.H3_FRAME_UNEXPECTED.code(), server.closeCode());
  }

  // RFC 9218 §7: "A client MAY send a PRIORITY_UPDATE frame before the stream that it references is
  // open"; a value that cannot be parsed, or is empty, is no error here.
  @Test
  void anUpdateMayComeBeforeItsStreamAndSayAnything() throws Exception {
    RawPeer peer = client();
    peer.unidirectional(
        Wire.control(),
        request(4L * (STREAMS - 1), "u=1"),
        request(0, ""),
        request(0, "u=,"),
        request(0, "\u0000\u00ff"));
    RawPeer.readAll(peer.wholeRequest(Wire.get()));
    assertFalse(peer.connection().closed().isDone());
  }

  // RFC 9218 §7: "Servers SHOULD buffer the most recently received PRIORITY_UPDATE frame and apply
  // it once the referenced stream is opened."
  @Test
  void theLastUpdateCountsOnceTheStreamIsOpen() throws Exception {
    Priorities priorities = new Priorities(10);
    MemoryTransport.Pair pair = MemoryTransport.pair();
    priorities.update(new Frame.PriorityUpdate(false, 0, "u=1"));
    priorities.update(new Frame.PriorityUpdate(false, 0, "u=6, i"));
    Turn turn = priorities.opened(pair.client().openBidirectional(RawPeer.soon()));
    turn.requested(RequestHead.of("GET", "a", "/", Wire.lines("priority", "u=0")));
    assertEquals(new Priority(6, true), turn.priority);
    // RFC 9218 §8: the response's own field counts more than what the client said, at any time.
    turn.responded(Wire.lines("priority", "u=2"));
    assertEquals(new Priority(2, true), turn.priority);
    priorities.update(new Frame.PriorityUpdate(false, 0, "u=7"));
    assertEquals(new Priority(2, false), turn.priority);
    assertEquals(0, priorities.early());
  }

  @Test
  void updatesKeptForStreamsThatAreNotOpenAreBoundedByTheStreamLimit() throws Exception {
    Priorities priorities = new Priorities(10);
    MemoryTransport.Pair pair = MemoryTransport.pair();
    for (int i = 0; i < 1000; i++) {
      priorities.seen(4L * i);
      Stream stream = pair.client().openBidirectional(RawPeer.soon());
      priorities.opened(stream);
      priorities.over(stream.id());
      stream.reset(0);
      stream.stopReading(0);
      priorities.update(new Frame.PriorityUpdate(false, stream.id(), "u=1"));
      priorities.update(new Frame.PriorityUpdate(false, 4L * (i + 10), "u=1"));
    }
    assertEquals(10, priorities.early());
  }

  // RFC 9218 §7.2: "The PRIORITY_UPDATE frame MUST be sent on the client control stream (see
  // Section 6.2.1 of [HTTP/3])."
  // RFC 9218 §7.2: "The request-stream variant of PRIORITY_UPDATE (type=0xF0700) MUST reference a
  // request stream."
  // RFC 9218 §7.2: "The stream ID MUST be within the client-initiated bidirectional stream limit."
  @Test
  void aClientSendsAFieldAndAnUpdate() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
    ClientExchange exchange =
        client.send(
            RequestHead.of("GET", "a", "/", List.of(new Priority(5, true).toField())),
            ByteBuffer.allocate(0),
            true,
            RawPeer.soon());
    exchange.updatePriority(new Priority(0, false));
    FrameReader control = new FrameReader(server.accepted().getFirst(), 1024, 1024, RawPeer::soon);
    assertEquals(ControlStream.TYPE, control.streamType());
    Frame frame = control.next();
    while (frame != null && !(frame instanceof Frame.PriorityUpdate)) {
      frame = control.next();
    }
    assertEquals(new Frame.PriorityUpdate(false, exchange.streamId(), "u=0"), frame);
  }
}
