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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages that are malformed, each refused by the role that gets it, and legal oddities. */
@Timeout(60)
class MessageRulesTest {
  private static final String BASE = ":method|GET|:scheme|https|:authority|a.test|:path|/";
  private static final String OK = ":status|200";

  private final BlockingQueue<RequestHead> served = new LinkedBlockingQueue<>();

  private static byte[] section(String spec) {
    return Wire.headers(spec.split("\\|", -1));
  }

  private RawPeer client() {
    MemoryTransport.Pair pair = MemoryTransport.pair();
    Http3Server.withoutPort(
            Http3Limits.SERVER,
            Http3Events.NONE,
            exchange -> {
              served.add(exchange.request());
              while (exchange.read(new byte[100], 0, 100) >= 0) {}
              exchange.send(new ResponseHead(200, List.of()), ByteBuffer.allocate(0), true);
            })
        .serve(pair.server());
    return new RawPeer(pair.client());
  }

  private static Arguments request(String what, String spec) {
    return Arguments.of(what, spec);
  }

  static List<Arguments> malformedRequests() {
    List<Arguments> all = new ArrayList<>();
    // RFC 9114 §4.3.1: "All HTTP/3 requests MUST include exactly one value for the :method,
    // :scheme,
    // and :path pseudo-header fields, unless the request is a CONNECT request; see Section 4.4."
    all.add(request("no :method", ":scheme|https|:authority|a|:path|/"));
    all.add(request("no :scheme", ":method|GET|:authority|a|:path|/"));
    all.add(request("an empty :scheme", ":method|GET|:scheme||:authority|a|:path|/"));
    all.add(request("no :path", ":method|GET|:scheme|https|:authority|a"));
    all.add(request(":method twice", ":method|GET|" + BASE));
    all.add(request(":scheme twice", BASE + "|:scheme|https"));
    all.add(request(":path twice", BASE + "|:path|/"));
    all.add(request(":authority twice", BASE + "|:authority|a.test"));
    // RFC 9114 §4.3.1: "This pseudo-header field MUST NOT be empty for "http" or "https" URIs;
    // "http" or "https" URIs that do not contain a path component MUST include a value of / (ASCII
    // 0x2f)."
    all.add(request("an empty :path", ":method|GET|:scheme|https|:authority|a|:path|"));
    all.add(request("an empty :path of http", ":method|GET|:scheme|http|:authority|a|:path|"));
    all.add(
        request("a path that begins with no /", ":method|GET|:scheme|https|:authority|a|:path|x"));
    all.add(request("* in a GET", ":method|GET|:scheme|https|:authority|a|:path|*"));
    // RFC 9114 §4.3.1: "The authority MUST NOT include the deprecated userinfo subcomponent for
    // URIs of scheme "http" or "https"."
    all.add(request("userinfo", ":method|GET|:scheme|https|:authority|me@a|:path|/"));
    all.add(request("userinfo in host", ":method|GET|:scheme|https|:path|/|host|me:x@a"));
    // RFC 9114 §4.3.1: "If the :scheme pseudo-header field identifies a scheme that has a mandatory
    // authority component (including "http" and "https"), the request MUST contain either an
    // :authority pseudo-header field or a Host header field."
    all.add(request("no authority", ":method|GET|:scheme|https|:path|/"));
    all.add(request("no authority with http", ":method|GET|:scheme|http|:path|/"));
    // RFC 9114 §4.3.1: "If these fields are present, they MUST NOT be empty."
    all.add(request("an empty :authority", ":method|GET|:scheme|https|:authority||:path|/"));
    all.add(request("an empty host", ":method|GET|:scheme|https|:path|/|host|"));
    // RFC 9114 §4.3.1: "If both fields are present, they MUST contain the same value."
    all.add(request(":authority and host differ", BASE + "|host|b.test"));
    all.add(request("host twice", BASE + "|host|a.test|host|a.test"));
    // RFC 9114 §4.3: "Endpoints MUST treat a request or response that contains undefined or invalid
    // pseudo-header fields as malformed."
    all.add(request("an unknown pseudo-header field", BASE + "|:unknown|x"));
    all.add(request("a pseudo-header field without a name", BASE + "|:|x"));
    all.add(request("a pseudo-header field in upper case", BASE + "|:Path|/"));
    all.add(request("a line break in :path", ":method|GET|:scheme|https|:authority|a|:path|/\n"));
    all.add(request("a blank in :method", ":method|G T|:scheme|https|:authority|a|:path|/"));
    all.add(request("a slash in :authority", ":method|GET|:scheme|https|:authority|a/b|:path|/"));
    // RFC 9114 §4.3: "Pseudo-header fields defined for requests MUST NOT appear in responses;
    // pseudo-header fields defined for responses MUST NOT appear in requests."
    all.add(request(":status in a request", BASE + "|:status|200"));
    // RFC 9114 §4.3: "All pseudo-header fields MUST appear in the header section before regular
    // header fields."
    all.add(
        request(
            "a pseudo-header field last", ":method|GET|:scheme|https|:path|/|x|y|:authority|a"));
    fields(BASE, all);
    // RFC 9114 §4.2: "The only exception to this is the TE header field, which MAY be present in an
    // HTTP/3 request header; when it is, it MUST NOT contain any value other than "trailers"."
    all.add(request("te: gzip", BASE + "|te|gzip"));
    all.add(request("te: trailers, gzip", BASE + "|te|trailers, gzip"));
    return all;
  }

