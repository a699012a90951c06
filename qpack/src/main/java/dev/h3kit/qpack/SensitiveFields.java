package dev.h3kit.qpack;

/**
 * The fields that go out as never-indexed literals whether the caller marks them or not (RFC 9204
 * §7.1.3): what an attacker who shares the connection could guess, or would gain most from.
 *
 * <ul>
 *   <li>{@code authorization} and {@code proxy-authorization}: credentials.
 *   <li>{@code set-cookie}: it hands out credentials, and hardly ever comes twice.
 *   <li>{@code cookie} below 20 octets: short enough to be guessed whole, which is the only guess
 *       that QPACK confirms. Longer ones may be indexed.
 * </ul>
 */
final class SensitiveFields {
  /** A cookie of this length or more may be indexed, in octets. */
  static final int GUESSABLE_COOKIE = 20;

  private SensitiveFields() {}

  /** Whether the line must be a never-indexed literal, if the static table does not have it. */
  static boolean isSensitive(FieldLine line) {
    String name = line.name();
    return switch (name.length()) {
      case 6 -> line.value().length() < GUESSABLE_COOKIE && name.equals("cookie");
      case 10 -> name.equals("set-cookie");
      case 13 -> name.equals("authorization");
      case 19 -> name.equals("proxy-authorization");
      default -> false;
    };
  }
}
