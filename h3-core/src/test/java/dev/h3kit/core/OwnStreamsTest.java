package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What streams an endpoint of ours opens, and what frames it sends on them. */
@Timeout(60)
class OwnStreamsTest {
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
  private static final byte[] TABLE =
      Wire.control(PeerSettings.QPACK_MAX_TABLE_CAPACITY, 4096, 7, 9);

  /** Encoder stream: capacity 4096, then an insert, which the decoder must acknowledge. */
  private static final byte[] INSERT = Wire.hex("02 3fe11f c00161");

  private static final List<FieldLine> REPEATED =
      Wire.lines("x-one", "a value that comes again", "x-two", "another value that comes again");

  private static Http3Server.Handler answering() {
    return exchange -> exchange.send(new ResponseHead(200, REPEATED), EMPTY, true);
  }

  private static Http3Server serve(Connection connection, Http3Server.Handler handler) {
    Http3Server server = Http3Server.withoutPort(Http3Limits.SERVER, Http3Events.NONE, handler);
    server.serve(connection);
    return server;
  }

  private static boolean reserved(long type) {
    return type >= 0x21 && (type - 0x21) % 0x1f == 0;
  }

  // RFC 9114 §3.2: "After the QUIC connection is established, a SETTINGS frame MUST be sent by each
  // endpoint as the initial frame of their respective HTTP control stream."
  // RFC 9114 §6.2.1: "Each side MUST initiate a single control stream at the beginning of the
  // connection and send its SETTINGS frame as the first frame on this stream."
  // RFC 9114 §7.2.4: "A SETTINGS frame MUST be sent as the first frame of each control stream (see
  // Section 6.2.1) by each peer, and it MUST NOT be sent subsequently."
  // RFC 9114 §7.2.4.2: "Endpoints MUST NOT require any data to be received from the peer prior to
  // sending the SETTINGS frame; settings MUST be sent as soon as the transport is ready to send
  // data."
  @ParameterizedTest(name = "of a server: {0}")
  @ValueSource(booleans = {false, true})
  void rfc9114_6_2_1_theControlStreamBeginsWithSettingsBeforeThePeerSaysAnything(boolean server)
      throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Overheard heard = new Overheard(server ? pair.client() : pair.server());
    if (server) {
      serve(pair.server(), answering());
    } else {
      Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
    }
    heard.await("SETTINGS", () -> !heard.control().isEmpty());
    assertEquals(FrameType.SETTINGS, heard.control().getFirst().type());
  }

  // RFC 9114 §7.2.4.2: "The server MUST include all settings that differ from their default
  // values."
  @Test
  void rfc9114_7_2_4_2_whatTheLimitsGrantIsInTheSettings() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Overheard heard = new Overheard(pair.client());
    serve(pair.server(), answering());
    heard.await("SETTINGS", () -> !heard.control().isEmpty());
    byte[] payload = heard.control().getFirst().octets();
    Map<Long, Long> sent = PeerSettings.parse(payload, 0, payload.length).all();
    Http3Limits limits = Http3Limits.SERVER;
    assertEquals(limits.fieldSectionSize(), sent.get(PeerSettings.MAX_FIELD_SECTION_SIZE));
    assertEquals(limits.tableCapacity(), sent.get(PeerSettings.QPACK_MAX_TABLE_CAPACITY));
    assertEquals(limits.blockedStreams(), sent.get(PeerSettings.QPACK_BLOCKED_STREAMS));
  }

  // RFC 9114 §6.2.1: "The sender MUST NOT close the control stream, and the receiver MUST NOT
  // request
  // that the sender close the control stream."
  // RFC 9114 §6.2: "stream types that could modify the state or semantics of existing protocol
  // components, including QPACK or other extensions, MUST NOT be sent until the peer is known to
  // support them"
  // RFC 9114 §7.2.4: "SETTINGS frames MUST NOT be sent on any stream other than the control
  // stream."
  // RFC 9114 §7.2.7: "A server MUST NOT send a MAX_PUSH_ID frame."
  // RFC 9114 §7.2.8: "These frame types MUST NOT be sent, and their receipt MUST be treated as a
  // connection error of type H3_FRAME_UNEXPECTED."
  // RFC 9204 §4.2: "Each endpoint MUST initiate, at most, one encoder stream and, at most, one
  // decoder stream."
  // RFC 9204 §4.2: "The sender MUST NOT close either of these streams, and the receiver MUST NOT
  // request that the sender close either of these streams."
  // RFC 9218 §7.2: "Servers MUST NOT send PRIORITY_UPDATE frames of either type."
  // RFC 8441 §3: "A sender MUST NOT send a SETTINGS_ENABLE_CONNECT_PROTOCOL parameter with the
  // value of 0 after previously sending a value of 1."
  @Test
  void rfc9114_6_2_1_aServerOpensEachCriticalStreamOnceAndKeepsItOpen() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Overheard heard = new Overheard(pair.client());
    Http3Server server = serve(pair.server(), answering());
    List<Stream> ours = new ArrayList<>();
    ours.add(open(pair.client().openUnidirectional(RawPeer.soon()), TABLE));
    ours.add(open(pair.client().openUnidirectional(RawPeer.soon()), INSERT));
    ours.add(open(pair.client().openUnidirectional(RawPeer.soon()), Wire.hex("03")));
    heard.await("a decoder stream", () -> heard.ofType(InstructionStream.DECODER).size() == 1);
    for (int i = 0; i < 20; i++) {
      Stream request = open(pair.client().openBidirectional(RawPeer.soon()), Wire.get());
      request.finish();
      assertOnlyMessages(RawPeer.readAll(request));
    }
    heard.await("an encoder stream", () -> heard.ofType(InstructionStream.ENCODER).size() == 1);
    assertCritical(heard, ours, Set.of());
    server.close(RawPeer.soon());
    heard.await("GOAWAY", () -> heard.control().getLast().type() == FrameType.GOAWAY);
    assertEquals(
        Http3Error.H3_NO_ERROR.code(),
        pair.client().closed().get(20, TimeUnit.SECONDS).errorCode());
  }

  // RFC 9114 §6.2.1: "The sender MUST NOT close the control stream, and the receiver MUST NOT
  // request
  // that the sender close the control stream."
  // RFC 9114 §7.2.4: "SETTINGS frames MUST NOT be sent on any stream other than the control
  // stream."
  // RFC 9114 §7.2.5: "A client MUST NOT send a PUSH_PROMISE frame."
  // RFC 9114 §4.1: "A client MUST send only a single request on a given stream."
  // RFC 9204 §4.2: "Each endpoint MUST initiate, at most, one encoder stream and, at most, one
  // decoder stream."
  @Test
  void rfc9114_6_2_1_aClientOpensEachCriticalStreamOnceAndKeepsItOpen() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Overheard heard = new Overheard(pair.server());
    Http3Client client = Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
    List<Stream> ours = new ArrayList<>();
    ours.add(open(pair.server().openUnidirectional(RawPeer.soon()), TABLE));
    ours.add(open(pair.server().openUnidirectional(RawPeer.soon()), INSERT));
    heard.await("a decoder stream", () -> heard.ofType(InstructionStream.DECODER).size() == 1);
    for (int i = 0; i < 20; i++) {
      int number = i;
      ClientExchange exchange =
          client.send(RequestHead.of("GET", "a", "/", REPEATED), EMPTY, true, RawPeer.soon());
      heard.await("the request", () -> heard.requests().size() > number);
      Overheard.Recording request = heard.requests().get(number);
      heard.await("its end", () -> request.end() == Overheard.End.FINISHED);
      assertEquals(
          List.of(FrameType.HEADERS),
          request.frames().stream()
              .map(Overheard.SentFrame::type)
              .filter(t -> !reserved(t))
              .toList(),
          "one request, and nothing else but reserved frames");
      open(request.stream(), Wire.headers(":status", "200")).finish();
      assertEquals(200, exchange.response(_ -> {}, RawPeer.soon()).status());
      assertEquals(-1, exchange.read(new byte[1], 0, 1));
    }
    heard.await("an encoder stream", () -> heard.ofType(InstructionStream.ENCODER).size() == 1);
    assertCritical(heard, ours, Set.of(FrameType.MAX_PUSH_ID));
    client.close(RawPeer.soon());
  }

  private static Stream open(Stream stream, byte[] octets) throws IOException {
    return RawPeer.write(stream, octets);
  }

  private static void assertCritical(Overheard heard, List<Stream> ours, Set<Long> alsoAllowed) {
    for (Overheard.Recording stream : heard.streams()) {
      if (stream.stream().bidirectional()) {
        continue;
      }
      if (reserved(stream.type())) {
        continue;
      }
      assertTrue(Set.of(0L, 2L, 3L).contains(stream.type()), "a stream of type " + stream.type());
      assertEquals(1, heard.ofType(stream.type()).size(), "streams of type " + stream.type());
      assertEquals(Overheard.End.NOT, stream.end());
    }
    for (Stream stream : ours) {
      assertTrue(stream.peerStopCode().isEmpty(), "our critical streams are not stopped");
    }
    List<Long> types = heard.control().stream().map(Overheard.SentFrame::type).toList();
    assertEquals(1, types.stream().filter(type -> type == FrameType.SETTINGS).count());
    for (long type : types) {
      assertTrue(
          type == FrameType.SETTINGS || reserved(type) || alsoAllowed.contains(type),
          "a control frame of type " + type);
    }
  }

  private static void assertOnlyMessages(byte[] response) {
    for (int at = 0; at < response.length; ) {
      int size = VarInt.length(response[at]);
      long type = VarInt.read(response, at, size);
      assertTrue(
          type == FrameType.HEADERS || type == FrameType.DATA || reserved(type), "type " + type);
      int sizeOfLength = VarInt.length(response[at + size]);
      at += size + sizeOfLength + (int) VarInt.read(response, at + size, sizeOfLength);
    }
  }

  // RFC 9114 §5.2: "An endpoint MAY send multiple GOAWAY frames indicating different identifiers,
  // but
  // the identifier in each frame MUST NOT be greater than the identifier in any previous frame,
  // since clients might already have retried unprocessed requests on another HTTP connection."
  @Test
  void rfc9114_5_2_theIdsOfOurGoawaysFall() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Overheard heard = new Overheard(pair.client());
    Http3Server server =
        serve(
            pair.server(),
            exchange -> {
              started.countDown();
              assertTrue(release.await(20, TimeUnit.SECONDS));
              answering().handle(exchange);
            });
    Stream request = open(pair.client().openBidirectional(RawPeer.soon()), Wire.get());
    request.finish();
    assertTrue(started.await(20, TimeUnit.SECONDS));
    Thread closing = Thread.ofVirtual().start(() -> server.close(RawPeer.soon()));
    heard.await("two GOAWAY frames", () -> goaways(heard).size() >= 2);
    // RFC 9114 §5.2: "Upon sending a GOAWAY frame, the endpoint SHOULD explicitly cancel (see
    // Sections
    // 4.1.1 and 7.2.3) any requests or pushes that have identifiers greater than or equal to the
    // one
    // indicated, in order to clean up transport state for the affected streams. The endpoint SHOULD
    // continue to do so as more requests or pushes arrive."
    for (int i = 0; i < 3; i++) {
      Stream late = open(pair.client().openBidirectional(RawPeer.soon()), Wire.get());
      StreamResetException rejected =
          assertThrows(StreamResetException.class, () -> RawPeer.readAll(late));
      assertEquals(Http3Error.H3_REQUEST_REJECTED.code(), rejected.errorCode());
    }
    release.countDown();
    assertTrue(RawPeer.readAll(request).length > 0);
    closing.join();
    List<Long> ids = goaways(heard);
    for (int i = 1; i < ids.size(); i++) {
      assertTrue(ids.get(i) <= ids.get(i - 1), ids.toString());
    }
    assertEquals(4, ids.getLast(), "behind the one request that was taken");
  }

  private static List<Long> goaways(Overheard heard) {
    return heard.control().stream()
        .filter(frame -> frame.type() == FrameType.GOAWAY)
        .map(Overheard.SentFrame::number)
        .toList();
  }

  // RFC 9204 §4.2: "An endpoint MUST allow its peer to create an encoder stream and a decoder
  // stream
  // even if the connection's settings prevent their use."
  // RFC 9204 §3.2.3: "When the maximum table capacity is zero, the encoder MUST NOT insert entries
  // into the dynamic table and MUST NOT send any encoder instructions on the encoder stream."
  @Test
  void rfc9204_4_2_instructionStreamsAreTakenWhereNoTableIsAllowed() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Overheard heard = new Overheard(pair.client());
    Http3Server.withoutPort(
            Http3Limits.SERVER.but().tableCapacity(0).blockedStreams(0).build(),
            Http3Events.NONE,
            answering())
        .serve(pair.server());
    open(pair.client().openUnidirectional(RawPeer.soon()), Wire.control());
    Stream encoder = open(pair.client().openUnidirectional(RawPeer.soon()), Wire.hex("02"));
    Stream decoder = open(pair.client().openUnidirectional(RawPeer.soon()), Wire.hex("03"));
    for (int i = 0; i < 10; i++) {
      Stream request = open(pair.client().openBidirectional(RawPeer.soon()), Wire.get());
      request.finish();
      assertTrue(RawPeer.readAll(request).length > 0);
    }
    assertTrue(encoder.peerStopCode().isEmpty() && decoder.peerStopCode().isEmpty());
    assertFalse(pair.client().closed().isDone());
    assertTrue(
        heard.ofType(InstructionStream.ENCODER).stream().allMatch(Overheard.Recording::silent));
  }
}
