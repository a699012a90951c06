package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetUrlTest {

  @ParameterizedTest
  @CsvSource({
    "https://example.com, https://example.com/",
    "example.com/a, https://example.com/a",
    "localhost:8443, https://localhost:8443/",
    "HTTPS://EXAMPLE.com:443/A?b#c, https://example.com:443/A?b",
    "https://example.com?q, https://example.com/?q",
    "https://example.com/a/./b/../c, https://example.com/a/c",
    "https://example.com/../../a/.., https://example.com/",
    "https://example.com/{a}|b?x=\"[1]\", https://example.com/%7Ba%7D%7Cb?x=%22%5B1%5D%22",
    "https://example.com/é, https://example.com/%C3%A9",
    "https://example.com/%41%zz, https://example.com/%41%25zz",
    "https://bücher.example/, https://xn--bcher-kva.example/",
    "https://[::1]:8443/x, https://[::1]:8443/x",
    "https://user:pw@example.com/, https://example.com/",
  })
  void isReadAsPeopleTypeIt(String text, String url) throws Exception {
    assertEquals(url, TargetUrl.parse(text).toString());
    assertEquals(url, TargetUrl.parse(text).uri().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://",
        "https:///path",
        "https://exa mple.com/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:abc/",
        "https://[::1/",
        "https://[zz]/",
        "https://exa<mple/",
        ""
      })
  void malformedIsCurlsThree(String text) {
    CommandFailure failure = assertThrows(CommandFailure.class, () -> TargetUrl.parse(text));
    assertEquals(ExitCode.URL_MALFORMED, failure.exitCode());
    assertTrue(failure.report().startsWith("h3: (3) bad URL '"), failure.report());
  }

  @Test
  void otherSchemesAreCurlsOne() {
    CommandFailure failure =
        assertThrows(CommandFailure.class, () -> TargetUrl.parse("gopher://example.com"));
    assertEquals(ExitCode.UNSUPPORTED_PROTOCOL, failure.exitCode());
  }

  @ParameterizedTest
  @CsvSource({
    "/x, https://a.example:1/x",
    "x, https://a.example:1/dir/x",
    "../x?y, https://a.example:1/x?y",
    "?z, https://a.example:1/dir/page?z",
    "//b.example/x, https://b.example/x",
    "http://b.example/x y, http://b.example/x%20y",
    "'/to?u=http://c/', https://a.example:1/to?u=http://c/",
  })
  void locationIsResolvedAsRfc3986Says(String location, String url) throws Exception {
    TargetUrl base = TargetUrl.parse("https://a.example:1/dir/page?q");
    assertEquals(url, base.resolve(location).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "javascript:alert(1)", "ftp://x/"})
  void locationOfAnotherSchemeIsRefused(String location) throws Exception {
    TargetUrl base = TargetUrl.parse("https://a.example/");
    CommandFailure failure = assertThrows(CommandFailure.class, () -> base.resolve(location));
    assertEquals(ExitCode.UNSUPPORTED_PROTOCOL, failure.exitCode());
  }

  @Test
  void originsDifferInSchemeHostOrPort() throws Exception {
    TargetUrl one = TargetUrl.parse("https://a.example/x");
    assertTrue(one.sameOrigin(TargetUrl.parse("https://a.example:443/y")));
    assertFalse(one.sameOrigin(TargetUrl.parse("http://a.example/x")));
    assertFalse(one.sameOrigin(TargetUrl.parse("https://b.example/x")));
    assertFalse(one.sameOrigin(TargetUrl.parse("https://a.example:444/x")));
  }
}
