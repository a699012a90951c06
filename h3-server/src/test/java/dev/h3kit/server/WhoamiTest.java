package dev.h3kit.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.server.TestClient.Answer;
import dev.h3kit.server.TestClient.Ask;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code /.h3/whoami} over every protocol. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhoamiTest {
  private static final String HTML = "text/html,application/xhtml+xml,*/*;q=0.8";

  private final ServedSite site;

  WhoamiTest(@TempDir Path folder) throws Exception {
    site = ServedSite.ofFiles(folder);
  }

  @AfterAll
  void stop() {
    site.close();
  }

  private Answer ask(HttpProtocol protocol, Ask ask) throws Exception {
    return site.client(protocol).send(ask);
  }

  private static String value(String json, String key) {
    Matcher matcher = Pattern.compile("\"" + key + "\": (\"[^\"]*\"|[^,\\s]+)").matcher(json);
    assertTrue(matcher.find(), key + " in " + json);
    return matcher.group(1);
  }

  @ParameterizedTest
  @EnumSource
  void aProgramGetsJson(HttpProtocol protocol) throws Exception {
    for (Ask ask : List.of(Ask.get("/.h3/whoami"), Ask.get("/.h3/whoami?json", "accept", HTML))) {
      Answer answer = ask(protocol, ask);
      assertEquals(200, answer.status());
      assertEquals(Optional.of("application/json"), answer.field("content-type"));
      String json = answer.text();
      String expected =
          switch (protocol) {
            case H1 -> "HTTP/1.1";
            case H2 -> "HTTP/2";
            case H3 -> "HTTP/3";
          };
      assertEquals('"' + expected + '"', value(json, "protocol"));
      assertEquals("\"TLSv1.3\"", value(json, "tls_protocol"));
      assertTrue(value(json, "remote_address").matches("\"(127.0.0.1|\\[0:.*:1]):\\d+\""), json);
      assertTrue(value(json, "local_address").endsWith(":" + site.server.port() + "\""), json);
      boolean streams = protocol != HttpProtocol.H1;
      assertTrue(value(json, "stream").matches(streams ? "\\d+" : "null"), json);
      boolean http3 = protocol == HttpProtocol.H3;
      assertTrue(value(json, "tls_cipher").matches(http3 ? "null" : "\"TLS_\\w+\""), json);
      assertTrue(value(json, "smoothed_rtt_ms").matches(http3 ? "\\d+\\.\\d+" : "null"), json);
      assertEquals(http3, json.contains("qpack_requests"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBrowserGetsAPageWithoutScript(HttpProtocol protocol) throws Exception {
    Answer answer = ask(protocol, Ask.get("/.h3/whoami", "accept", HTML));
    assertEquals(200, answer.status());
    assertEquals(Optional.of("text/html;charset=utf-8"), answer.field("content-type"));
    assertTrue(answer.text().startsWith("<!doctype html>"));
    assertTrue(answer.text().contains(">Your connection</h1>"), answer.text());
    assertEquals(protocol == HttpProtocol.H3, answer.text().contains("QPACK from the client"));
    assertFalse(answer.text().contains("<script"));
  }

  @ParameterizedTest
  @EnumSource
  void nobodyElseMayReadFrameOrKeepIt(HttpProtocol protocol) throws Exception {
    Answer answer = ask(protocol, Ask.get("/.h3/whoami", "x-from", "https://evil.test"));
    assertEquals(Optional.of("no-store"), answer.field("cache-control"));
    assertEquals(Optional.of("same-origin"), answer.field("cross-origin-resource-policy"));
    assertEquals(Optional.of("nosniff"), answer.field("x-content-type-options"));
    assertTrue(
        answer.field("content-security-policy").orElseThrow().contains("frame-ancestors 'none'"));
    assertEquals(
        List.of(),
        answer.fields().keySet().stream()
            .filter(name -> name.startsWith("access-control-"))
            .toList());
  }

  @ParameterizedTest
  @EnumSource
  void itIsReadOnly(HttpProtocol protocol) throws Exception {
    Answer post = ask(protocol, Ask.of("POST", "/.h3/whoami"));
    assertEquals(405, post.status());
    assertEquals(Optional.of("GET, HEAD"), post.field("allow"));
    assertTrue(post.field("cache-control").orElseThrow().contains("no-store"));
    Answer head = ask(protocol, Ask.of("HEAD", "/.h3/whoami"));
    assertEquals(200, head.status());
    assertEquals(0, head.content().length);
  }

  @ParameterizedTest
  @EnumSource
  void nothingElseIsThere(HttpProtocol protocol) throws Exception {
    for (String path : List.of("/.h3/", "/.h3", "/.h3/whoami/", "/.h3/other", "/.h3/../.h3/x")) {
      assertEquals(404, ask(protocol, Ask.get(path)).status(), path);
    }
  }

  @Test
  void theDynamicTablesOfBothDirectionsAreShown() throws Exception {
    String[] fields = {
      "x-long-name", "a value that is worth a place in the table, " + "x".repeat(40)
    };
    String first;
    String last;
    try (TestClient client = TestClient.of(HttpProtocol.H3, site.server)) {
      first = client.send(Ask.get("/.h3/whoami", fields)).text();
      last = first;
      for (int i = 0; i < 4; i++) {
        last = client.send(Ask.get("/.h3/whoami", fields)).text();
      }
    }
    String requests = last.substring(last.indexOf("qpack_requests"));
    String responses = last.substring(last.indexOf("qpack_responses"));
    assertEquals("4096", value(requests, "table_capacity"));
    assertTrue(Long.parseLong(value(requests, "inserts")) > 0, last);
    assertTrue(Long.parseLong(value(requests, "dynamic_references")) > 0, last);
    assertTrue(Long.parseLong(value(responses, "inserts")) > 0, last);
    assertTrue(Long.parseLong(value(responses, "octets_saved")) > 0, last);
    assertTrue(
        Long.parseLong(value(last, "octets_after")) < Long.parseLong(value(first, "octets_after")),
        first + last);
    assertEquals(value(first, "octets_before"), value(last, "octets_before"));
  }

  @Test
  void itCanBeSwitchedOff(@TempDir Path folder) throws Exception {
    DevServerConfig config =
        DevServerConfig.of(folder, ServerIdentity.local(folder.resolve("ca"), List.of()));
    try (DevServer server = DevServer.start(config.withInfoPages(false));
        TestClient client = TestClient.of(HttpProtocol.H1, server)) {
      assertEquals(404, client.send(Ask.get("/.h3/whoami")).status());
    }
  }

  @Test
  void whatIsNotOursIsEscaped() {
    String hostile = "<b>\"&'\\\u0000\u2028";
    FactSheet sheet =
        new FactSheet(
            hostile,
            List.of(
                new FactSheet.Group(
                    "group", hostile, List.of(FactSheet.Fact.of("key", hostile, hostile)))));
    assertFalse(sheet.html().contains("<b>"), sheet.html());
    assertEquals(
        "{\n  \"key\": \"\\u003cb\\u003e\\u0022\\u0026'\\u005c\\u0000\\u2028\"\n}\n", sheet.json());
  }
}
