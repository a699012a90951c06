package dev.h3kit.cli.get.netrc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class NetrcTest {
  private static final String TEXT =
      """
      # comment
      machine a.test login me password secret
      machine b.test
        login "one two"
        password "q\\"uote"
      macdef init
        machine evil.test login x password y

      machine a.test login other password second
      default login anyone password none
      """;

  @Test
  void machinesHaveTheirLogins() {
    Netrc netrc = Netrc.parse(TEXT);
    assertEquals(Optional.of("me:secret"), netrc.credentials("a.test", null));
    assertEquals(Optional.of("other:second"), netrc.credentials("A.test", "other"));
    assertEquals(Optional.of("one two:q\"uote"), netrc.credentials("b.test", null));
    assertEquals(Optional.of("anyone:none"), netrc.credentials("evil.test", null));
    assertEquals(Optional.empty(), netrc.credentials("a.test", "nobody"));
  }

  @Test
  void whatIsNoNetrcHasNoLogins() {
    assertEquals(Optional.empty(), Netrc.parse("\0\1 machine").credentials("x", "y"));
  }
}