  /** What no header section may have. */
  private static void fields(String base, List<Arguments> all) {
    // RFC 9114 §4.2: "A request or response containing uppercase characters in field names MUST be
    // treated as malformed."
    all.add(request("upper case", base + "|Accept|x"));
    all.add(request("upper case at the end", base + "|x-lengtH|x"));
    // RFC 9114 §10.3: "Requests or responses containing invalid field names MUST be treated as
    // malformed."
    for (String name : List.of("", " ", "a b", "a:b", "a\r", "a\0", "a(b)", "\u00e9", "a\u007f")) {
      all.add(request("the name \"" + name + "\"", base + "|" + name + "|x"));
    }
    // RFC 9114 §10.3: "Any request or response that contains a character not permitted in a field
    // value MUST be treated as malformed."
    for (String value :
        List.of(
            "a\rb", "a\nb", "a\r\nb: c", "a\r\n b", "a\0", "\u0001", "\u007f", " a", "a ", "\t")) {
      all.add(request("the value \"" + value + "\"", base + "|x|" + value));
    }
    // RFC 9114 §4.2: "An endpoint MUST NOT generate an HTTP/3 field section containing
    // connection-specific fields; any message containing connection-specific fields MUST be treated
    // as malformed." RFC 9114 §4.1: "the Transfer-Encoding header field MUST NOT be used"
    for (String line :
        List.of(
            "connection|close",
            "connection|",
            "keep-alive|timeout=5",
            "proxy-connection|close",
            "transfer-encoding|chunked",
            "upgrade|h2c")) {
      all.add(request(line, base + "|" + line));
    }
    for (String length :
        List.of("", "x", "-1", "+1", "1,2", "1 ,1x", "0x1", "1e1", "9".repeat(20))) {
      all.add(request("content-length \"" + length + "\"", base + "|content-length|" + length));
    }
    all.add(request("two lengths", base + "|content-length|1|content-length|2"));
  }

