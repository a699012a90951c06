package dev.h3kit.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Carries the report of a failed exchange as a suppressed exception of the failure. */
final class FailedExchange extends Exception {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST_CHAIN = 20;

  private final transient ExchangeReport report;

  FailedExchange(ExchangeReport report) {
    super(report.reason(), null, false, false);
    this.report = report;
  }

  ExchangeReport report() {
    return report;
  }

  static Optional<FailedExchange> in(Throwable failure) {
    @Nullable Throwable at = failure;
    for (int i = 0; at != null && i < LONGEST_CHAIN; i++) {
      for (Throwable suppressed : at.getSuppressed()) {
        if (suppressed instanceof FailedExchange found) {
          return Optional.of(found);
        }
      }
      at = at.getCause();
    }
    return Optional.empty();
  }
}
