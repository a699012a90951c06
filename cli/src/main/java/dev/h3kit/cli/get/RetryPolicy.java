package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether and when a transfer is tried again, by curl's rules. Of one transfer; one thread. */
final class RetryPolicy {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  // RFC 9110 §15.5.9 and §15.6, RFC 6585 §4: what may be another time.
  private static final Set<Integer> TRANSIENT = Set.of(408, 429, 500, 502, 503, 504);

  private final TransferOptions options;
  private final long start = System.nanoTime();
  private int left;
  private Duration delay;

  RetryPolicy(TransferOptions options) throws CommandFailure {
    this.options = options;
    if (options.retry < 0) {
      throw new CommandFailure(ExitCode.USAGE, "--retry needs a number from 0", null);
    }
    this.left = options.retry;
    Duration given = seconds("--retry-delay", options.retryDelay);
    this.delay = given.isZero() ? FIRST : given;
    seconds("--retry-max-time", options.retryMaxTime);
  }

  /** How often it was tried again so far. */
  int used() {
    return options.retry - left;
  }

  /** How often it may be tried again. */
  int left() {
    return left;
  }

  /** Uses up an attempt if the response's status asks for another one; null if not. */
  @Nullable Duration afterStatus(int status, HttpHeaders headers) throws CommandFailure {
    return TRANSIENT.contains(status) ? take(retryAfter(headers)) : null;
  }

  /** Uses up an attempt if it is worth one; null if not. */
  @Nullable Duration afterFailure(ExitCode failure) throws CommandFailure {
    boolean worth =
        switch (failure) {
          case OPERATION_TIMEDOUT, COULD_NOT_RESOLVE_HOST -> true;
          case COULD_NOT_CONNECT -> options.retryConnectionRefused || options.retryAllErrors;
          case USAGE, URL_MALFORMED, UNSUPPORTED_PROTOCOL -> false;
          default -> options.retryAllErrors;
        };
    return worth ? take(Duration.ZERO) : null;
  }

  private @Nullable Duration take(Duration asked) throws CommandFailure {
    if (left == 0) {
      return null;
    }
    Duration wait = asked.compareTo(delay) > 0 ? asked : delay;
    Duration most = seconds("--retry-max-time", options.retryMaxTime);
    Duration passed = Duration.ofNanos(System.nanoTime() - start);
    if (!most.isZero() && passed.plus(wait).compareTo(most) > 0) {
      return null;
    }
    left--;
    if (seconds("--retry-delay", options.retryDelay).isZero()) {
      Duration doubled = delay.multipliedBy(2);
      delay = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }
    return wait;
  }

  /** RFC 9110 §10.2.3: "Retry-After = HTTP-date / delay-seconds". */
  static Duration retryAfter(HttpHeaders headers) {
    String value = headers.firstValue("retry-after").orElse("").strip();
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant when = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration until = Duration.between(Instant.now(), when);
      return until.isNegative() ? Duration.ZERO : until;
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  private static Duration seconds(String option, @Nullable Double given) throws CommandFailure {
    if (given == null) {
      return Duration.ZERO;
    }
    if (!(given >= 0 && given < 1e9)) {
      throw new CommandFailure(ExitCode.USAGE, option + " needs a number of seconds from 0", null);
    }
    return Duration.ofNanos((long) (given * 1e9));
  }
}
