package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.qpack.FieldLine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageHeadTest {
  private static final String M = ":method|GET";
  private static final String BASE = M + "|:scheme|https|:authority|a.test|:path|/";

  private static List<FieldLine> lines(String spec) {
    return Wire.lines(spec.split("\\|", -1));
  }

  @Test
  void aLegalRequestKeepsEverything() throws Exception {
    RequestHead head = RequestHead.parse(lines(BASE + "|accept|*/*|te|trailers|x|"));
    assertEquals("GET", head.method());
    assertEquals("https", head.scheme());
    assertEquals("a.test", head.authority());
    assertEquals("/", head.path());
    assertEquals(lines("accept|*/*|te|trailers|x|"), head.fields());
    assertEquals(lines(BASE + "|accept|*/*|te|trailers|x|"), head.toFieldLines());
  }

  @Test
  void rfc9114_4_3_1_hostStandsInForAuthority() throws Exception {
    assertEquals(
        "b.test",
        RequestHead.parse(lines(":method|GET|:scheme|https|:path|/|host|b.test")).authority());
    assertEquals("a.test", RequestHead.parse(lines(BASE + "|host|A.test")).authority());
  }

  @Test
  void rfc9114_4_4_connectHasAnAuthorityOnly() throws Exception {
    RequestHead head = RequestHead.parse(lines(":method|CONNECT|:authority|a.test:443"));
    assertNull(head.scheme());
    assertNull(head.path());
    assertEquals(
        "websocket",
        RequestHead.parse(
                lines(":method|CONNECT|:protocol|websocket|:scheme|https|:authority|a|:path|/chat"))
            .protocol());
  }

  // RFC 9114 §4.2.1: "multiple cookie field lines, these MUST be concatenated into a single byte
  // string using the two-byte delimiter of "; " (ASCII 0x3b, 0x20)"
  @Test
  void rfc9114_4_2_1_cookieCrumbsAreJoined() throws Exception {
    RequestHead head = RequestHead.parse(lines(BASE + "|cookie|a=1|x|y|cookie|b=2|cookie|c=3"));
    assertEquals(lines("cookie|a=1; b=2; c=3|x|y"), head.fields());
  }

  @Test
  void optionsMayAskForTheServerItself() throws Exception {
    assertEquals(
        "*", RequestHead.parse(lines(":method|OPTIONS|:scheme|https|:authority|a|:path|*")).path());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":scheme|https|:authority|a|:path|/",
        ":method|GET|:authority|a|:path|/",
        ":method|GET|:scheme|https|:authority|a",
        ":method|GET|:scheme|https|:path|/",
        ":method|GET|:scheme|https|:authority||:path|/",
        ":method|GET|:scheme|https|:authority|u@a|:path|/",
        ":method|GET|:scheme|https|:authority|a b|:path|/",
        ":method|GET|:scheme|https|:authority|a|:path|",
        ":method|GET|:scheme|https|:authority|a|:path|x",
        ":method|GET|:scheme|https|:authority|a|:path|*",
        ":method|GET|:scheme|https|:authority|a|:path|/a b",
        ":method|GET|:scheme|https|:authority|a|:path|/#f",
        ":method|G T|:scheme|https|:authority|a|:path|/",
        ":method||:scheme|https|:authority|a|:path|/",
        ":method|GET|:method|GET|:scheme|https|:authority|a|:path|/",
        ":method|GET|:scheme|https|:authority|a|:path|/|:path|/",
        ":method|GET|:scheme|https|:authority|a|:path|/|:status|200",
        ":method|GET|:scheme|https|:authority|a|:path|/|:extra|1",
        ":method|GET|:scheme|https|:authority|a|:path|/|:protocol|websocket",
        ":method|GET|x|y|:scheme|https|:authority|a|:path|/",
        ":method|CONNECT|:authority|a:443|:path|/",
        ":method|CONNECT|:authority|a:443|:scheme|https",
        ":method|CONNECT",
        ":method|CONNECT|:authority|a",
        ":method|CONNECT|:authority|a:",
        ":method|CONNECT|:authority|:443",
        ":method|CONNECT|:authority|a:0",
        ":method|CONNECT|:authority|a:65536",
        ":method|CONNECT|:authority|a:99999999999",
        ":method|CONNECT|:authority|a:44x",
        ":method|CONNECT|:protocol|websocket|:authority|a",
        ":method|CONNECT|:protocol|websocket|:scheme|https|:authority|a",
        ":method|CONNECT|:protocol|websocket|:path|/|:authority|a",
        ":method|CONNECT|:protocol|websocket|:scheme|https|:path|/",
        ":method|CONNECT|:protocol||:scheme|https|:path|/|:authority|a",
        ":method|CONNECT|:protocol|web socket|:scheme|https|:path|/|:authority|a",
        ":method|CONNECT|:protocol|a/b/c|:scheme|https|:path|/|:authority|a",
        ":method|CONNECT|:protocol|a|:protocol|a|:scheme|https|:path|/|:authority|a",
        BASE + "|host|other",
        BASE + "|host|a.test|host|a.test",
        BASE + "|host|",
        BASE + "|Accept|x",
        BASE + "||x",
        BASE + "|a b|x",
        BASE + "|a:b|x",
        BASE + "|a\u00e9|x",
        BASE + "|connection|close",
        BASE + "|keep-alive|1",
        BASE + "|proxy-connection|x",
        BASE + "|transfer-encoding|chunked",
        BASE + "|upgrade|h2c",
        BASE + "|te|gzip",
        BASE + "|x|a\rb",
        BASE + "|x|a\nb",
        BASE + "|x|a\0b",
        BASE + "|x|a\u007fb",
        BASE + "|x| a",
        BASE + "|x|a\t",
        BASE + "|content-length|x",
        BASE + "|content-length|-1",
        BASE + "|content-length|+1",
        BASE + "|content-length|1,2",
        BASE + "|content-length|1|content-length|2",
        BASE + "|content-length|99999999999999999999"
      })
  void rfc9114_4_1_2_aMalformedRequestIsAMessageError(String spec) {
    Http3Exception.OfStream error =
        assertThrows(Http3Exception.OfStream.class, () -> RequestHead.parse(lines(spec)));
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), error.code());
    assertTrue(String.valueOf(error.getMessage()).contains("RFC 9114 §"), error.getMessage());
  }

  @ParameterizedTest
  @CsvSource({":status|200, 200", ":status|103|link|</a>, 103", ":status|599, 599"})
  void aLegalResponseKeepsItsStatus(String spec, int status) throws Exception {
    assertEquals(status, ResponseHead.parse(lines(spec)).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x|y",
        ":status|",
        ":status|20",
        ":status|2000",
        ":status|099",
        ":status|600",
        ":status|2x0",
        ":status|101",
        ":status|200|:status|200",
        ":status|200|:method|GET",
        "x|y|:status|200",
        ":status|200|Server|x",
        ":status|200|connection|close",
        ":status|200|content-length|a"
      })
  void rfc9114_4_1_2_aMalformedResponseIsAMessageError(String spec) {
    Http3Exception.OfStream error =
        assertThrows(Http3Exception.OfStream.class, () -> ResponseHead.parse(lines(spec)));
    assertEquals(Http3Error.H3_MESSAGE_ERROR.code(), error.code());
  }

  // RFC 9114 §4.3: "Pseudo-header fields MUST NOT appear in trailer sections."
  @Test
  void rfc9114_4_3_trailersHaveNoPseudoHeaderFields() throws Exception {
    assertEquals(lines("a|b"), FieldRules.trailers(lines("a|b")));
    assertThrows(Http3Exception.OfStream.class, () -> FieldRules.trailers(lines(":status|200")));
    assertThrows(Http3Exception.OfStream.class, () -> FieldRules.trailers(lines("A|b")));
  }
}
