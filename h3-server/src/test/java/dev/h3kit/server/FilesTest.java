package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.server.TestClient.Answer;
import dev.h3kit.server.TestClient.Ask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The semantics of RFC 9110 for files, the same over every version of HTTP. */
class FilesTest {
  private static final String DIGITS = "0123456789";
  private static final byte[] BIG = new byte[3_000_001];

  @TempDir static Path folder;
  private static ServedSite site;

  @BeforeAll
  static void serve() throws IOException {
    new Random(1).nextBytes(BIG);
    site = ServedSite.ofFiles(folder);
    Path digits = site.write("digits.txt", DIGITS);
    Files.setLastModifiedTime(digits, FileTime.from(Instant.parse("2024-02-03T04:05:06.789Z")));
    site.write("empty.txt", "");
    site.write("page/index.html", "<p>start");
    site.write("plain/sub/x.txt", "x");
    site.write("LICENSE", "free as in \u00fcber");
    Files.write(site.root.resolve("blob"), new byte[] {0, 1, 2, 3});
    Files.write(site.root.resolve("big.bin"), BIG);
  }

  @AfterAll
  static void stop() {
    site.close();
  }

  private static Answer get(HttpProtocol protocol, String target, String... fields)
      throws Exception {
    return site.client(protocol).send(Ask.get(target, fields));
  }

