package dev.h3kit.cli.get.cookies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieJarTest {
  private final AtomicLong now = new AtomicLong(1_700_000_000);
  private final CookieJar jar = new CookieJar(now::get);

  // RFC 6265 §5.4: "Cookies with longer paths are listed before cookies with shorter paths."
  @Test
  void longerPathsComeFirst() {
    set("a=1; Path=/", "b=2; Path=/deep", "c=3");
    assertEquals("b=2; a=1", jar.header("www.site.test", "/deep/er", true));
    assertEquals("a=1", jar.header("www.site.test", "/deeper", true));
    assertEquals("c=3; a=1", jar.header("www.site.test", "/dir/x", true));
  }

  // RFC 6265 §5.3: "If the canonicalized request-host does not domain-match the
  // domain-attribute: Ignore the cookie entirely"
  @ParameterizedTest
  @CsvSource({
    "site.test, www.site.test, true",
    "site.test, site.test, true",
    ".site.test, other.site.test, true",
    "www.site.test, site.test, false",
    "other.test, other.test, false",
    "test, site.test, false",
    "ite.test, ite.test, false"
  })
  void domainIsTheServersOwnOrAbove(String domain, String host, boolean sent) {
    set("a=1; Path=/; Domain=" + domain);
    assertEquals(sent ? "a=1" : "", jar.header(host, "/", true));
  }

  @Test
  void withoutADomainItIsTheHostsAlone() {
    set("a=1; Path=/");
    assertEquals("", jar.header("x.www.site.test", "/", true));
    assertEquals("", jar.header("site.test", "/", true));
  }

  @Test
  void addressesHaveNoSubdomains() {
    jar.take(List.of("a=1; Domain=0.0.1"), "127.0.0.1", "/", true);
    assertEquals("", jar.header("127.0.0.1", "/", true));
  }

  @Test
  void secureCookiesStayOnHttps() {
    set("a=1; Path=/; Secure");
    assertEquals("", jar.header("www.site.test", "/", false));
    assertEquals("a=1", jar.header("www.site.test", "/", true));
    jar.take(List.of("a=evil; Path=/", "b=2; Path=/; Secure"), "www.site.test", "/", false);
    assertEquals("a=1", jar.header("www.site.test", "/", true));
  }

  // RFC 6265 §5.3: Max-Age goes before Expires.
  @Test
  void cookiesExpire() {
    set("a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/");
    assertEquals("a=1", jar.header("www.site.test", "/", true));
    now.addAndGet(11);
    assertEquals("", jar.header("www.site.test", "/", true));
    set("b=1; Path=/", "b=; Max-Age=0; Path=/");
    assertEquals("", jar.header("www.site.test", "/", true));
  }

  // RFC 6265 §5.1.1
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-15 07:28:00 GMT",
        "Wed Oct 21 07:28:00 2015", "21 OCT 2015 07:28:00"
      })
  void datesAreReadAsServersWriteThem(String date) {
    assertEquals(1_445_412_480L, SetCookie.date(date));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "novalue",
        "=1",
        "a=\u0001",
        "__Secure-a=1",
        "__Host-a=1; Secure",
        "__Host-a=1; Path=/",
        "__Host-a=1; Path=/; Secure; Domain=site.test"
      })
  void whatIsNoCookieIsIgnored(String field) {
    set(field);
    assertEquals("", jar.header("www.site.test", "/dir/x", true));
  }

  // RFC 6265 §6.1: "At least 50 cookies per domain.", "At least 3000 cookies total."
  @Test
  void theJarIsBounded() {
    for (int i = 0; i <= CookieJar.MOST_OF_A_DOMAIN; i++) {
      set("c" + i + "=1; Path=/");
    }
    assertEquals(CookieJar.MOST_OF_A_DOMAIN, jar.all().size());
    assertFalse((jar.header("www.site.test", "/", true) + ";").contains("c0=1;"));
    for (int i = 0; i < CookieJar.MOST; i++) {
      jar.take(List.of("a=1"), "h" + i + ".test", "/", true);
    }
    assertEquals(CookieJar.MOST, jar.all().size());
  }

  @Test
  void aFileHoldsThemInNetscapesFormat(@TempDir Path folder) throws Exception {
    set("a=1; Path=/; Domain=site.test; Max-Age=100", "b=2; HttpOnly; Secure");
    Path file = folder.resolve("jar");
    CookieFile.write(file.toString(), jar);
    String text = Files.readString(file);
    assertTrue(
        text.endsWith(
            """

            #HttpOnly_www.site.test\tFALSE\t/dir\tTRUE\t0\tb\t2
            .site.test\tTRUE\t/\tFALSE\t1700000100\ta\t1
            """),
        text);
    CookieJar again = new CookieJar(now::get);
    CookieFile.read(file.toString(), again, true, warning -> {});
    assertEquals(text, CookieFile.text(again));
    CookieJar lasting = new CookieJar(now::get);
    CookieFile.read(file.toString(), lasting, false, warning -> {});
    assertEquals("a=1", lasting.header("www.site.test", "/dir", true));
  }

  @Test
  void corruptLinesAreLeftOutWithAWarning(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("jar"), "garbage\nx\ty\n\0\0\0\nsite.test\tFALSE\t/\tFALSE\t0\tok\t1\n");
    List<String> warnings = new ArrayList<>();
    CookieFile.read(file.toString(), jar, true, warnings::add);
    assertEquals(List.of("3 lines of " + file + " are no cookies"), warnings);
    assertEquals("ok=1", jar.header("site.test", "/", true));
  }

  @Test
  void aFileThatCannotBeWrittenStaysAsItWas(@TempDir Path folder) {
    assertThrows(
        IOException.class, () -> CookieFile.write(folder.resolve("no/jar").toString(), jar));
  }

  private void set(String... fields) {
    jar.take(List.of(fields), "www.site.test", "/dir/page", true);
  }
}
