package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.core.transport.MemoryTransport;
import dev.h3kit.qpack.FieldLine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program gives us to send is made legal or refused before an octet of it is sent. */
@Timeout(60)
class SendingRulesTest {
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private static RequestHead get(List<FieldLine> fields) {
    return RequestHead.of("GET", "a.test", "/", fields);
  }

  private static List<FieldLine> line(String spec) {
    return Wire.lines(spec.split("\\|", -1));
  }

  // RFC 9114 §4.2: "Characters in field names MUST be converted to lowercase prior to their
  // encoding."
  @Test
  void rfc9114_4_2_namesAreSentInLowerCase() {
    List<FieldLine> given = List.of(new FieldLine("X-Secret", " a b\t", true));
    List<FieldLine> sent = List.of(new FieldLine("x-secret", "a b", true));
    assertEquals(sent.getFirst(), get(given).toFieldLines().getLast());
    assertEquals(sent.getFirst(), new ResponseHead(200, given).toFieldLines().getLast());
    assertEquals(sent, FieldRules.trailersToSend(given));
  }

  // RFC 9114 §4.2: "An endpoint MUST NOT generate an HTTP/3 field section containing
  // connection-specific fields"; RFC 9114 §4.1: "the Transfer-Encoding header field MUST NOT be
  // used";
  // RFC 9114 §4.3: "Endpoints MUST NOT generate pseudo-header fields other than those defined in
  // this
  // document."
  @ParameterizedTest
  @ValueSource(
      strings = {
        "connection|close",
        "Keep-Alive|1",
        "proxy-connection|x",
        "Transfer-Encoding|chunked",
        "upgrade|h2c",
        ":unknown|x",
        ":path|/",
        "|x",
        "a b|x",
        "x|a\r\nb: c",
        "x|\u0109",
        "content-length|1, 2"
      })
  void rfc9114_4_2_whatWouldBeMalformedIsNotSent(String spec) {
    List<FieldLine> fields = line(spec);
    assertThrows(IllegalArgumentException.class, () -> get(fields).toFieldLines());
    assertThrows(
        IllegalArgumentException.class, () -> new ResponseHead(200, fields).toFieldLines());
    if (!spec.startsWith("content-length")) {
      assertThrows(IllegalArgumentException.class, () -> FieldRules.trailersToSend(fields));
    }
  }

  // RFC 9114 §4.2: "The only exception to this is the TE header field, which MAY be present in an
  // HTTP/3 request header; when it is, it MUST NOT contain any value other than "trailers"."
  @Test
  void rfc9114_4_2_teIsSentInRequestsOnly() {
    assertEquals(line("te|trailers").getFirst(), get(line("TE|trailers")).toFieldLines().getLast());
    assertThrows(IllegalArgumentException.class, () -> get(line("te|gzip")).toFieldLines());
    ResponseHead response = new ResponseHead(200, line("te|trailers"));
    assertThrows(IllegalArgumentException.class, response::toFieldLines);
    assertThrows(
        IllegalArgumentException.class, () -> FieldRules.trailersToSend(line("te|trailers")));
  }

  // RFC 9114 §4.3.1: "Clients that generate HTTP/3 requests directly SHOULD use the :authority
  // pseudo-header field instead of the Host header field."
  @Test
  void rfc9114_4_3_1_theAuthorityIsSentAsPseudoHeaderField() {
    assertEquals(
        Wire.lines(":method", "GET", ":scheme", "https", ":authority", "a.test", ":path", "/"),
        get(List.of()).toFieldLines());
  }

  // RFC 9114 §4.3.1: "The authority MUST NOT include the deprecated userinfo subcomponent for URIs
  // of scheme "http" or "https"." "This pseudo-header field MUST NOT be empty for "http" or "https"
  // URIs" "If both fields are present, they MUST contain the same value."
  @Test
  void rfc9114_4_3_1_aRequestThatIsMalformedIsNotSent() {
    for (RequestHead head :
        List.of(
            RequestHead.of("GET", "me@a.test", "/", List.of()),
            RequestHead.of("GET", "", "/", List.of()),
            RequestHead.of("GET", "a.test", "", List.of()),
            RequestHead.of("G T", "a.test", "/", List.of()),
            RequestHead.of("GET", "a.test", "/a b", List.of()),
            get(line("host|b.test")),
            new RequestHead("GET", "https", null, "/", null, List.of()))) {
      assertThrows(IllegalArgumentException.class, head::requireLegal, head::toString);
    }
  }

  // RFC 9114 §4.3.1: "If the scheme does not have a mandatory authority component and none is
  // provided in the request target, the request MUST NOT contain the :authority pseudo-header or
  // Host header fields."
  @Test
  void rfc9114_4_3_1_withoutAnAuthorityNoneIsSent() {
    assertEquals(
        Wire.lines(":method", "GET", ":scheme", "urn", ":path", "a:b"),
        new RequestHead("GET", "urn", null, "a:b", null, List.of()).toFieldLines());
  }

  @Test
  void aRefusedRequestCostsNoStream() throws Exception {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    RawPeer server = new RawPeer(pair.server());
    Http3Client client = Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
    Deadline soon = Deadline.after(Duration.ofSeconds(20));
    RequestHead malformed = get(line("connection|close"));
    assertThrows(IllegalArgumentException.class, () -> client.send(malformed, EMPTY, true, soon));
    assertEquals(0, client.activeExchanges());
    assertEquals(0, client.send(get(List.of()), EMPTY, true, soon).streamId());
    assertTrue(server.accepted().stream().noneMatch(stream -> stream.id() == 4));
  }

  @Test
  void aRefusedResponseLeavesTheHandlerFreeToSendAnother() throws Exception {
    BlockingQueue<String> refused = new LinkedBlockingQueue<>();
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            exchange -> {
              try {
                exchange.send(new ResponseHead(200, line("upgrade|h2c")), EMPTY, true);
              } catch (IllegalArgumentException e) {
                refused.add(String.valueOf(e.getMessage()));
              }
              exchange.send(new ResponseHead(500, List.of()), EMPTY, true);
            })
        .serve(pair.server());
    assertTrue(RawPeer.readAll(new RawPeer(pair.client()).wholeRequest(Wire.get())).length > 0);
    String why = refused.poll(20, TimeUnit.SECONDS);
    assertTrue(why != null && why.contains("RFC 9114 §4.2"), why);
  }
}
