package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostMapTest {

  @Test
  void resolveNamesAddressesForOneHostAndPort() throws Exception {
    HostMap map = new HostMap(List.of("Example.com:443:192.0.2.1,[2001:db8::1]"), false, false);
    assertEquals(
        List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1")),
        map.addresses("example.COM", 443));
    assertFalse(map.plain());
  }

  @Test
  void starStandsForAnyHost() throws Exception {
    HostMap map = new HostMap(List.of("*:8443:127.0.0.1"), false, false);
    assertEquals(List.of(InetAddress.ofLiteral("127.0.0.1")), map.addresses("whatever.test", 8443));
  }

  @Test
  void familyIsFiltered() throws Exception {
    List<String> entries = List.of("h:1:192.0.2.1,2001:db8::1");
    assertEquals(
        List.of(InetAddress.ofLiteral("192.0.2.1")),
        new HostMap(entries, true, false).addresses("h", 1));
    assertEquals(
        List.of(InetAddress.ofLiteral("2001:db8::1")),
        new HostMap(entries, false, true).addresses("h", 1));
  }

  @Test
  void hostWithoutTheWantedFamilyIsUnknown() throws Exception {
    HostMap map = new HostMap(List.of("h:1:192.0.2.1"), false, true);
    assertThrows(UnknownHostException.class, () -> map.addresses("h", 1));
  }

  @Test
  void withoutOptionsThePlatformAnswers() throws Exception {
    assertTrue(new HostMap(List.of(), false, false).plain());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "host", "host:443", "host:x:1.2.3.4", "host:443:name", ":443:1.2.3.4"})
  void malformedEntriesAreRefused(String entry) {
    CommandFailure failure =
        assertThrows(CommandFailure.class, () -> new HostMap(List.of(entry), false, false));
    assertEquals(ExitCode.USAGE, failure.exitCode());
  }

  @ParameterizedTest
  @CsvSource({
    "0:0:0:0:0:0:0:1, ::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "fe80:0:0:0:0:0:0:1%eth0, fe80::1%eth0",
    "0:0:0:0:0:0:0:0, ::"
  })
  void ipv6IsWrittenAsRfc5952Says(String address, String text) {
    assertEquals(text, Ipv6Text.shortest(address));
  }
}