  private static String etag(HttpProtocol protocol, String target) throws Exception {
    return get(protocol, target).field("etag").orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void aFileComesWholeWithItsValidators(HttpProtocol protocol) throws Exception {
    Answer answer = get(protocol, "/digits.txt");
    assertEquals(200, answer.status());
    assertEquals(DIGITS, answer.text());
    assertEquals("10", answer.field("content-length").orElseThrow());
    assertEquals("text/plain;charset=utf-8", answer.field("content-type").orElseThrow());
    assertEquals("bytes", answer.field("accept-ranges").orElseThrow());
    assertEquals("no-cache", answer.field("cache-control").orElseThrow());
    assertEquals("Sat, 03 Feb 2024 04:05:06 GMT", answer.field("last-modified").orElseThrow());
    assertTrue(answer.field("etag").orElseThrow().matches("\"[0-9a-f-]+\""));
    assertTrue(answer.field("date").isPresent());
  }

  @ParameterizedTest
  @EnumSource
  void aLargeFileComesWhole(HttpProtocol protocol) throws Exception {
    assertArrayEquals(BIG, get(protocol, "/big.bin").content());
  }

  @ParameterizedTest
  @EnumSource
  void anEmptyFileHasNoContent(HttpProtocol protocol) throws Exception {
    Answer answer = get(protocol, "/empty.txt");
    assertEquals(200, answer.status());
    assertEquals("0", answer.field("content-length").orElseThrow());
    assertEquals(0, answer.content().length);
  }

  @ParameterizedTest
  @EnumSource
  void headAnswersAsGetWithoutContent(HttpProtocol protocol) throws Exception {
    Answer answer = site.client(protocol).send(Ask.of("HEAD", "/big.bin"));
    assertEquals(200, answer.status());
    assertEquals("3000001", answer.field("content-length").orElseThrow());
    assertEquals(0, answer.content().length);
    assertEquals(404, site.client(protocol).send(Ask.of("HEAD", "/nothing")).status());
    assertEquals(200, site.client(protocol).send(Ask.of("HEAD", "/plain/")).status());
  }

  @ParameterizedTest
  @EnumSource
  void otherMethodsAreNotAllowed(HttpProtocol protocol) throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
      Answer answer =
          site.client(protocol).send(Ask.of(method, "/digits.txt").with(new byte[200_000]));
      assertEquals(405, answer.status(), method);
      assertEquals("GET, HEAD, OPTIONS", answer.field("allow").orElseThrow());
    }
    Answer options = site.client(protocol).send(Ask.of("OPTIONS", "/digits.txt"));
    assertEquals(204, options.status());
    assertEquals("GET, HEAD, OPTIONS", options.field("allow").orElseThrow());
  }

  @ParameterizedTest
  @EnumSource
  void namesTellTheMediaTypeAndContentWhereTheyDoNot(HttpProtocol protocol) throws Exception {
    assertEquals(
        "text/plain;charset=utf-8", get(protocol, "/LICENSE").field("content-type").orElseThrow());
    assertEquals(
        "application/octet-stream", get(protocol, "/blob").field("content-type").orElseThrow());
    assertEquals(
        "text/html;charset=utf-8", get(protocol, "/page/").field("content-type").orElseThrow());
  }

  @ParameterizedTest
  @EnumSource
  void aFolderAnswersWithItsIndexFileOrIsListed(HttpProtocol protocol) throws Exception {
    assertEquals("<p>start", get(protocol, "/page/").text());
    Answer listing = get(protocol, "/plain/");
    assertEquals(200, listing.status());
    assertTrue(listing.text().contains("href=\"./sub/\""));
    assertTrue(
        listing.field("content-security-policy").orElseThrow().contains("default-src 'none'"));
  }

  @ParameterizedTest
  @EnumSource
  void aFolderWithoutItsSlashIsRedirected(HttpProtocol protocol) throws Exception {
    Answer answer = get(protocol, "/plain/sub?a=b");
    assertEquals(302, answer.status());
    assertEquals("/plain/sub/?a=b", answer.field("location").orElseThrow());
  }

  @ParameterizedTest
  @EnumSource
  void ifNoneMatchComparesWeakly(HttpProtocol protocol) throws Exception {
    // RFC 9110 §13.1.2
    String etag = etag(protocol, "/digits.txt");
    for (String value : new String[] {etag, "W/" + etag, "\"a,b\", " + etag, "*"}) {
      Answer answer = get(protocol, "/digits.txt", "If-None-Match", value);
      assertEquals(304, answer.status(), value);
      assertEquals(0, answer.content().length);
      assertEquals(etag, answer.field("etag").orElseThrow());
    }
    assertEquals(200, get(protocol, "/digits.txt", "If-None-Match", "\"other\"").status());
  }

  @ParameterizedTest
  @EnumSource
  void ifMatchComparesStrongly(HttpProtocol protocol) throws Exception {
    // RFC 9110 §13.1.1
    String etag = etag(protocol, "/digits.txt");
    assertEquals(200, get(protocol, "/digits.txt", "If-Match", etag).status());
    assertEquals(200, get(protocol, "/digits.txt", "If-Match", "*").status());
    assertEquals(412, get(protocol, "/digits.txt", "If-Match", "W/" + etag).status());
    assertEquals(412, get(protocol, "/digits.txt", "If-Match", "\"other\"").status());
  }

  @ParameterizedTest
  @EnumSource
  void datesAreComparedInSecondsAndIgnoredWhenInvalid(HttpProtocol protocol) throws Exception {
    // RFC 9110 §13.1.3, §13.1.4
    String same = "Sat, 03 Feb 2024 04:05:06 GMT";
    String before = "Sat, 03 Feb 2024 04:05:05 GMT";
    assertEquals(304, get(protocol, "/digits.txt", "If-Modified-Since", same).status());
    assertEquals(200, get(protocol, "/digits.txt", "If-Modified-Since", before).status());
    assertEquals(200, get(protocol, "/digits.txt", "If-Modified-Since", "yesterday").status());
    assertEquals(200, get(protocol, "/digits.txt", "If-Unmodified-Since", same).status());
    assertEquals(412, get(protocol, "/digits.txt", "If-Unmodified-Since", before).status());
    assertEquals(200, get(protocol, "/digits.txt", "If-Unmodified-Since", "yesterday").status());
  }

  @ParameterizedTest
  @EnumSource
  void entityTagsGoBeforeDates(HttpProtocol protocol) throws Exception {
    // RFC 9110 §13.2.2
    String etag = etag(protocol, "/digits.txt");
    String future = "Sat, 03 Feb 2034 04:05:06 GMT";
    assertEquals(
        200,
        get(protocol, "/digits.txt", "If-None-Match", "\"x\"", "If-Modified-Since", future)
            .status());
    String past = "Sat, 03 Feb 2014 04:05:06 GMT";
    assertEquals(
        200, get(protocol, "/digits.txt", "If-Match", etag, "If-Unmodified-Since", past).status());
  }

  @ParameterizedTest
  @EnumSource
  void aSingleRangeComesAlone(HttpProtocol protocol) throws Exception {
    // RFC 9110 §14.1.2
    String[][] cases = {
      {"bytes=2-4", "234", "bytes 2-4/10"},
      {"bytes=7-", "789", "bytes 7-9/10"},
      {"bytes=-3", "789", "bytes 7-9/10"},
      {"bytes=-30", DIGITS, "bytes 0-9/10"},
      {"bytes=5-900", "56789", "bytes 5-9/10"},
      {"Bytes=0-0", "0", "bytes 0-0/10"},
      {"bytes=2-3,4-5", "2345", "bytes 2-5/10"},
      {"bytes=2-3,50-60", "23", "bytes 2-3/10"},
    };
    for (String[] expected : cases) {
      Answer answer = get(protocol, "/digits.txt", "Range", expected[0]);
      assertEquals(206, answer.status(), expected[0]);
      assertEquals(expected[1], answer.text(), expected[0]);
      assertEquals(expected[2], answer.field("content-range").orElseThrow());
      assertEquals(
          Integer.toString(expected[1].length()), answer.field("content-length").orElseThrow());
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalRangesComeAsParts(HttpProtocol protocol) throws Exception {
    // RFC 9110 §14.6
    Answer answer = get(protocol, "/digits.txt", "Range", "bytes=0-1, 5-6");
    assertEquals(206, answer.status());
    String type = answer.field("content-type").orElseThrow();
    assertTrue(type.startsWith("multipart/byteranges; boundary="), type);
    String boundary = type.substring(type.indexOf('=') + 1);
    assertEquals(
        "--%1$s\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
                .formatted(boundary)
            + "\r\n--%1$s\r\nContent-Type: text/plain;charset=utf-8\r\nContent-Range: bytes 5-6/10"
                .formatted(boundary)
            + "\r\n\r\n56\r\n--"
            + boundary
            + "--\r\n",
        answer.text());
    assertEquals(
        Integer.toString(answer.content().length), answer.field("content-length").orElseThrow());
  }

  @ParameterizedTest
  @EnumSource
  void rangesThatAreNotUnderstoodAreIgnored(HttpProtocol protocol) throws Exception {
    String tooMany =
        "bytes="
            + IntStream.rangeClosed(0, ByteRanges.MOST)
                .mapToObj(i -> i * 2 + "-" + i * 2)
                .collect(Collectors.joining(","));
    for (String value :
        new String[] {
          "lines=1-2", "bytes=", "bytes=-", "bytes=4-2", "bytes=a-b", "bytes=1-2,x", tooMany
        }) {
      Answer answer = get(protocol, "/digits.txt", "Range", value);
      assertEquals(200, answer.status(), value);
      assertEquals(DIGITS, answer.text());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRangeBehindTheEndIsNotSatisfiable(HttpProtocol protocol) throws Exception {
    // RFC 9110 §15.5.17
    for (String value : new String[] {"bytes=10-", "bytes=-0", "bytes=10-11,99-"}) {
      Answer answer = get(protocol, "/digits.txt", "Range", value);
      assertEquals(416, answer.status(), value);
      assertEquals("bytes */10", answer.field("content-range").orElseThrow());
    }
    assertEquals(416, get(protocol, "/empty.txt", "Range", "bytes=0-").status());
  }

  @ParameterizedTest
  @EnumSource
  void ifRangeAsksForTheRangeOnlyOfTheSameFile(HttpProtocol protocol) throws Exception {
    // RFC 9110 §13.1.5
    String etag = etag(protocol, "/digits.txt");
    String[][] cases = {
      {etag, "206"},
      {"W/" + etag, "200"},
      {"\"other\"", "200"},
      {"Sat, 03 Feb 2024 04:05:06 GMT", "206"},
      {"Sat, 03 Feb 2034 04:05:06 GMT", "200"},
      {"nonsense", "200"},
    };
    for (String[] expected : cases) {
      Answer answer = get(protocol, "/digits.txt", "Range", "bytes=0-0", "If-Range", expected[0]);
      assertEquals(Integer.parseInt(expected[1]), answer.status(), expected[0]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rangeIsForGetAlone(HttpProtocol protocol) throws Exception {
    Answer head = site.client(protocol).send(Ask.of("HEAD", "/digits.txt", "Range", "bytes=0-1"));
    assertEquals(200, head.status());
  }

  @ParameterizedTest
  @EnumSource
  void theEntityTagChangesWithTheFile(HttpProtocol protocol) throws Exception {
    String name = "changing-" + protocol + ".txt";
    Path file = site.write(name, "one");
    String before = etag(protocol, "/" + name);
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2024-01-01T00:00:00Z")));
    assertNotEquals(before, etag(protocol, "/" + name));
  }

  @ParameterizedTest
  @EnumSource
  void everyRequestIsLogged(HttpProtocol protocol) throws Exception {
    site.client(protocol).send(Ask.get("/log-" + protocol + "?q=1"));
    AccessLogEntry entry;
    do {
      entry = Objects.requireNonNull(site.log.poll(10, TimeUnit.SECONDS));
    } while (!entry.target().startsWith("/log-" + protocol));
    assertEquals("/log-" + protocol + "?q=1", entry.target());
    assertEquals("GET", entry.method());
    assertEquals(404, entry.status());
    assertEquals(protocol, entry.protocol());
    assertTrue(entry.bytes() > 0);
    assertTrue(entry.whole());
    assertFalse(entry.duration().isNegative());
  }

  @ParameterizedTest
  @EnumSource
  void altSvcOffersHttp3ToOthers(HttpProtocol protocol) throws Exception {
    // RFC 9114 §3.1.1
    String expected = "h3=\":" + site.server.port() + "\"; ma=86400";
    assertEquals(
        protocol == HttpProtocol.H3 ? null : expected,
        get(protocol, "/digits.txt").field("alt-svc").orElse(null));
  }

  @ParameterizedTest
  @EnumSource
  void errorsAreShortAndTellNothingOfTheInside(HttpProtocol protocol) throws Exception {
    Answer plain = get(protocol, "/nothing");
    assertEquals("404 Not Found\n", plain.text());
    Answer html = get(protocol, "/%3Cscript%3E", "Accept", "text/html");
    assertFalse(html.text().contains("<script>"), html.text());
    assertFalse(html.text().toLowerCase(java.util.Locale.ROOT).contains("jetty"));
  }
}
