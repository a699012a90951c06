package dev.h3kit.client;

import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides how a request goes. A pure function of what is known; the table is in docs/client.md. */
final class ProtocolChoice {

  /** How a request goes. */
  sealed interface Plan {
    /** Over HTTP/3, without alternative. */
    record Quic(Alternative to, String reason) implements Plan {}

    /** A race that QUIC starts. */
    record Race(Alternative to, String reason) implements Plan {}

    /** Over TCP. */
    record Tcp(String reason) implements Plan {}

    /** Not at all. */
    record Refused(String reason) implements Plan {}
  }

  /**
   * What is known when a request is about to go.
   *
   * @param mode what the caller allows
   * @param secure whether the scheme is https
   * @param version the version the request or else the client asks for
   * @param obstacle why this client cannot use QUIC for the request, null if it can
   * @param advertised where the origin or its DNS records advertised HTTP/3, null if they did not
   * @param connected whether an HTTP/3 connection to the origin is open
   * @param coolDown how much longer HTTP/3 is held to be broken there
   */
  record Facts(
      ProtocolMode mode,
      boolean secure,
      HttpClient.Version version,
      @Nullable String obstacle,
      @Nullable Alternative advertised,
      boolean connected,
      Duration coolDown) {}

  private ProtocolChoice() {}

  static Plan plan(Origin origin, Facts facts) {
    String obstacle = facts.obstacle();
    if (!facts.secure()) {
      // RFC 9114 §3.1: HTTP/3 is for the "https" scheme.
      obstacle = "HTTP/3 needs an https URL";
    } else if (facts.version() == HttpClient.Version.HTTP_1_1) {
      obstacle = "HTTP/1.1 was asked for";
    }
    Alternative to = facts.advertised() != null ? facts.advertised() : Alternative.same(origin);
    return switch (facts.mode()) {
      case TCP_ONLY -> new Plan.Tcp("only HTTP/2 and HTTP/1.1 were allowed");
      case HTTP3_ONLY ->
          obstacle != null
              ? new Plan.Refused(obstacle)
              : new Plan.Quic(to, "only HTTP/3 was allowed");
      case HTTP3_FIRST -> {
        if (obstacle != null) {
          yield new Plan.Tcp(obstacle);
        }
        yield first(facts, to, "HTTP/3 is tried first");
      }
      case ALT_SVC -> {
        if (obstacle != null) {
          yield new Plan.Tcp(obstacle);
        }
        if (facts.advertised() == null) {
          yield new Plan.Tcp("the origin has not advertised HTTP/3");
        }
        yield first(facts, to, "the origin advertised HTTP/3");
      }
    };
  }

  private static Plan first(Facts facts, Alternative to, String reason) {
    if (facts.connected()) {
      return new Plan.Quic(to, "an HTTP/3 connection is open");
    }
    if (!facts.coolDown().isZero()) {
      return new Plan.Tcp(
          "HTTP/3 lost here before and is tried again in "
              + Math.max(1, facts.coolDown().toSeconds())
              + " s");
    }
    return new Plan.Race(to, reason);
  }
}
