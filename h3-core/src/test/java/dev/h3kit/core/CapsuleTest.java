package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import dev.h3kit.qpack.FieldLine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The capsule protocol: RFC 9297 §3. */
class CapsuleTest {
  private static final long KNOWN = 0x2843;
  private static final int LIMIT = 100;
  private static final ResponseHead OK = new ResponseHead(200, List.of(CapsuleProtocol.IN_USE));

  private final BlockingQueue<String> read = new LinkedBlockingQueue<>();
  private final BlockingQueue<Http3Exception> failed = new LinkedBlockingQueue<>();
  private final RawPeer peer;

  CapsuleTest() {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            List.of(point -> {
              point.datagramProtocol("capsules", this::read);
              point.protocol("undatagrams", this::read);
            }),
            exchange -> {})
        .serve(pair.server());
    peer = new RawPeer(pair.client());
  }

  private void read(ServerExchange exchange) throws Exception {
    Tunnel tunnel = exchange.tunnel(OK);
    CapsuleReader capsules = new CapsuleReader(tunnel, Set.of(KNOWN), LIMIT);
    try {
      for (Capsule capsule; (capsule = capsules.next(RawPeer.soon())) != null; ) {
        read.add(
            switch (capsule) {
              case Capsule.Datagram datagram -> "datagram " + text(datagram.payload());
              case Capsule.Known known -> known.type() + " " + text(known.value());
            });
      }
      read.add("end, " + capsules.tooLong() + " too long");
      tunnel.finish();
    } catch (Http3Exception e) {
      failed.add(e);
      throw e;
    }
  }

  private static String text(ByteBuffer octets) {
    return StandardCharsets.ISO_8859_1.decode(octets).toString();
  }

  private static byte[] capsule(long type, String value) {
    return Wire.frame(type, value.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static byte[] dataFrame(byte[] payload) {
    return Wire.frame(FrameType.DATA, payload);
  }

  private List<String> read(int count) throws InterruptedException {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(String.valueOf(read.poll(10, TimeUnit.SECONDS)));
    }
    return all;
  }

  // RFC 9297 §3.2: the capsules are a sequence of octets, so the frames and packets that carry them
  // may be cut anywhere.
  // RFC 9297 §3.2: "Endpoints that receive a Capsule with an unknown Capsule Type MUST silently
  // drop that Capsule and skip over it to parse the next Capsule."
  @Test
  void rfc9297_3_2_capsulesCutAtEveryOctetAreTheSame() throws Exception {
    byte[] all =
        Wire.join(
            capsule(0, "ab"),
            capsule(KNOWN, "value"),
            capsule(0x17, "unknown"),
            capsule(0, ""),
            Wire.hex("4000 4001 63"));
    List<String> expected =
        List.of("datagram ab", KNOWN + " value", "datagram ", "datagram c", "end, 0 too long");
    for (int cut = 0; cut <= all.length; cut++) {
      Stream stream = peer.request(TunnelRulesTest.connect("capsules"));
      RawPeer.write(stream, dataFrame(Arrays.copyOf(all, cut)));
      RawPeer.write(stream, dataFrame(Arrays.copyOfRange(all, cut, all.length)));
      stream.finish();
      assertEquals(expected, read(expected.size()), "cut at " + cut);
    }
  }

  // RFC 9297 §3.3: "When a receiver encounters an error processing the Capsule Protocol, the
  // receiver
  // MUST treat it as if it had received a malformed or incomplete HTTP message."
  // RFC 9297 §3.3: "the last Capsule on the stream was truncated, this MUST be treated as if it
  // were
  // a malformed or incomplete message."
  @Test
  void rfc9297_3_3_aTunnelThatEndsWithinACapsuleIsMalformed() throws Exception {
    byte[] all = Wire.join(Wire.varint(KNOWN), Wire.hex("4005"), new byte[5]);
    for (int cut = 1; cut < all.length; cut++) {
      Stream stream = peer.request(TunnelRulesTest.connect("capsules"));
      RawPeer.write(stream, dataFrame(Arrays.copyOf(all, cut)));
      stream.finish();
      assertStreamError(Http3Error.H3_MESSAGE_ERROR, stream, "cut at " + cut);
    }
    assertFalse(peer.connection().closed().isDone(), "the connection goes on");
  }

  private void assertStreamError(Http3Error error, Stream stream, String what) throws Exception {
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream), what);
    assertEquals(error.code(), reset.errorCode(), what);
    Http3Exception told = failed.poll(10, TimeUnit.SECONDS);
    assertEquals(error.code(), told == null ? -1 : told.code(), what);
  }

  // RFC 9297 §3.5: "If an incoming DATAGRAM Capsule has a length that is known to be so large as to
  // not be usable, the implementation SHOULD discard the Capsule without buffering its contents
  // into
  // memory."
  @Test
  void rfc9297_3_5_aDatagramThatIsTooLargeIsDropped() throws Exception {
    Stream stream = peer.request(TunnelRulesTest.connect("capsules"));
    RawPeer.write(
        stream,
        dataFrame(capsule(0, "x".repeat(LIMIT))),
        dataFrame(capsule(0, "y".repeat(LIMIT + 1))),
        dataFrame(capsule(0, "z".repeat(20_000))),
        dataFrame(capsule(0, "last")));
    stream.finish();
    assertEquals(
        List.of("datagram " + "x".repeat(LIMIT), "datagram last", "end, 2 too long"), read(3));
  }

  @Test
  void aKnownCapsuleAboveTheLimitEndsTheTunnel() throws Exception {
    Stream stream = peer.request(TunnelRulesTest.connect("capsules"));
    RawPeer.write(stream, dataFrame(Wire.join(Wire.varint(KNOWN), Wire.varint(LIMIT + 1))));
    assertStreamError(Http3Error.H3_EXCESSIVE_LOAD, stream, "above the limit");
  }

  @Test
  void aLengthOf2To62IsSkippedAsItComesAndCostsNothing() throws Exception {
    Stream stream = peer.request(TunnelRulesTest.connect("capsules"));
    RawPeer.write(
        stream,
        dataFrame(capsule(0, "first")),
        dataFrame(Wire.join(Wire.varint(0x17), Wire.varint(VarInt.MAX), new byte[50_000])));
    assertEquals(List.of("datagram first"), read(1));
    stream.finish();
    assertStreamError(Http3Error.H3_MESSAGE_ERROR, stream, "truncated");
  }

  // RFC 9297 §3.2: unknown capsules are skipped, but too many are a load.
  @Test
  void rfc9114_10_5_aFloodOfUnknownCapsulesIsExcessiveLoad() throws Exception {
    Stream stream = peer.request(TunnelRulesTest.connect("capsules"));
    byte[] many = new byte[2 * 5000];
    Arrays.fill(many, (byte) 0x17);
    for (int i = 1; i < many.length; i += 2) {
      many[i] = 0;
    }
    RawPeer.write(stream, dataFrame(many));
    assertEquals(Http3Error.H3_EXCESSIVE_LOAD.code(), peer.closeCode());
  }

  // RFC 9297 §3.5: "the restrictions on when it is allowed to send an HTTP Datagram and how to
  // process them (from Section 2.1) also apply to HTTP Datagrams sent and received using the
  // DATAGRAM Capsule."
  @Test
  void rfc9297_3_5_aDatagramWithoutMeaningAbortsTheRequest() throws Exception {
    Stream stream = peer.request(TunnelRulesTest.connect("undatagrams"));
    RawPeer.write(stream, dataFrame(capsule(KNOWN, "fine")), dataFrame(capsule(0, "x")));
    assertStreamError(Http3Error.H3_DATAGRAM_ERROR, stream, "no semantics");
    assertEquals(List.of(KNOWN + " fine"), read(1));
  }

  @Test
  void whatTheWriterSendsTheReaderReads() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            List.of(point -> {
              point.datagramProtocol(
                  "capsules",
                  exchange -> {
                    CapsuleWriter writer = new CapsuleWriter(exchange.tunnel(OK));
                    writer.datagram(ByteBuffer.wrap(new byte[] {'d'}));
                    writer.write(KNOWN, ByteBuffer.wrap(new byte[200_000]));
                    writer.write(0x17, ByteBuffer.allocate(0));
                    writer.datagram(ByteBuffer.allocate(0));
                    thrown.add(
                        assertThrows(
                            IllegalArgumentException.class,
                            () -> writer.write(0, ByteBuffer.allocate(0))));
                    writer.finish();
                  });
            }),
            exchange -> {})
        .serve(pair.server());
    ClientExchange exchange =
        Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE)
            .send(
                new RequestHead("CONNECT", "https", "a", "/", "capsules", List.of()),
                ByteBuffer.allocate(0),
                false,
                RawPeer.soon());
    assertTrue(CapsuleProtocol.inUse(exchange.response(_ -> {}, RawPeer.soon()).fields()));
    CapsuleReader reader = new CapsuleReader(exchange.tunnel(), Set.of(KNOWN), 200_000);
    List<Capsule> got = new ArrayList<>();
    for (Capsule capsule; (capsule = reader.next(RawPeer.soon())) != null; ) {
      got.add(capsule);
    }
    assertEquals(
        List.of(
            new Capsule.Datagram(ByteBuffer.wrap(new byte[] {'d'})),
            new Capsule.Known(KNOWN, ByteBuffer.allocate(200_000)),
            new Capsule.Datagram(ByteBuffer.allocate(0))),
        got);
    assertEquals(1, thrown.size());
  }

  // RFC 9297 §3.4: "Its value MUST be a Boolean; any other value type MUST be handled as if the
  // field were not present by recipients [...]. Receivers MUST ignore unknown parameters."
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?1|true",
        "?0|false",
        "1|false",
        "true|false",
        "'\"?1\"'|false",
        "?1;a|true",
        "?1;a=1;b=\"x;y\";c=:aGk=:;d=?0;e=tok/en;*f=-1.5|true",
        "?1;|false",
        "?1;A=1|false",
        "?1;a=|false",
        "?1, ?1|false",
        "?1 ;a|false",
        "?1; a|true",
        "?10|false",
        "''|false",
        "?1;a=\"|false",
        "?1;a=1.2345|false"
      })
  void rfc9297_3_4_theFieldIsAStructuredBoolean(String value, boolean used) {
    assertEquals(used, CapsuleProtocol.inUse(Wire.lines("a", "b", "capsule-protocol", value)));
  }

  @Test
  void rfc9297_3_4_aFieldThatOccursTwiceIsIgnored() {
    assertFalse(CapsuleProtocol.inUse(List.of(CapsuleProtocol.IN_USE, CapsuleProtocol.IN_USE)));
    assertFalse(CapsuleProtocol.inUse(List.of()));
    assertFalse(
        CapsuleProtocol.inUse(Wire.lines("capsule-protocol", "?1" + ";a".repeat(10_000))),
        "nor is a field without end looked into");
  }

  // RFC 9297 §3.2: "The Capsule Protocol MUST NOT be used with messages that contain
  // Content-Length,
  // Content-Type, or Transfer-Encoding header fields. [...] A receiver that observes a violation of
  // these requirements MUST treat the HTTP message as malformed."
  @ParameterizedTest
  @ValueSource(strings = {"content-length", "content-type"})
  void rfc9297_3_2_aRequestWithFieldsOfContentIsMalformed(String name) throws Exception {
    Stream stream =
        peer.request(
            Wire.headers(
                ":method",
                "CONNECT",
                ":protocol",
                "capsules",
                ":scheme",
                "https",
                ":authority",
                "a",
                ":path",
                "/",
                "capsule-protocol",
                "?1",
                name,
                "0"));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream));
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), reset.errorCode());
  }

  // RFC 9297 §3.2: "HTTP status codes 204 (No Content), 205 (Reset Content), and 206 (Partial
  // Content) MUST NOT be sent on responses that use the Capsule Protocol."
  // RFC 9297 §3.4: "The Capsule-Protocol header field MUST NOT be used on HTTP responses with a
  // status code that is both different from 101 (Switching Protocols) and outside the 2xx
  // (Successful) range."
  @ParameterizedTest
  @CsvSource({"204,x", "205,x", "206,x", "200,content-length", "200,content-type", "404,x"})
  void rfc9297_3_2_aResponseOfContentIsNeitherSentNorAccepted(int status, String name)
      throws Exception {
    ResponseHead head =
        new ResponseHead(status, List.of(CapsuleProtocol.IN_USE, new FieldLine(name, "0")));
    assertThrows(IllegalArgumentException.class, () -> CapsuleProtocol.requireLegal(head));
    if (status != 404) {
      Http3Exception error =
          assertThrows(Http3Exception.OfStream.class, () -> CapsuleProtocol.check(head));
      assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), error.code());
    }
    CapsuleProtocol.requireLegal(OK);
    CapsuleProtocol.check(OK);
  }
}
