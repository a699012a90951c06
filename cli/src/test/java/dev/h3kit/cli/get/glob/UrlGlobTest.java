package dev.h3kit.cli.get.glob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlGlobTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x/[1-3] | x/1 x/2 x/3",
        "x/[08-10] | x/08 x/09 x/10",
        "x/[1-9:4] | x/1 x/5 x/9",
        "x/[a-e:2] | x/a x/c x/e",
        "x/{one,two} | x/one x/two",
        "x/{,y} | x/ x/y",
        "{a,b}[1-2] | a1 a2 b1 b2",
        "http://[::1]:80/[1-2] | http://[::1]:80/1 http://[::1]:80/2",
        "x/\\{a\\} | x/{a}",
        "x/[] | x/[]",
        "plain | plain"
      })
  void patternsStandForUrls(String pattern, String urls) throws Exception {
    UrlGlob glob = UrlGlob.parse(pattern);
    List<String> all = new ArrayList<>();
    for (long i = 0; i < glob.count(); i++) {
      all.add(glob.get(i).url());
    }
    assertEquals(urls, String.join(" ", all));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x/[3-1]",
        "x/[a-]",
        "x/{a",
        "x/[1-3",
        "x/a}",
        "x/a]",
        "x/{}",
        "x/{a{b}}",
        "x/[1-3:0]",
        "x/[1-9999999999999]",
        "x/[1-99999999]y[1-99999999]",
        "x/[1-99999999999999999999]"
      })
  void malformedPatternsAreThree(String pattern) {
    CommandFailure failure = assertThrows(CommandFailure.class, () -> UrlGlob.parse(pattern));
    assertEquals(ExitCode.URL_MALFORMED, failure.exitCode());
  }

  @Test
  void aPatternForMillionsNeedsNoMemory() throws Exception {
    UrlGlob glob = UrlGlob.parse("x/[0-999999]/[0-999999]");
    assertEquals(1_000_000_000_000L, glob.count());
    assertEquals("x/999999/999999", glob.get(glob.count() - 1).url());
  }

  @Test
  void namesTakeWhatThePatternsStandFor() throws Exception {
    UrlGlob.Match match = UrlGlob.parse("{a,b}/x[1-2]").get(2);
    assertEquals("b_1#3#", match.named("#1_#2#3#"));
  }

  @Test
  void literalTakesPatternsAsTheyAre() {
    assertEquals("x/{a}[1-2]", UrlGlob.literal("x/{a}[1-2]").get(0).url());
  }
}
