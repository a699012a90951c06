package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.qpack.OctetBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerSettingsTest {

  private static PeerSettings parse(String hex) throws Http3Exception {
    byte[] payload = Wire.hex(hex);
    return PeerSettings.parse(payload, 0, payload.length);
  }

  // RFC 9114 §7.2.4.1: "Endpoints SHOULD include at least one such setting in their SETTINGS
  // frame."
  @Test
  void whatWeSendIsWhatAPeerReads() throws Exception {
    OctetBuffer out = new OctetBuffer();
    PeerSettings.write(out, Http3Limits.SERVER, Map.of(), new Grease(1, 1));
    assertEquals(FrameType.SETTINGS, out.array()[0]);
    PeerSettings read = PeerSettings.parse(out.array(), 2, out.length() - 2);
    assertEquals(16 << 10, read.maxFieldSectionSize());
    assertEquals(4096, read.tableCapacity());
    assertEquals(16, read.blockedStreams());
    assertTrue(
        read.all().keySet().stream().anyMatch(id -> id >= 0x21 && (id - 0x21) % 0x1f == 0),
        "a reserved setting is sent");
  }

  // RFC 9114 §7.2.4: "An implementation MUST ignore any parameter with an identifier it does not
  // understand."
  // RFC 9114 §7.2.4.1: "Endpoints MUST NOT consider such settings to have any meaning upon
  // receipt."
  @Test
  void rfc9114_7_2_4_unknownSettingsAreIgnored() throws Exception {
    PeerSettings read = parse("21 05  40ff 07  0a 0b");
    assertEquals(PeerSettings.DEFAULT.tableCapacity(), read.tableCapacity());
    assertEquals(3, read.all().size());
  }

  @Test
  void anEmptyFrameMeansTheDefaults() throws Exception {
    assertEquals(PeerSettings.DEFAULT, parse(""));
  }

  // RFC 9114 §7.2.4.1: "These reserved settings MUST NOT be sent, and their receipt MUST be treated
  // as a connection error of type H3_SETTINGS_ERROR."
  // RFC 9114 §7.2.4: "The same setting identifier MUST NOT occur more than once in the SETTINGS
  // frame."
  // RFC 8441 §3: "The value of the parameter MUST be 0 or 1."
  // RFC 9114 §7.1: "A frame payload that contains additional bytes after the identified fields or a
  // frame payload that terminates before the end of the identified fields MUST be treated as a
  // connection error of type H3_FRAME_ERROR."
  // RFC 9297 §2.1.1: "If the SETTINGS_H3_DATAGRAM setting is received with a value that is neither
  // 0 nor 1, the receiver MUST terminate the connection with error H3_SETTINGS_ERROR."
  // RFC 9297 §2.1.1: "The value of the SETTINGS_H3_DATAGRAM setting MUST be either 0 or 1."
  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource({
    "0005, 265, HTTP/2 setting 0x00",
    "0205, 265, HTTP/2 setting 0x02",
    "0305, 265, HTTP/2 setting 0x03",
    "0405, 265, HTTP/2 setting 0x04",
    "0505, 265, HTTP/2 setting 0x05",
    "0601 0602, 265, a setting twice",
    "0802, 265, ENABLE_CONNECT_PROTOCOL neither 0 nor 1",
    "3302, 265, H3_DATAGRAM neither 0 nor 1",
    "33 02, 265, H3_DATAGRAM neither 0 nor 1",
    "06, 262, a setting without value",
    "0640, 262, a value cut off",
    "40, 262, an identifier cut off"
  })
  void refusesWhatTheRfcForbids(String hex, long code, String what) {
    Http3Exception.OfConnection error =
        assertThrows(Http3Exception.OfConnection.class, () -> parse(hex), what);
    assertEquals(code, error.code(), what);
  }
}