  // RFC 9114 §4.1.2: "Malformed requests or responses that are detected MUST be treated as a stream
  // error of type H3_MESSAGE_ERROR."
  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedRequests")
  void rfc9114_4_1_2_aMalformedRequestEndsItsStreamOnly(String what, String spec) throws Exception {
    RawPeer client = client();
    Stream stream = client.request(section(spec));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream), what);
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), reset.errorCode(), what);
    assertTrue(RawPeer.readAll(client.wholeRequest(Wire.get())).length > 0, "others are served");
    assertEquals(1, served.size(), "the malformed request reached no handler");
  }

  static List<Arguments> malformedTrailers() {
    List<Arguments> all = new ArrayList<>();
    // RFC 9114 §4.3: "Pseudo-header fields MUST NOT appear in trailer sections."
    all.add(Arguments.of("a pseudo-header field", ":path|/"));
    // RFC 9114 §4.1: "On a given stream, receipt of multiple requests or receipt of an additional
    // HTTP response following a final HTTP response MUST be treated as malformed."
    all.add(Arguments.of("a second request", BASE));
    // RFC 9114 §4.2: "any message containing connection-specific fields MUST be treated as
    // malformed."
    all.add(Arguments.of("connection", "connection|close"));
    all.add(Arguments.of("te", "te|trailers"));
    all.add(Arguments.of("upper case", "Checksum|x"));
    all.add(Arguments.of("a line break", "x|a\nb"));
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedTrailers")
  void rfc9114_4_1_2_malformedTrailersEndTheirStreamOnly(String what, String spec)
      throws Exception {
    RawPeer client = client();
    Stream stream = client.request(Wire.get(), section(spec));
    StreamResetException reset =
        assertThrows(StreamResetException.class, () -> RawPeer.readAll(stream), what);
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), reset.errorCode(), what);
    assertTrue(RawPeer.readAll(client.wholeRequest(Wire.get())).length > 0, "others are served");
  }

  static List<Arguments> legalRequests() {
    return List.of(
        Arguments.of("host stands in", ":method|GET|:scheme|https|:path|/|host|a.test", "a.test"),
        Arguments.of("host in other letters", BASE + "|host|A.TEST", "a.test"),
        Arguments.of("te: trailers", BASE + "|te|trailers", "a.test"),
        Arguments.of("a blank within a value", BASE + "|x|a \tb", "a.test"),
        Arguments.of("octets above ASCII in a value", BASE + "|x|\u00e9", "a.test"),
        Arguments.of("an empty value", BASE + "|x|", "a.test"),
        Arguments.of(
            "the same length twice", BASE + "|content-length|0|content-length|0", "a.test"),
        Arguments.of("the same length in a list", BASE + "|content-length|0, 0", "a.test"),
        Arguments.of("OPTIONS *", ":method|OPTIONS|:scheme|https|:authority|a|:path|*", "a"),
        Arguments.of("a scheme without authority", ":method|GET|:scheme|urn|:path|x:y", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("legalRequests")
  void whatIsOddButLegalIsServed(String what, String spec, String authority) throws Exception {
    assertTrue(RawPeer.readAll(client().wholeRequest(section(spec))).length > 0, what);
    RequestHead head = served.poll(20, TimeUnit.SECONDS);
    assertEquals(authority, head == null || head.authority() == null ? "" : head.authority());
  }

  static List<Arguments> malformedResponses() {
    List<Arguments> all = new ArrayList<>();
    // RFC 9114 §4.3.2: "This pseudo-header field MUST be included in all responses; otherwise, the
    // response is malformed (see Section 4.1.2)."
    all.add(request("no :status", "server|x"));
    for (String status : List.of("", "20", "2000", "099", "600", "2x0", "+20", "101")) {
      all.add(request(":status " + status, ":status|" + status));
    }
    all.add(request(":status twice", OK + "|:status|200"));
    // RFC 9114 §4.3: "Endpoints MUST treat a request or response that contains undefined or invalid
    // pseudo-header fields as malformed."
    all.add(request("an unknown pseudo-header field", OK + "|:unknown|x"));
    // RFC 9114 §4.3: "Pseudo-header fields defined for requests MUST NOT appear in responses;
    // pseudo-header fields defined for responses MUST NOT appear in requests."
    all.add(request(":path in a response", OK + "|:path|/"));
    // RFC 9114 §4.3: "All pseudo-header fields MUST appear in the header section before regular
    // header fields."
    all.add(request(":status last", "server|x|" + OK));
    fields(OK, all);
    // RFC 9114 §4.2: "The only exception to this is the TE header field, which MAY be present in an
    // HTTP/3 request header; when it is, it MUST NOT contain any value other than "trailers"."
    all.add(request("te in a response", OK + "|te|trailers"));
    return all;
  }

  // RFC 9114 §4.1.2: "Malformed requests or responses that are detected MUST be treated as a stream
  // error of type H3_MESSAGE_ERROR." "Clients MUST NOT accept a malformed response."
  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedResponses")
  void rfc9114_4_1_2_aMalformedResponseEndsItsStreamOnly(String what, String spec)
      throws Exception {
    Answered answered = new Answered("GET");
    answered.write(section(spec));
    assertMalformed(answered, what);
  }

  static List<Arguments> malformedEnds() {
    List<Arguments> all = new ArrayList<>();
    // RFC 9114 §4.1: "On a given stream, receipt of multiple requests or receipt of an additional
    // HTTP response following a final HTTP response MUST be treated as malformed."
    all.add(Arguments.of("a second response", List.of(section(OK), section(OK))));
    all.add(
        Arguments.of(
            "an interim response behind the final one",
            List.of(section(OK), Wire.data("x"), section(":status|103"))));
    // RFC 9114 §4.3: "Pseudo-header fields MUST NOT appear in trailer sections."
    all.add(Arguments.of("trailers with :path", List.of(section(OK), section(":path|/"))));
    all.add(Arguments.of("trailers with te", List.of(section(OK), section("te|trailers"))));
    all.add(
        Arguments.of(
            "content above content-length",
            List.of(section(OK + "|content-length|1"), Wire.data("two"))));
    return all;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedEnds")
  void rfc9114_4_1_aResponseThatGoesOnWronglyIsMalformed(String what, List<byte[]> frames)
      throws Exception {
    Answered answered = new Answered("GET");
    answered.write(frames.toArray(byte[][]::new));
    assertMalformed(answered, what);
  }

  private static void assertMalformed(Answered answered, String what) {
    Http3Exception.OfStream error =
        assertThrows(Http3Exception.OfStream.class, answered::readAll, what);
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), error.code(), what);
    assertFalse(error.remote());
    assertTrue(answered.client.open(), "the connection goes on");
    assertEquals(0, answered.client.activeExchanges());
  }

  /** A client's request and the hand that writes the answer. */
  private static final class Answered {
    private final RawPeer server;
    private final Http3Client client;
    private final ClientExchange exchange;

    Answered(String method) throws Exception {
      MemoryTransport.Pair pair = MemoryTransport.pair();
      server = new RawPeer(pair.server());
      client = Http3Client.on(pair.client(), Http3Limits.CLIENT, Http3Events.NONE);
      exchange =
          client.send(
              RequestHead.of(method, "a", "/", List.of()),
              ByteBuffer.allocate(0),
              true,
              Deadline.after(Duration.ofSeconds(20)));
    }

    void write(byte[]... frames) throws Exception {
      RawPeer.write(request(), frames);
    }

    Stream request() {
      while (true) {
        for (Stream stream : server.accepted()) {
          if (stream.bidirectional()) {
            return stream;
          }
        }
        Thread.onSpinWait();
      }
    }

    void readAll() throws Exception {
      exchange.response(_ -> {}, Deadline.after(Duration.ofSeconds(20)));
      while (exchange.read(new byte[100], 0, 100) >= 0) {}
    }
  }

  // RFC 9114 §4.1.2: "can have a non-zero Content-Length header field even though no content is
  // included in DATA frames"
  @ParameterizedTest(name = "{0} answered with {1}")
  @CsvSource({"HEAD, 200", "GET, 304", "GET, 204"})
  void rfc9114_4_1_2_aResponseWithoutContentMayNameALength(String method, String status)
      throws Exception {
    Answered answered = new Answered(method);
    answered.write(Wire.headers(":status", status, "content-length", "1000"));
    answered.request().finish();
    answered.readAll();
    assertEquals(0, answered.client.activeExchanges());
  }

  @ParameterizedTest(name = "{0} answered with {1}")
  @CsvSource({"HEAD, 200", "GET, 304", "GET, 204"})
  void aResponseThatCanHaveNoContentIsMalformedWithIt(String method, String status)
      throws Exception {
    Answered answered = new Answered(method);
    answered.write(Wire.headers(":status", status, "content-length", "1"), Wire.data("x"));
    assertMalformed(answered, status);
  }

  // RFC 9114 §4.2.1: "If a decompressed field section contains multiple cookie field lines, these
  // MUST be concatenated into a single byte string using the two-byte delimiter of "; " (ASCII
  // 0x3b,
  // 0x20) [...]"
  @Test
  void rfc9114_4_2_1_cookieCrumbsReachTheHandlerAsOne() throws Exception {
    RawPeer client = client();
    RawPeer.readAll(client.wholeRequest(section(BASE + "|cookie|a=1|x|y|cookie|b=2|cookie|")));
    RequestHead head = served.poll(20, TimeUnit.SECONDS);
    assertEquals(
        List.of(new FieldLine("cookie", "a=1; b=2; ", true), new FieldLine("x", "y")),
        head == null ? null : head.fields());
  }
}
