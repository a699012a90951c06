package dev.h3kit.core.hostile;

import dev.h3kit.core.Http3Limits;
import java.util.List;
import java.util.Map;

/**
 * A file with cases.
 *
 * @param file its name, for messages
 */
record Script(String file, List<Case> cases) {

  /** Which of our sides a case is against. */
  enum Role {
    SERVER,
    CLIENT
  }

  /**
   * One case.
   *
   * @param quic whether it is played over QUIC, too
   * @param chop octets that our side reads at a time, 0 for as many as there are
   * @param window octets of a stream that may be unread, in memory
   * @param streams streams of each kind that may be open, in memory
   */
  record Case(
      String file,
      int line,
      String title,
      Role role,
      boolean quic,
      int chop,
      int window,
      int streams,
      Map<String, String> limitChanges,
      List<Step> steps) {

    Http3Limits limits() {
      return Limits.with(
          role == Role.SERVER ? Http3Limits.SERVER : Http3Limits.CLIENT, limitChanges);
    }
  }
}
